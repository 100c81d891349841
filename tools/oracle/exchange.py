"""Exchanges model files with Lamella through real Keras; `npm run check:keras` calls it. Makes no fixture.

    python tools/oracle/exchange.py check FOLDER            opens what Lamella wrote, predicts, compares; exit status 1 on failure
    python tools/oracle/exchange.py make FOLDER [--seed N]  writes files for Lamella to open, in the form of fixtures/keras/files:
                                                            the models of files.py, every case of every layer, operations, optimizers, dtype policies

`check --report FILE` writes what it found as JSON, too.

FOLDER holds NAME.keras, NAME.h5, NAME.weights.h5, NAME.weights.json or NAME.legacy_weights.h5, and one NAME.json for all files of a name:

    {"inputs": [TENSOR, ...], "outputs": [TENSOR, ...]}     TENSOR = {"shape": [...], "dtype": "float32", "data": [flat, row-major]}

and optionally
    "architecture": "OTHER.keras"                   whose structure weight files are loaded into; else NAME.keras
    "weights": [TENSOR, ...]                        compared one by one, in the order of model.weights
    "optimizer_variables": [TENSOR, ...]            likewise, after loading a .keras
    "resume": [{"x": TENSOR, "y": TENSOR, "logs": {...}}, ...]   training steps after loading a .keras; logs are compared
    "refused_in_safe_mode": true                    Keras must refuse to load it
    "tolerance": 4e-3                               of predictions, where they are computed in fewer bits
"""

import argparse
import json
import logging
import re
import sys
import warnings
from pathlib import Path
from unittest import mock

import common
import files
import h5py
import models  # noqa: F401  registers tutorial>add_two and tutorial>scaled
import operations
import sharded
from common import keras, np

TOLERANCE = 1e-6  # of predictions, relative to the larger of 1 and the expected value
RESUME_TOLERANCE = 1e-4  # of losses after further training
ROUGHER = {"MelSpectrogram": {"tolerance": 5e-6}}  # decibels multiply what a Fourier transform rounds by 4.3
SUFFIXES = [".legacy_weights.h5", ".weights.json", ".weights.h5", ".keras", ".h5"]
SHARD = re.compile(r"_\d{5}(-[0-9a-f]+)?\.weights\.h5$")


def array(tensor):
    values = [float(v) if isinstance(v, str) else v for v in tensor["data"]]
    return np.asarray(values, tensor["dtype"]).reshape(tensor["shape"])


def as_list(value):
    return value if isinstance(value, list) else [value]


def difference(got, expected):
    if got.shape != expected.shape:
        raise ValueError(f"shape {list(got.shape)} instead of {list(expected.shape)}")
    if got.size == 0:
        return 0.0
    got, expected = np.atleast_1d(got.astype(np.float64)), np.atleast_1d(expected.astype(np.float64))
    with np.errstate(invalid="ignore"):
        gaps = np.abs(got - expected) / np.maximum(1.0, np.abs(expected))
    gaps[(got == expected) | (np.isnan(got) & np.isnan(expected))] = 0.0
    worst = np.max(gaps)
    return float("inf") if np.isnan(worst) else float(worst)


def is_weights_only(path, suffix):
    if suffix in (".weights.h5", ".weights.json", ".legacy_weights.h5"):
        return True
    if suffix == ".h5":
        with h5py.File(path, "r") as file:
            return "model_config" not in file.attrs
    return False


def load(path, suffix, name, expected):
    if not is_weights_only(path, suffix):
        return keras.saving.load_model(path, safe_mode=True)
    model = keras.saving.load_model(path.parent / expected.get("architecture", f"{name}.keras"), compile=False, safe_mode=True)
    for variable in model.weights:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Skipping variable loading for optimizer")
        model.load_weights(path)
    return model


