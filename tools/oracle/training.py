"""Makes fixtures/keras/training/: ten train_on_batch steps of small models from fixed weights (one file a model),
and fit.json: the histories of fit() with validation data, sample and class weights and a partial last batch.
"""

import json

import models
from common import flat, header, keras, normal, np, number, plain, rng_for, softmax_rows, tensor, uniform, weight, write

STEPS = 10


def as_list(value):
    return value if isinstance(value, list) else [value]


def weights_of(model):
    return [{"path": v.path, **weight(v)} for v in model.weights]


def logs_of(logs):
    return {key: number(value) for key, value in logs.items()}


def steps_fixture(build, compile_arguments, batch, weighted=False):
    keras.backend.clear_session()
    model = models.set_weights(build())
    made = {key: (value() if callable(value) else value) for key, value in compile_arguments.items()}
    model.compile(**made)
    record = {**header("training.py"), "model": model.name, "model_config": json.loads(model.to_json())}
    record["weights"] = weights_of(model)
    rng = rng_for("training", model.name)
    batches = [batch(rng) for _ in range(STEPS)]
    first = batches[0][0]
    record["predict_before"] = [tensor(p) for p in as_list(model.predict(first, verbose=0))]
    record["steps"] = []
    for data in batches:
        x, y = data[0], data[1]
        extra = {"sample_weight": data[2]} if weighted else {}
        logs = model.train_on_batch(x, y, return_dict=True, **extra)
        step = {"x": [tensor(v) for v in as_list(x)], "y": [tensor(v) for v in as_list(y)]}
        if weighted:
            step["sample_weight"] = tensor(data[2])
        step["logs"] = logs_of(logs)
        step["weights"] = [flat(v.numpy()) for v in model.weights]
        record["steps"].append(step)
    record["optimizer_variables"] = [tensor(v.numpy(), name=v.name, path=v.path) for v in model.optimizer.variables]
    record["predict_after"] = [tensor(p) for p in as_list(model.predict(first, verbose=0))]
    write(f"training/{model.name}.json", record)


def one_hot(rng, n, classes):
    return np.eye(classes, dtype=np.float32)[rng.integers(0, classes, n)]


def ten_steps():
    o = keras.optimizers
    steps_fixture(models.mlp, {"optimizer": lambda: o.Adam(0.05), "loss": "categorical_crossentropy", "metrics": ["accuracy"]},
                  lambda r: (normal(r, (6, 4)), one_hot(r, 6, 3)))
    steps_fixture(models.tutorial, {"optimizer": lambda: o.Adam(0.01), "loss": "categorical_crossentropy", "metrics": ["accuracy"]},
                  lambda r: (uniform(r, (6, 8)), one_hot(r, 6, 3)))
    steps_fixture(models.conv, {"optimizer": lambda: o.SGD(0.05, momentum=0.9, nesterov=True),
                                "loss": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
                                "metrics": ["sparse_categorical_accuracy"]},
                  lambda r: (normal(r, (4, 6, 6, 1)), r.integers(0, 3, (4,)).astype(np.int32)))
    steps_fixture(models.embedding, {"optimizer": lambda: o.RMSprop(0.02), "loss": "binary_crossentropy",
                                     "metrics": ["accuracy", "mae"]},
                  lambda r: (r.integers(0, 6, (5, 4)).astype(np.int32), r.integers(0, 2, (5, 1)).astype(np.float32)))
    steps_fixture(models.recurrent, {"optimizer": lambda: o.Adam(0.05), "loss": "binary_crossentropy"},
                  lambda r: (r.integers(0, 6, (5, 4)).astype(np.int32), r.integers(0, 2, (5, 1)).astype(np.float32)))
    steps_fixture(models.regularized, {"optimizer": lambda: o.AdamW(0.05, weight_decay=0.02, clipnorm=1.0), "loss": "mse",
                                       "metrics": ["mae"], "weighted_metrics": ["mse"]},
                  lambda r: (normal(r, (4, 3)), normal(r, (4, 2)), uniform(r, (4,), 0, 2, 1)), weighted=True)
    steps_fixture(models.branches, {"optimizer": lambda: o.Adam(0.02, amsgrad=True), "loss": ["mse", "categorical_crossentropy"],
                                    "loss_weights": [0.5, 2.0], "metrics": [["mae"], ["accuracy"]]},
                  lambda r: ([normal(r, (4, 3)), normal(r, (4, 2))], [normal(r, (4, 1)), one_hot(r, 4, 2)]))
    steps_fixture(models.shared, {"optimizer": lambda: o.SGD(0.1), "loss": "mean_absolute_error"},
                  lambda r: ([normal(r, (4, 3)), normal(r, (4, 3))], normal(r, (4, 1))))
    steps_fixture(models.nested, {"optimizer": lambda: o.Adam(0.02), "loss": "categorical_crossentropy"},
                  lambda r: (normal(r, (4, 3)), one_hot(r, 4, 2)))
    steps_fixture(models.frozen, {"optimizer": lambda: o.SGD(0.1, momentum=0.5), "loss": "mse"},
                  lambda r: (normal(r, (4, 3)), normal(r, (4, 2))))


