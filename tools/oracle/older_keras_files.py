"""Makes fixtures/tf_keras/older/: small models in the forms that versions of Keras 2 wrote, each with a JSON of inputs and what tf_keras gives for them.

What only older versions wrote is edited into files of tf_keras 2.21, which then opens them itself wherever it still can.
Needs the environment of tf_keras_files.py.
"""

import json
import shutil

import h5py
import numpy as np
from tf_keras_files import FOLDER, keras, layers, numbers, tensor

import tensorflow as tf

OLDER = FOLDER / "older"
Dense = layers.Dense


def chain():
    """The hard sigmoid of Keras 2, in a chain without an input layer."""
    return keras.Sequential([Dense(3, activation="hard_sigmoid", input_shape=(4,), name="first"), layers.Activation("hard_sigmoid", name="second"),
                             Dense(2, activation="softmax", name="third")], name="chain")


def model_first():
    x = keras.Input((4,), name="inner_input")
    inner = keras.Model(x, Dense(3, activation="tanh", name="inner_dense")(x), name="inner")
    return keras.Sequential([inner, Dense(2, name="head")], name="model_first")


def two_outputs():
    x = keras.Input((4,), name="x")
    return keras.Model(x, [Dense(2, name="zeta")(x), Dense(1, name="alpha")(x)], name="two_outputs")


def three_outputs():
    """Names of outputs of which one begins as another one; metrics for some of them."""
    x = keras.Input((4,), name="x")
    return keras.Model(x, [Dense(2, name="b")(x), Dense(1, name="b_2")(x), Dense(1, name="a")(x)], name="three_outputs")


def chain_inside():
    x = keras.Input((4,), name="x")
    inner = keras.Sequential([Dense(3, activation="hard_sigmoid", input_shape=(4,), name="first"), Dense(2, name="second")], name="inner")
    return keras.Model(x, Dense(2, name="head")(inner(x)), name="chain_inside")


def slashes():
    x = keras.Input((4,), name="x")
    h = Dense(3, activation="relu", name="block_1/dense")(x)
    return keras.Model(x, layers.Add(name="block_1/add")([Dense(2, name="left/dense")(h), Dense(2, name="right/dense")(h)]), name="slashes")


def values():
    """Numbers as arrays, lists as records, classes under former names."""
    x = keras.Input((4, 4, 2), name="image")
    h = layers.Conv2D(3, 3, padding="same", name="conv")(x)
    h = layers.BatchNormalization(name="norm")(h)
    h = layers.ReLU(max_value=1.5, negative_slope=0.1, name="limited")(h)
    h = layers.LeakyReLU(alpha=0.25, name="leaky")(layers.ThresholdedReLU(theta=0.3, name="thresholded")(h))
    h = layers.ELU(alpha=0.5, name="exponential")(layers.MaxPooling2D(2, name="pooled")(h))
    return keras.Model(x, Dense(2, name="output")(layers.Flatten(name="flat")(h)), name="values")