def check_file(path, suffix, name):
    """The largest difference of predictions and a remark; raises when the file cannot be used at all."""
    companion = path.parent / f"{name}.json"
    if not companion.exists():
        raise FileNotFoundError(f"{companion.name} is missing")
    expected = json.loads(companion.read_text(encoding="utf-8"))
    if expected.get("refused_in_safe_mode"):
        try:
            keras.saving.load_model(path, safe_mode=True)
        except ValueError as error:
            if "safe_mode" in str(error):
                return 0.0, "refused, as it must be"
            raise
        raise AssertionError("was loaded, and must be refused in safe mode")
    model = load(path, suffix, name, expected)
    remarks = []
    if "weights" in expected:
        wanted = [array(w) for w in expected["weights"]]
        if len(wanted) != len(model.weights):
            raise ValueError(f"{len(model.weights)} weights instead of {len(wanted)}")
        worst = max((difference(v.numpy(), w) for v, w in zip(model.weights, wanted)), default=0.0)
        if worst > 0:
            raise ValueError(f"weights differ by {worst:.1e}")
        remarks.append("weights equal")
    if "optimizer_variables" in expected and suffix == ".keras":
        wanted = [array(v) for v in expected["optimizer_variables"]]
        found = model.optimizer.variables if model.compiled else []
        if len(wanted) == 2:  # saved before the first step: Keras makes the slots that the file lacks, and leaves them as they are
            found = found[:2]
        if len(found) != len(wanted) or any(difference(v.numpy(), w) > 0 for v, w in zip(found, wanted)):
            raise ValueError("the optimizer's variables differ")
        remarks.append("optimizer equal")
    inputs = [array(i) for i in expected["inputs"]]
    outputs = keras.tree.flatten(model.predict(files.fed(model, inputs), verbose=0))
    wanted = [array(o) for o in expected["outputs"]]
    if len(outputs) != len(wanted):
        raise ValueError(f"{len(outputs)} outputs instead of {len(wanted)}")
    worst = max(difference(np.asarray(o), w) for o, w in zip(outputs, wanted))
    if suffix == ".keras" and expected.get("resume"):
        if not model.compiled:
            raise ValueError("holds no compile state to resume from")
        drift = 0.0
        for step in expected["resume"]:
            logs = model.train_on_batch(array(step["x"]), array(step["y"]), return_dict=True)
            drift = max(drift, max(abs(logs[k] - v) / max(1.0, abs(v)) for k, v in step["logs"].items()))
        if not drift <= RESUME_TOLERANCE:
            raise ValueError(f"training resumes with losses that differ by {drift:.1e}")
        remarks.append(f"resumes within {drift:.1e}")
    return worst, ", ".join(remarks)


def check(folder, report=None):
    found, records = [], []
    for path in sorted(Path(folder).iterdir()):
        suffix = next((s for s in SUFFIXES if path.name.endswith(s)), None)
        if suffix and not SHARD.search(path.name):
            found.append((path, suffix, path.name[: -len(suffix)]))
    if not found:
        print(f"{folder}: no .keras or .h5 file to check")
        return 1
    width = max(len(path.name) for path, _, _ in found)
    failed = 0
    print(f"{'file':<{width}}  result  largest difference")
    for path, suffix, name in found:
        keras.backend.clear_session()
        try:
            worst, remark = check_file(path, suffix, name)
            good = worst <= json.loads((path.parent / f"{name}.json").read_text(encoding="utf-8")).get("tolerance", TOLERANCE)
        except Exception as error:  # whatever Keras says of a file is the finding
            worst, good = float("nan"), False
            remark = f"{type(error).__name__}: " + " ".join(str(error).split())[:400]
        failed += not good
        records.append({"file": path.name, "ok": good, "difference": worst if np.isfinite(worst) else None, "remark": remark})
        print(f"{path.name:<{width}}  {'ok    ' if good else 'FAILED'}  {worst:.2e}  {remark}".rstrip())
    print(f"{len(found) - failed} of {len(found)} files agree with Keras {keras.__version__} to {TOLERANCE:.0e}")
    if report:
        Path(report).write_text(json.dumps({"keras_version": keras.__version__, "files": records}), encoding="utf-8")
    return 1 if failed else 0


def each_tensor(stored, make):
    """A tree of stored tensors, such as the states of a cell, with something made of each; plain values stay."""
    if isinstance(stored, list):
        return [each_tensor(item, make) for item in stored]
    return make(stored) if isinstance(stored, dict) else stored


def tensors_of(case):
    """All tensors that a case's call takes: the inputs, then those of its keyword arguments."""
    found = list(case["inputs"])
    each_tensor(list((case.get("args") or {}).values()), found.append)
    return found


