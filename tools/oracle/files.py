"""Makes fixtures/keras/files/: small models saved by real Keras as .keras, .h5 and .weights.h5, each with a JSON that
holds its weights, an input and what it predicts; and models whose files a reader must refuse or treat with care.
"""

import contextlib
import datetime
import json
import logging
import time
import warnings
import zipfile
from unittest import mock

import h5py
import models
from common import header, keras, normal, np, number, path_of, rng_for, tensor, weight, write
from keras.src.legacy.saving import legacy_h5_format
from keras.src.saving import saving_lib, serialization_lib

LIMIT = 60_000
MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 6)
ALL = (".keras", ".h5", ".weights.h5")
LEGACY_WEIGHTS = ".legacy_weights.h5"  # what Keras 2 wrote for save_weights("x.h5"); Keras 3 still reads it
FOLDER = "files"


class FixedDate(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return MOMENT


class Identities:
    """Stands in for id(), whose numbers differ from run to run: 1001, 1002, ... in order of first sight."""

    def __init__(self):
        self.seen = []

    def __call__(self, thing):
        for index, known in enumerate(self.seen):
            if known is thing:
                return 1001 + index
        self.seen.append(thing)
        return 1000 + len(self.seen)


@contextlib.contextmanager
def fixed_time():
    """Keras writes the date, the zip writer its file times, and shared objects their addresses: pin all three."""
    moment = time.struct_time(MOMENT.timetuple())
    with (
        mock.patch.object(saving_lib.datetime, "datetime", FixedDate),
        mock.patch("time.localtime", lambda *_: moment),
        mock.patch.object(serialization_lib, "id", Identities(), create=True),
    ):
        yield


def save(model, suffix):
    path = path_of(f"{FOLDER}/{model.name}{suffix}")
    with fixed_time(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if suffix == ".weights.h5":
            model.save_weights(path)
        elif suffix == LEGACY_WEIGHTS:
            with h5py.File(path, "w") as file:
                legacy_h5_format.save_weights_to_hdf5_group(file, model)
        else:
            model.save(path)
    size = path.stat().st_size
    assert size < LIMIT, f"{path.name} is {size} bytes"
    return path.name


def example(shape, dtype, label):
    rng = rng_for("files", label)
    if dtype == "bool":
        return np.array([[True, True, False, True], [True, False, False, True], [True, True, True, True]])
    if dtype == "int32":
        return rng.integers(0, 5, (3, *shape[1:])).astype(np.int32)
    return normal(rng, (3, *shape[1:]))


def fed(model, inputs):
    """The inputs as the model takes them: one, a list, or nested like its own."""
    structure = getattr(model, "_inputs_struct", None)
    if structure is not None and not isinstance(structure, keras.KerasTensor):
        return keras.tree.pack_sequence_as(structure, inputs)
    return inputs if len(inputs) > 1 else inputs[0]


def describe(model, files, **extra):
    inputs = [example(i.shape, i.dtype, f"{model.name}/{i.name}") for i in model.inputs]
    outputs = keras.tree.flatten(model.predict(fed(model, inputs), verbose=0))
    record = {
        **header("files.py"), "model": model.name, "files": files,
        "layers": [[layer.name, type(layer).__name__] for layer in model.layers],
        "inputs": [tensor(a, name=i.name) for a, i in zip(inputs, model.inputs)],
        "outputs": [tensor(o) for o in outputs],
        "weights": [{"path": v.path, **weight(v)} for v in model.weights],
        **extra,
    }
    if getattr(model, "optimizer", None) is not None:
        record["optimizer_variables"] = [tensor(v.numpy(), name=v.name, path=v.path) for v in model.optimizer.variables]
    write(f"{FOLDER}/{model.name}.json", record)


def check(model, name):
    """Real Keras reads back what it wrote, or the fixture is worthless."""
    if name.endswith(LEGACY_WEIGHTS):
        again = keras.models.clone_model(model)
        again.load_weights(path_of(f"{FOLDER}/{name}"))
        assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(model.weights, again.weights)), name
        return again
    again = keras.saving.load_model(path_of(f"{FOLDER}/{name}"))
    for one, other in zip(model.weights, again.weights):
        assert np.array_equal(one.numpy(), other.numpy()), (name, one.path)
    return again


def plain_model(build, suffixes=ALL, **extra):
    keras.backend.clear_session()
    model = models.set_weights(build())
    files = [save(model, suffix) for suffix in suffixes]
    for name in files:
        if not name.endswith(".weights.h5") and "bytecode" not in name:
            check(model, name)
    describe(model, files, **extra)


def trained(build, compile_arguments, rows, suffixes=ALL, name=None):
    """Two steps of training, saved with the optimizer's state; then three more steps, which a reader must reproduce."""
    keras.backend.clear_session()
    model = build()
    if name:
        model.name = name
    models.set_weights(model)
    model.compile(**compile_arguments)
    rng = rng_for("files", "training", model.name)
    classes = model.outputs[0].shape[-1]

    def batch():
        return normal(rng, (rows, *model.inputs[0].shape[1:])), np.eye(classes, dtype=np.float32)[rng.integers(0, classes, rows)]

    for _ in range(2):
        model.train_on_batch(*batch())
    files = [save(model, suffix) for suffix in suffixes]
    loaded = {file: check(model, file) for file in files if not file.endswith(".weights.h5")}
    keras_resumes = [again for file, again in loaded.items() if file.endswith(".keras")]  # from .h5 Keras 3.15 fails to
    resume = []
    saved = [v.numpy().copy() for v in model.weights]
    slots = [v.numpy().copy() for v in model.optimizer.variables]
    for _ in range(3):
        x, y = batch()
        logs = model.train_on_batch(x, y, return_dict=True)
        for again in keras_resumes:
            assert again.train_on_batch(x, y, return_dict=True) == logs, f"{again.name} does not resume"
        resume.append({"x": tensor(x), "y": tensor(y), "logs": {k: number(v) for k, v in logs.items()}})
    after = [{"path": v.path, **weight(v)} for v in model.weights]
    for variable, value in zip(model.weights + model.optimizer.variables, saved + slots):
        variable.assign(value)
    describe(model, files, resume=resume, weights_after_resume=after, compile_config=model.get_compile_config())


def chunked():
    """Keras splits attributes over 64,512 bytes; with a lower limit a small model shows the same layout."""
    keras.backend.clear_session()
    model = models.sequential()
    model.name = "chunked_attributes"
    models.set_weights(model)
    with mock.patch.object(legacy_h5_format, "HDF5_OBJECT_HEADER_LIMIT", 40):
        files = [save(model, ".h5")]
    describe(model, files)


def compile_states():
    """An optimizer by its name alone, as Keras 3.3.3 stores it; and a model saved after compile() and before its first step."""
    trained(models.mlp, {"optimizer": "rmsprop", "loss": "categorical_crossentropy"}, 6, (".keras",), "optimizer_name")
    path = path_of(f"{FOLDER}/optimizer_name.keras")
    with zipfile.ZipFile(path) as archive:
        members = {info: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in members.items():
            if info.filename == "config.json":
                config = json.loads(content)
                config["compile_config"]["optimizer"] = "rmsprop"
                content = json.dumps(config).encode()
            archive.writestr(info, content)
    check(keras.models.load_model(path), "optimizer_name.keras")

    def compiled_only():
        model = models.mlp()
        model.name = "compiled_only"
        model.compile(optimizer=keras.optimizers.Adam(0.05), loss="categorical_crossentropy")
        return model

    plain_model(compiled_only, (".keras", ".h5"))


def compiled_records():
    """Losses, weights and metrics by the keys of the outputs, and what evaluate says of them."""
    keras.backend.clear_session()
    model = models.records()
    model.name = "compiled_records"
    models.set_weights(model)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss={"score": "mse", "more": ["mae", None]},
        loss_weights={"score": 2.0, "more": [0.5, 1.0]},
        metrics={"score": ["mae"], "more": [["mse"], []]},
    )
    rng = rng_for("files", "compiled_records")
    x = {"left": normal(rng, (3, 2)), "right": normal(rng, (3, 3))}
    y = {"score": normal(rng, (3, 2)), "more": [normal(rng, (3, 1)), normal(rng, (3, 2))]}
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    files = [save(model, ".keras")]
    check(model, files[0])
    flat = {"x": {k: tensor(v) for k, v in x.items()}, "score": tensor(y["score"]), "more": [tensor(v) for v in y["more"]]}
    describe(model, files, evaluate={**flat, "logs": {k: number(v) for k, v in logs.items()}})


def main():
    logging.getLogger("absl").setLevel(logging.ERROR)
    o = keras.optimizers
    trained(models.mlp, {"optimizer": o.Adam(0.05), "loss": "categorical_crossentropy", "metrics": ["accuracy"]}, 6)
    schedule = o.schedules.ExponentialDecay(0.1, 4, 0.5)
    trained(models.mlp, {"optimizer": o.SGD(schedule, momentum=0.9, clipnorm=1.0),
                         "loss": keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
                         "metrics": [keras.metrics.CategoricalAccuracy(name="hits"), "mae"]}, 6, (".keras", ".h5"), "schedule")
    for build in (models.sequential, models.nested, models.shared, models.branches, models.conv, models.embedding,
                  models.regularized, models.frozen):
        legacy = build in (models.sequential, models.nested, models.conv)
        plain_model(build, (*ALL, LEGACY_WEIGHTS) if legacy else ALL)
    plain_model(models.cells, (".keras", ".h5"))
    plain_model(models.groups, (".h5",))
    plain_model(models.wrapped)
    plain_model(models.masked, (".keras",))
    plain_model(models.non_finite, (".keras",))
    plain_model(models.shared_objects, (".keras",))
    plain_model(models.tutorial, (".keras", ".h5", ".weights.h5"), functions=["tutorial>add_two"])
    plain_model(models.lambda_arguments, (".keras", ".h5"), functions=["tutorial>scaled"])
    plain_model(models.lambda_bytecode, (".keras", ".h5"), refused_in_safe_mode=True,
                meaning={"double_plus_two": "x * 2 + 2"})
    plain_model(models.op_nodes, (".keras",))  # Keras 3.15 takes the op for the layer Add in an .h5
    plain_model(models.more_op_nodes, (".keras",))
    chunked()
    compile_states()
    plain_model(models.records, (".keras", ".h5", ".weights.h5"))
    plain_model(models.nested_records, (".keras",))
    plain_model(models.image_records, (".keras",))
    plain_model(models.given_masks, (".keras",))
    plain_model(models.positional_masks, (".keras",))
    plain_model(models.keyword_tensors, (".keras", ".h5"), classes=["tutorial>Blend"])
    compiled_records()


if __name__ == "__main__":
    main()
