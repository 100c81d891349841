"""What every oracle script shares: a pinned, single-threaded Keras on JAX, seeded tensors, and a compact JSON writer.

Not a fixture maker itself. Import it before anything that imports Keras: it sets the backend.
"""

import json
import math
import os
import sys
import zlib
from pathlib import Path

os.environ["KERAS_BACKEND"] = os.environ.get("ORACLE_BACKEND", "jax")
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_DEFAULT_MATMUL_PRECISION"] = "highest"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["PYTHONHASHSEED"] = "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "keras"
_root = FIXTURES
KERAS_VERSION = "3.15.1"

if keras.__version__ != KERAS_VERSION:
    sys.exit(f"These fixtures are made by Keras {KERAS_VERSION}, found {keras.__version__}. Use tools/oracle/setup.sh.")

keras.config.set_floatx("float32")


def set_root(folder):
    """Sends what follows to another folder than fixtures/keras."""
    global _root
    _root = Path(folder)


def path_of(relative):
    path = _root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def rng_for(*labels):
    """A generator that depends on the labels alone, so that adding a case leaves the others as they are."""
    return np.random.default_rng(zlib.crc32("/".join(map(str, labels)).encode()))


def normal(rng, shape, scale=1.0, decimals=2):
    """Readable float32 numbers: normal, rounded to a few decimals, never exactly 0."""
    values = np.round(rng.normal(0.0, scale, shape), decimals)
    return np.where(values == 0, 10.0**-decimals, values).astype(np.float32)


def uniform(rng, shape, low=0.0, high=1.0, decimals=3):
    return np.round(rng.uniform(low, high, shape), decimals).astype(np.float32)


def distinct(rng, shape, step=0.25):
    """Float32 numbers without ties (for max pooling and the like), centred on 0 and never 0."""
    size = int(np.prod(shape))
    values = (np.arange(size) - size // 2 + 0.5) * step
    return rng.permutation(values).reshape(shape).astype(np.float32)


def softmax_rows(rng, shape):
    """Rows of float32 probabilities, each summing to 1 in three decimals."""
    raw = rng.dirichlet(np.ones(shape[-1]) * 2.0, size=shape[:-1])
    parts = np.maximum(np.round(raw[..., :-1] * 0.98, 3), 0.001)
    last = np.round(1.0 - parts.sum(-1, keepdims=True), 3)
    return np.concatenate([parts, last], -1).astype(np.float32)


def number(value):
    """A float32 as the shortest decimal that reads back to it; NaN and infinities become strings, -0 becomes 0."""
    single = np.float32(value)
    if np.isnan(single):
        return "NaN"
    if np.isinf(single):
        return "Infinity" if single > 0 else "-Infinity"
    shortest = float(str(single))
    return int(shortest) if shortest.is_integer() and abs(shortest) < 2**53 else shortest


def flat(array):
    array = np.asarray(array)
    if array.dtype.kind in "fV":
        return [number(v) for v in array.astype(np.float32).ravel()]
    if array.dtype.kind == "b":
        return [bool(v) for v in array.ravel()]
    return [int(v) for v in array.ravel()]


def tensor(array, **extra):
    """{"shape", "dtype", "data"}: row-major, one flat list. Scalars have shape []."""
    array = np.asarray(array)
    dtype = "float32" if array.dtype == np.float64 else str(array.dtype)
    return {**extra, "shape": list(array.shape), "dtype": dtype, "data": flat(array)}


def weight(variable, value=None):
    return tensor(variable.numpy() if value is None else value, name=variable.name, trainable=bool(variable.trainable))


def plain(value):
    """Keras' own JSON form of a config: tuples become lists, objects become envelopes."""
    return keras.saving.serialize_keras_object(value)


def _scalar(value):
    if isinstance(value, float) and not math.isfinite(value):
        return json.dumps("NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity")
    return json.dumps(value, ensure_ascii=False)


def _inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))}: {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_inline(v) for v in value) + "]"
    if isinstance(value, (np.floating, np.integer, np.bool_)):
        return _inline(value.item())
    return _scalar(value)


def _is_tensor(value):
    return isinstance(value, dict) and "data" in value and "shape" in value


def dumps(value, indent=0, width=120):
    """JSON with short values and tensors on one line, so that a diff shows what moved."""
    line = _inline(value)
    if not isinstance(value, (dict, list, tuple)) or _is_tensor(value) or len(line) + indent <= width:
        return line
    is_plain_list = isinstance(value, (list, tuple)) and not any(isinstance(v, (dict, list, tuple)) for v in value)
    if is_plain_list:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, dict):
        body = [f"{pad}{json.dumps(str(k))}: {dumps(v, indent + 1, width)}" for k, v in value.items()]
        return "{\n" + ",\n".join(body) + "\n" + " " * indent + "}"
    body = [pad + dumps(v, indent + 1, width) for v in value]
    return "[\n" + ",\n".join(body) + "\n" + " " * indent + "]"


def header(script):
    return {"keras_version": keras.__version__, "backend": keras.backend.backend(), "made_by": f"tools/oracle/{script}"}


def write(relative, value):
    """Writes fixtures/keras/<relative> when it differs from what is there."""
    path = path_of(relative)
    text = dumps(value) + "\n"
    json.loads(text, parse_constant=lambda c: sys.exit(f"{relative}: {c} is not JSON"))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    print(f"{relative}: {len(text) / 1024:.1f} KB")