def layer_model(name, case):
    """One layer between inputs, as the golden cases of the layers have it."""
    inputs = []

    def symbol(stored):
        inputs.append(keras.Input(tuple(stored["shape"][1:]), dtype=stored["dtype"], name=f"input_{len(inputs)}"))
        return inputs[-1]

    first = [symbol(stored) for stored in case["inputs"]]
    args = {key: each_tensor(value, symbol) for key, value in (case.get("args") or {}).items()}
    layer = keras.saving.deserialize_keras_object(
        {"module": "keras.layers", "class_name": name, "config": case["keras_config"], "registered_name": None})
    outputs = layer(first[0] if len(first) == 1 else first, **args)
    return keras.Model(inputs[0] if len(inputs) == 1 else inputs, outputs)


def keras_reads_h5(model, case):
    """Whether Keras reads back its own .h5 of this: it forgets an axis that is a list, and fails or computes something else."""
    path = common.path_of(f"{files.FOLDER}/{model.name}.h5")
    inputs = [array(tensor) for tensor in tensors_of(case)]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    flat = lambda outputs: keras.tree.flatten(outputs)  # noqa: E731
    try:
        files.save(model, ".h5")
        own, read = flat(model.predict(inputs, verbose=0)), flat(keras.saving.load_model(path).predict(inputs, verbose=0))
        good = all(np.array_equal(a, b) for a, b in zip(own, read, strict=True))
    except (TypeError, ValueError):  # it cannot save some configs, and cannot open what it wrote of Attention
        good = False
    if not good:
        path.unlink(missing_ok=True)
    return good


def make_layers():
    for path in sorted((common.FIXTURES / "layers").glob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        for index, case in enumerate(golden["cases"]):
            if any(case.get("input_masks") or []):
                continue  # a model gets its masks from its own layers
            keras.backend.clear_session()
            model = layer_model(golden["layer"], case)
            model.name = f"layer-{golden['layer']}-{index}"
            models.set_weights(model)
            suffixes = [suffix for suffix in files.ALL if suffix != ".h5" or keras_reads_h5(model, case)]
            with mock.patch.object(files, "example", inputs_of(golden["layer"], case)):
                files.describe(model, [files.save(model, suffix) for suffix in suffixes], **ROUGHER.get(golden["layer"], {}))


def make_images():
    """The layers of images, of which those that are random pass images where a model predicts."""
    numbers = {}
    for case in json.loads((common.FIXTURES / "images.json").read_text(encoding="utf-8"))["cases"]:
        keras.backend.clear_session()
        name, stored = case["layer"], {"keras_config": case["keras_config"], "inputs": [case["input"]]}
        try:
            model = layer_model(name, stored)
        except ValueError:  # Keras makes no graph of some: Equalization says that it gives its input
            continue
        model.name = f"layer-{name}-{numbers.setdefault(name, 0)}"
        numbers[name] += 1
        suffixes = [suffix for suffix in files.ALL if suffix != ".h5" or keras_reads_h5(model, stored)]
        with mock.patch.object(files, "example", lambda *_, x=array(case["input"]): x):
            files.describe(model, [files.save(model, suffix) for suffix in suffixes])


def inputs_of(layer, case, example=files.example):
    """The case's own integers and indices, which lie in their ranges; random floats, as a constant row is rounding error alone."""
    arrays = [array(tensor) for tensor in tensors_of(case)]
    given = iter(arrays)
    # Beside masks or indices of the case's own, of as many rows.
    is_own = layer.endswith("Embedding") or any(own.dtype.kind != "f" for own in arrays)

    def make(shape, dtype, label):
        own = next(given)
        return own if is_own else example(shape, dtype, label)

    return make


def make_operations():
    for name, function, specs in operations.CASES:
        if name == "softmax_axes":
            continue  # Keras 3.15.1 on JAX cannot open its own file of it: log_softmax comes back with a list for its axes
        if name == "image_elastic":
            continue  # Keras 3.15.1 on JAX cannot predict with it: its noise cannot be traced
        keras.backend.clear_session()
        inputs = [keras.Input(shape, dtype=dtype, name=f"input_{i}") for i, (shape, dtype) in enumerate(specs)]
        outputs = function(*inputs)
        if isinstance(outputs, list):  # Keras 3.15.1 on JAX cannot open its own file of Rot90: it comes back with a list for its axes
            outputs = [output for output in outputs if type(output._keras_history.operation).__name__ != "Rot90"]
        model = keras.Model(inputs, outputs, name=f"operation-{name}")
        if any(not output.shape or output.shape[0] is not None for output in model.outputs):
            continue  # predict() joins batches along the first axis
        files.describe(model, [files.save(model, ".keras")])


def make_optimizers():
    o = keras.optimizers
    every = [
        o.SGD(0.1), o.SGD(0.1, momentum=0.9), o.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01), o.SGD(0.1, clipvalue=0.05),
        o.RMSprop(0.02), o.RMSprop(0.02, momentum=0.5, centered=True), o.Adam(0.05), o.Adam(0.05, amsgrad=True, global_clipnorm=0.5),
        o.Adam(0.05, use_ema=True, ema_overwrite_frequency=2), o.AdamW(0.05, weight_decay=0.1),
        o.Adam(o.schedules.PiecewiseConstantDecay([2, 4], [0.1, 0.05, 0.01])), o.SGD(o.schedules.CosineDecay(0.1, 10)),
        o.SGD(o.schedules.PolynomialDecay(0.1, 10)), o.SGD(o.schedules.InverseTimeDecay(0.1, 3, 0.5)),
        o.Adagrad(0.1), o.Adadelta(1.0), o.Adamax(0.05), o.Nadam(0.05), o.Lamb(0.05), o.Lion(0.01, weight_decay=0.1), o.Ftrl(0.1, l1_regularization_strength=0.01),
        o.Adafactor(0.1), o.ScheduleFreeAdamW(0.05, warmup_steps=2), o.Muon(0.02),
    ]
    losses = ["categorical_crossentropy", "mse", "mae", "binary_crossentropy"]
    for index, optimizer in enumerate(every):
        arguments = {"optimizer": optimizer, "loss": losses[index % len(losses)], "metrics": ["accuracy"]}
        # Keras 3.15.1 cannot read back an .h5 with the loss "mse": it looks for a class of that name.
        suffixes = (".keras", ".h5") if arguments["loss"] == "categorical_crossentropy" else (".keras",)
        files.trained(models.mlp, arguments, 6, suffixes, f"optimizer-{type(optimizer).__name__}-{index}")