def operations():
    """Functions of TensorFlow in the graph. Each output is one of them, or ends in it."""
    x, y = keras.Input((4, 3), name="x"), keras.Input((4, 3), name="y")
    positive = x > 0
    outputs = [
        x + 2, 2 - x, x * y, x / 4, x**2, -x, tf.abs(x), tf.constant([1.0, 2.0, 3.0]) * x, tf.add_n([x, y, x]), tf.maximum(x, y), tf.math.squared_difference(x, y),
        x[:, 0], x[:, 1:3, ::2], x[..., tf.newaxis], tf.slice(x, [0, 1, 0], [-1, 2, 3]), tf.gather(x, [0, 2], axis=1), tf.split(x, [1, 2], axis=-1)[1], tf.unstack(x, axis=1)[2],
        tf.reduce_mean(x, axis=1), tf.reduce_sum(x, axis=[1], keepdims=True), tf.reduce_max(x, -1), tf.math.reduce_std(x, 1), keras.backend.mean(x, axis=-1), tf.norm(x, axis=-1),
        tf.concat([x, y], axis=-1), tf.stack([x, y], axis=1), tf.reshape(x, [-1, 12]), tf.expand_dims(x, 1), tf.squeeze(tf.expand_dims(x, 1), 1), tf.transpose(x, [0, 2, 1]),
        tf.tile(x, [1, 2, 1]), tf.reverse(x, [1]), tf.roll(x, 1, 1), tf.pad(x, [[0, 0], [1, 1], [0, 0]]), tf.matmul(x, y, transpose_b=True), tf.linalg.matmul(x, y, transpose_a=True),
        tf.cast(positive, "float32"), tf.where(positive, x, y), tf.clip_by_value(x, -0.5, 0.5), tf.math.l2_normalize(x, axis=-1), tf.math.top_k(x, 2)[0], tf.cumsum(x, axis=1),
        tf.exp(x), tf.sqrt(tf.square(x)), tf.sigmoid(x), tf.tanh(x), tf.round(x), tf.nn.relu(x), tf.nn.leaky_relu(x), tf.nn.softmax(x), tf.nn.gelu(x), tf.nn.swish(x), tf.nn.elu(x),
        x // 2, tf.reshape(x, [tf.shape(x)[0], 12]), tf.ensure_shape(x, [None, 4, 3]), tf.image.flip_left_right(x[..., tf.newaxis]),
        tf.nn.avg_pool2d(x[..., tf.newaxis], 2, 1, "SAME"), tf.nn.max_pool2d(x[..., tf.newaxis], [1, 2, 2, 1], [1, 2, 1, 1], "VALID"),
        tf.nn.conv2d(x[..., tf.newaxis], tf.constant([[[[1.0, 2.0]], [[0.5, -1.0]]]]), [1, 1, 2, 1], "VALID"),
        tf.nn.bias_add(x, tf.constant([1.0, 2.0, 3.0])), tf.zeros_like(x), tf.identity(x), tf.one_hot(tf.cast(x[:, 0, 0] > 0, "int32"), 3),
    ]
    return keras.Model([x, y], outputs, name="operations")


def record(model, files, resume=None):
    inputs = [numbers(f"{model.name}/{i.name}", (3, *i.shape[1:])) for i in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    return {
        "tf_keras_version": keras.__version__, "made_by": "tools/oracle/older_keras_files.py", "files": files,
        "inputs": [tensor(i) for i in inputs], "outputs": [tensor(np.asarray(o, np.float32)) for o in (outputs if isinstance(outputs, list) else [outputs])],
        "weights": [{"path": w.name, **tensor(w.numpy())} for w in model.weights], **({"resume": resume} if resume else {}),
    }


def made(build):
    keras.backend.clear_session()
    model = build()
    model.set_weights([numbers(f"{model.name}/{w.name}", w.shape) for w in model.weights])
    return model


def trained(build, optimizer, loss, metrics=None):
    model = made(build)
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    x = numbers("x", (6, *model.input_shape[1:]))
    shapes = model.output_shape if isinstance(model.output_shape, list) else [model.output_shape]
    y = [np.eye(s[-1], dtype=np.float32)[np.arange(6) % s[-1]] for s in shapes]
    y = y if len(y) > 1 else y[0]
    for _ in range(2):
        model.train_on_batch(x, y)
    return model, x, y


def resumed(model, x, y):
    logs = [model.train_on_batch(x, y, return_dict=True) for _ in range(3)]
    ys = y if isinstance(y, list) else [y]
    return [{"x": tensor(x), "y": tensor(ys[0]), "ys": [tensor(one) for one in ys], "logs": {k: float(v) for k, v in log.items()}} for log in logs]


def write(name, content):
    (OLDER / f"{name}.json").write_text(json.dumps(content) + "\n", encoding="utf-8")


def edit(source, target, change=None, training=None, version=None, state=None):
    """A copy of an .h5 whose JSON is changed: `change` of the model's config, `training` of the compile state, `state` of the optimizer's."""
    shutil.copy(OLDER / source, OLDER / target)
    with h5py.File(OLDER / target, "r+") as file:
        for attribute, fn in (("model_config", change), ("training_config", training)):
            if fn is not None:
                config = json.loads(file.attrs[attribute])
                config = fn(config) or config
                file.attrs[attribute] = json.dumps(config)
        if version is not None:
            file.attrs["keras_version"] = version
        if state is not None:
            stored = [(n, file["optimizer_weights"][n][()]) for n in file["optimizer_weights"].attrs["weight_names"]]
            del file["optimizer_weights"]
            group = file.create_group("optimizer_weights")
            variables = state(stored)
            for name, value in variables:
                group.create_dataset(name, data=value)
            group.attrs["weight_names"] = [name.encode() for name, _ in variables]
    repack(OLDER / target)


def repack(path):
    """HDF5 keeps the room of what was deleted; a copy has none."""
    with h5py.File(path, "r") as old, h5py.File(path.with_suffix(".new"), "w") as new:
        for key, value in old.attrs.items():
            new.attrs[key] = value
        for key in old:
            old.copy(key, new)
    path.with_suffix(".new").replace(path)


def opens(name, model):
    """tf_keras itself reads the edited file, and predicts the same."""
    again = keras.models.load_model(OLDER / name, compile=False)
    x = [numbers(f"{model.name}/{i.name}", (3, *i.shape[1:])) for i in model.inputs]
    x = x if len(x) > 1 else x[0]
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), atol=1e-6)


