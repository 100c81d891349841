"""Exchanges safetensors files with the reference implementation; `all.py` makes the fixtures, too.

    python tools/oracle/safetensors_files.py            makes fixtures/safetensors
    python tools/oracle/safetensors_files.py check FILE  opens a file that Lamella wrote; prints its tensors; writing them
                                                        again must give the same bytes, else exit status 1
"""

import json
import sys

import ml_dtypes
import numpy as np
from common import ROOT
from safetensors.numpy import load, save

FOLDER = ROOT / "fixtures" / "safetensors"


def weights():
    """Those of a Dense of two units on three inputs, and of a BatchNormalization behind it."""
    values = np.arange(6, dtype=np.float32).reshape(3, 2) / 8 - 0.25
    ones = np.ones(2, np.float32)
    return {
        "dense/kernel": values,
        "dense/bias": np.array([0.5, -1.5], np.float32),
        "norm/gamma": ones * 2,
        "norm/beta": ones / 4,
        "norm/moving_mean": ones / 8,
        "norm/moving_variance": ones / 2,
    }


def dtypes():
    values = [0, 1, -2.5, 65504]
    integers = [0, 1, -2, 127]
    return {
        "f16": np.array(values, np.float16),
        "bf16": np.array([0, 1, -2.5, 3.0e38], ml_dtypes.bfloat16),
        "f32": np.array(values, np.float32),
        "f64": np.array(values, np.float64),
        "i8": np.array(integers, np.int8),
        "i16": np.array(integers, np.int16),
        "i32": np.array([0, 1, -(2**31), 2**31 - 1], np.int32),
        "i64": np.array([0, 1, -(2**31), 2**31 - 1], np.int64),
        "u8": np.array([0, 1, 128, 255], np.uint8),
        "u16": np.array([0, 1, 128, 65535], np.uint16),
        "u32": np.array([0, 1, 128, 2**31 - 1], np.uint32),
        "u64": np.array([0, 1, 128, 2**31 - 1], np.uint64),
        "bool": np.array([False, True, True, False]),
        "scalar": np.array(7, np.float32),
        "empty": np.zeros((0, 3), np.float32),
    }


def make():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, tensors in {"weights": weights(), "dtypes": dtypes()}.items():
        (FOLDER / f"{name}.safetensors").write_bytes(save(tensors))
        listed = {
            key: {"shape": list(value.shape), "data": value.astype(np.float64).ravel().tolist()}
            for key, value in tensors.items()
        }
        (FOLDER / f"{name}.json").write_text(json.dumps(listed, indent=1) + "\n")
    # What the reference says of its own accord, and Lamella passes over.
    (FOLDER / "metadata.safetensors").write_bytes(save(weights(), metadata={"format": "np"}))


def check(path):
    with open(path, "rb") as file:
        data = file.read()
    tensors = load(data)
    for key, value in tensors.items():
        print(f"{key}  {value.dtype}{list(value.shape)}")
    same = save(tensors) == data
    print("the same bytes when written again" if same else "OTHER BYTES when written again")
    return 0 if same else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        sys.exit(check(sys.argv[2]))
    make()