def make_policies():
    """A trained model of each dtype policy: weights of 16 bits, a loss scale."""
    for policy, tolerance in {"float16": 4e-3, "bfloat16": 3e-2, "mixed_float16": 4e-3, "mixed_bfloat16": 3e-2}.items():
        keras.backend.clear_session()
        keras.config.set_dtype_policy(policy)
        try:
            model = models.set_weights(models.mlp())
            model.name = f"policy-{policy}"
            adam = keras.optimizers.Adam(0.05)
            # A loss scale that compile() adds is not in the file: Keras skips the optimizer's state of such a file of its own.
            model.compile(keras.optimizers.LossScaleOptimizer(adam) if policy == "mixed_float16" else adam, "categorical_crossentropy")
            rng = common.rng_for("policy")
            model.fit(common.normal(rng, (6, 4)), np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]], verbose=0)
            # Keras 3.15.1 on JAX cannot open its own .h5 of bfloat16.
            suffixes = [suffix for suffix in files.ALL if (policy, suffix) != ("bfloat16", ".h5")]
            files.describe(model, [files.save(model, suffix) for suffix in suffixes], tolerance=tolerance)
        finally:
            keras.config.set_dtype_policy("float32")


def make(folder, seed):
    common.set_root(folder)
    files.FOLDER = "."
    models.SEED[:] = [seed]
    files.main()
    make_layers()
    make_images()
    sharded.main()
    make_operations()
    make_optimizers()
    make_policies()
    return 0


def main():
    logging.getLogger("absl").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check")
    checking.add_argument("folder")
    checking.add_argument("--report")
    making = commands.add_parser("make")
    making.add_argument("folder")
    making.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.exit(check(arguments.folder, arguments.report) if arguments.command == "check" else make(arguments.folder, arguments.seed))


if __name__ == "__main__":
    main()