def without_input(config):
    chain_config = config["config"]
    first = chain_config["layers"].pop(0)
    chain_config.pop("build_input_shape", None)
    inner = chain_config["layers"][0]
    if "layers" not in inner["config"]:
        inner["config"]["batch_input_shape"] = first["config"]["batch_input_shape"]
    plain(config)


def plain(value):
    """Envelopes as Keras had them before 2.13: class and config alone."""
    if isinstance(value, dict):
        if "class_name" in value:
            for key in ("module", "registered_name", "build_config"):
                value.pop(key, None)
        for item in value.values():
            plain(item)
    elif isinstance(value, list):
        for item in value:
            plain(item)


def make_chain():
    model, x, y = trained(chain, keras.optimizers.Adam(0.05), keras.losses.CategoricalCrossentropy(),
                          ["accuracy", keras.metrics.CategoricalAccuracy(name="exact")])
    model.save(OLDER / "chain.h5")
    model.save(OLDER / "chain.keras")
    model.save_weights(OLDER / "chain_weights.h5")
    (OLDER / "chain_architecture.json").write_text(model.to_json() + "\n", encoding="utf-8")
    edit("chain.h5", "chain_without_input.h5", without_input, version="2.2.4")
    opens("chain_without_input.h5", model)

    def as_list(config):
        without_input(config)
        config["config"] = config["config"]["layers"]

    edit("chain.h5", "chain_list.h5", as_list, version="2.1.6")
    opens("chain_list.h5", model)

    def blocks(stored):
        slots = {key: [value for name, value in stored if f"/{key}/" in name] for key in ("m", "v")}
        values = [stored[0][1], *slots["m"], *slots["v"], *[np.zeros(1, np.float32) for _ in slots["m"]]]
        names = ["Adam/iterations:0", *[f"training/Adam/Variable{f'_{k}' if k else ''}:0" for k in range(len(values) - 1)]]
        return list(zip(names, values))

    def older_options(config):
        config["loss"] = "categorical_crossentropy"
        config["metrics"] = ["accuracy"]
        options = config["optimizer_config"]["config"]
        config["optimizer_config"] = {"class_name": "Adam", "config": {"lr": options["learning_rate"], "beta_1": options["beta_1"], "beta_2": options["beta_2"],
                                                                        "decay": 0.0, "epsilon": None, "amsgrad": False}}

    edit("chain.h5", "chain_blocks.h5", without_input, older_options, "2.2.4", blocks)
    files = ["chain.h5", "chain.keras", "chain_without_input.h5", "chain_list.h5", "chain_blocks.h5"]
    content = record(model, files)
    write("chain", {**content, "resume": resumed(model, x, y)})


def make_model_first():
    model = made(model_first)
    model.save(OLDER / "model_first.h5")
    edit("model_first.h5", "model_first.h5.tmp", without_input, version="2.2.4")
    (OLDER / "model_first.h5.tmp").replace(OLDER / "model_first.h5")
    opens("model_first.h5", model)
    write("model_first", record(model, ["model_first.h5"]))


