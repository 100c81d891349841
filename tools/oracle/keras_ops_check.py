"""Opens models whose Lambdas were written as operations of Keras, in safe mode and without any code of ours, and predicts.

    python tools/oracle/keras_ops_check.py FOLDER

FOLDER holds NAME.keras and NAME.json for each model, as exchange.py describes them; "gradient", where it is there, is that of
the sum of the output. Prints the largest difference of each and what stands in it, and exits with 1 when one fails or none is
found. `npm run check:keras-ops` writes the models and calls this.
"""

import json
import logging
import os
import sys
import zipfile
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
logging.getLogger("absl").setLevel(logging.ERROR)

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402

jax.config.update("jax_default_matmul_precision", "highest")
TOLERANCE = 1e-6  # relative to the larger of 1 and the expected value


def array(tensor):
    return np.asarray([float(v) if isinstance(v, str) else v for v in tensor["data"]], tensor["dtype"]).reshape(tensor["shape"])


def classes(config):
    """The classes of all layers and operations, those of models inside included."""
    for layer in config["config"].get("layers", []):
        yield layer["class_name"]
        yield from classes(layer)


def difference(got, expected):
    if got.shape != expected.shape:
        raise ValueError(f"shape {list(got.shape)} instead of {list(expected.shape)}")
    if got.dtype != expected.dtype:
        raise ValueError(f"dtype {got.dtype} instead of {expected.dtype}")
    got, expected = got.astype(np.float64), expected.astype(np.float64)
    with np.errstate(invalid="ignore"):
        gaps = np.abs(got - expected) / np.maximum(1.0, np.abs(expected))
    gaps = np.where((got == expected) | (np.isnan(got) & np.isnan(expected)), 0.0, gaps)
    return float(np.max(gaps, initial=0.0))


def check(path):
    with zipfile.ZipFile(path) as archive:
        found = sorted(set(classes(json.loads(archive.read("config.json")))))
    if "Lambda" in found:
        raise ValueError("it still holds a Lambda")
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    model = keras.saving.load_model(path, safe_mode=True)
    inputs = [array(tensor) for tensor in expected["inputs"]]
    got = model(inputs if len(inputs) > 1 else inputs[0])
    outputs = got if isinstance(got, (list, tuple)) else [got]
    wanted = [array(tensor) for tensor in expected["outputs"]]
    if len(outputs) != len(wanted):
        raise ValueError(f"{len(outputs)} outputs instead of {len(wanted)}")
    worst = max(difference(np.asarray(o), w) for o, w in zip(outputs, wanted))
    if "gradient" in expected:
        gradient = jax.grad(lambda x: model(x).sum())(inputs[0])
        worst = max(worst, difference(np.asarray(gradient), array(expected["gradient"])))
    return worst, ", ".join(name for name in found if name not in ("InputLayer", "Functional"))


def main():
    paths = sorted(Path(sys.argv[1]).glob("*.keras"))
    width = max((len(path.stem) for path in paths), default=0)
    failed, rows = 0, []
    for path in paths:
        keras.backend.clear_session()
        try:
            worst, remark = check(path)
            good = worst <= TOLERANCE
        except Exception as error:  # whatever Keras says of a file is the finding
            worst, good = float("nan"), False
            remark = f"{type(error).__name__}: " + " ".join(str(error).split())[:300]
        failed += not good
        rows.append({"name": path.stem, "ok": good, "difference": worst if good else None, "operations": remark if good else path.stem})
        print(f"{path.stem:<{width}}  {'ok    ' if good else 'FAILED'}  {worst:.1e}  {remark}")
    print(f"{len(paths) - failed} of {len(paths)} models agree with Keras {keras.__version__} to {TOLERANCE:.0e}")
    report = {"keras": keras.__version__, "models": rows}
    Path(sys.argv[1], "report").write_text(json.dumps(report), encoding="utf-8")
    sys.exit(1 if failed or not paths else 0)


if __name__ == "__main__":
    main()