class Recorder(keras.callbacks.Callback):
    """Writes down each hook as it is called, with the keys of its logs."""

    def __init__(self):
        super().__init__()
        self.calls = []


def _hook(name, indexed):
    def record(self, *args, **kwargs):
        index = args[0] if indexed else None
        logs = args[1 if indexed else 0] if len(args) > (1 if indexed else 0) else kwargs.get("logs")
        self.calls.append([name, index, sorted(logs or {})])

    return record


for _name in ("epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end", "test_batch_begin", "test_batch_end"):
    setattr(Recorder, f"on_{_name}", _hook(f"on_{_name}", True))
for _name in ("train_begin", "train_end", "test_begin", "test_end"):
    setattr(Recorder, f"on_{_name}", _hook(f"on_{_name}", False))


def history_case(name, fit_arguments, arrays, compile_extra=None, record_calls=False, json_arguments=None):
    keras.backend.clear_session()
    model = models.set_weights(models.mlp())
    compile_arguments = {"loss": "categorical_crossentropy", "metrics": ["accuracy"], **(compile_extra or {})}
    model.compile(optimizer=keras.optimizers.Adam(0.05), **compile_arguments)
    recorder = Recorder()
    given = {key: (tuple(arrays[k] for k in value) if isinstance(value, tuple) else arrays[value]) if key in (
        "validation_data", "sample_weight") else value for key, value in fit_arguments.items()}
    epochs = fit_arguments.get("epochs", 3)
    history = model.fit(arrays["x"], arrays["y"], **{**given, "epochs": epochs, "batch_size": 4, "shuffle": False, "verbose": 0},
                        callbacks=[recorder])
    shown = {key: list(value) if isinstance(value, tuple) else value for key, value in fit_arguments.items()}
    shown.update(json_arguments or {})
    record = {"name": name, "compile": compile_arguments, "fit": {**shown, "epochs": epochs, "batch_size": 4, "shuffle": False}}
    record["history"] = {key: [number(v) for v in values] for key, values in history.history.items()}
    record["epoch"] = history.epoch
    record["params"] = {key: value for key, value in history.params.items() if key != "verbose"}
    if record_calls:
        record["callback_calls"] = recorder.calls
    record["final_weights"] = [flat(v.numpy()) for v in model.weights]
    evaluated = model.evaluate(arrays["x"], arrays["y"], batch_size=4, verbose=0, return_dict=True)
    record["evaluate"] = logs_of(evaluated)
    return record


def histories():
    rng = rng_for("fit")
    arrays = {
        "x": normal(rng, (9, 4)), "y": one_hot(rng, 9, 3), "validation_x": normal(rng, (5, 4)), "validation_y": one_hot(rng, 5, 3),
        "weights": uniform(rng, (9,), 0, 2, 1), "validation_weights": uniform(rng, (5,), 0, 2, 1),
    }
    labels = {**arrays, "y": arrays["y"].argmax(1).astype(np.int32)}
    both = {"weighted_metrics": ["accuracy"]}
    sparse = {"loss": "sparse_categorical_crossentropy", "weighted_metrics": ["accuracy"]}
    validation = ("validation_x", "validation_y")
    cases = [
        history_case("plain", {}, arrays, record_calls=True),
        history_case("validation_data", {"validation_data": validation}, arrays, record_calls=True),
        history_case("validation_data with weights", {"validation_data": (*validation, "validation_weights")}, arrays, both),
        history_case("validation_split", {"validation_split": 0.33}, arrays),
        history_case("validation_freq 2", {"validation_data": validation, "validation_freq": 2}, arrays, record_calls=True),
        history_case("sample_weight", {"sample_weight": "weights", "validation_data": validation}, arrays, both),
        history_case("sample_weight and validation_split", {"sample_weight": "weights", "validation_split": 0.34}, arrays, both),
        history_case("class_weight", {"class_weight": {0: 0.5, 1: 2.0, 2: 1.0}}, arrays, both),
        history_case("class_weight of sparse labels", {"class_weight": {0: 0.5, 1: 2.0, 2: 1.0}}, labels, sparse,
                     json_arguments={"y": "y_sparse"}),
        history_case("initial_epoch", {"initial_epoch": 1}, arrays, record_calls=True),
        history_case("steps_per_epoch", {"steps_per_epoch": 2}, arrays),
        history_case("several metrics", {"validation_data": validation}, arrays,
                     {"metrics": ["acc", "mse", "categorical_crossentropy"], "weighted_metrics": ["mae"]}),
    ]
    keras.backend.clear_session()
    model = models.set_weights(models.mlp())
    write("training/fit.json", {
        **header("training.py"), "model_config": json.loads(model.to_json()), "optimizer": {"class_name": "Adam", "config": {"learning_rate": 0.05}},
        "weights": weights_of(model), "arrays": {**{k: tensor(v) for k, v in arrays.items()}, "y_sparse": tensor(labels["y"])}, "cases": cases,
    })


def main():
    ten_steps()
    histories()


if __name__ == "__main__":
    main()