def make_chain_inside():
    """Until Keras 2.2.2 a chain inside another model was a list, too."""
    model = made(chain_inside)
    model.save(OLDER / "chain_inside.h5")

    def lists(config):
        plain(config)
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "Sequential":
                layer["config"] = layer["config"]["layers"][1:]
                layer["config"][0]["config"]["batch_input_shape"] = [None, 4]

    edit("chain_inside.h5", "chain_inside.tmp", lists, version="2.1.6")
    (OLDER / "chain_inside.tmp").replace(OLDER / "chain_inside.h5")
    opens("chain_inside.h5", model)
    write("chain_inside", record(model, ["chain_inside.h5"]))


def make_three_outputs():
    model, x, y = trained(three_outputs, keras.optimizers.SGD(0.05), "mse", {"a": "mae", "b_2": ["mae", "mse"]})
    model.save(OLDER / "three_outputs.h5")
    content = record(model, ["three_outputs.h5"])
    write("three_outputs", {**content, "resume": resumed(model, x, y)})


def make_optimizers():
    for name, optimizer in (("plain_sgd", keras.optimizers.SGD(0.1)), ("momentum", keras.optimizers.SGD(0.1, momentum=0.8)), ("rmsprop", keras.optimizers.RMSprop(0.02, momentum=0.5, centered=True)),
                            ("amsgrad", keras.optimizers.Adam(0.05, amsgrad=True)), ("decay", keras.optimizers.legacy.Adam(0.05, decay=0.3)),
                            ("legacy_rmsprop", keras.optimizers.legacy.RMSprop(0.02, momentum=0.5, centered=True)),
                            ("adamax", keras.optimizers.Adamax(0.05)), ("ftrl", keras.optimizers.Ftrl(0.05)), ("adadelta", keras.optimizers.Adadelta(0.5)),
                            ("schedule", keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.5)))):
        model, x, y = trained(chain, optimizer, "mse")
        files = [f"{name}.h5"] if "legacy" in name or name == "decay" else [f"{name}.h5", f"{name}.keras"]
        for file in files:
            model.save(OLDER / file)
        content = record(model, files)
        write(name, {**content, "resume": resumed(model, x, y)})


def make_two_outputs():
    model, x, y = trained(two_outputs, keras.optimizers.Adam(0.05), {"zeta": "mse", "alpha": keras.losses.MeanAbsoluteError()}, {"zeta": ["mae"], "alpha": ["mse", "mae"]})
    for file in ("two_outputs.h5", "two_outputs.keras"):
        model.save(OLDER / file)
    content = record(model, ["two_outputs.h5", "two_outputs.keras"])
    write("two_outputs", {**content, "resume": resumed(model, x, y)})


def make_plain(build, name, change=None):
    model = made(build)
    model.save(OLDER / f"{name}.h5")
    if change is not None:
        edit(f"{name}.h5", f"{name}.tmp", change)
        (OLDER / f"{name}.tmp").replace(OLDER / f"{name}.h5")
    write(name, record(model, [f"{name}.h5"]))


def former_values(config):
    plain(config)
    for layer in config["config"]["layers"]:
        options = layer["config"]
        if layer["class_name"] == "BatchNormalization":
            layer["class_name"] = "BatchNormalizationV1"
            options["axis"] = {"class_name": "ListWrapper", "items": options["axis"] if isinstance(options["axis"], list) else [options["axis"]]}
            options.update({"renorm": False, "fused": True, "virtual_batch_size": None})
        for key in ("max_value", "negative_slope", "threshold", "alpha", "theta"):
            if key in options:
                options[key] = {"type": "ndarray", "value": float(options[key])}
        layer["class_name"] = {"Conv2D": "Convolution2D", "MaxPooling2D": "MaxPool2D"}.get(layer["class_name"], layer["class_name"])


if __name__ == "__main__":
    OLDER.mkdir(parents=True, exist_ok=True)
    make_chain()
    make_model_first()
    make_optimizers()
    make_two_outputs()
    make_three_outputs()
    make_chain_inside()
    make_plain(slashes, "slashes")
    make_plain(values, "values", former_values)
    make_plain(operations, "operations")
