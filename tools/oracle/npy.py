"""Small .npy and .npz files as NumPy writes them, for the readers of @lamella/datasets. Needs NumPy alone.

Each file of arrays.json has the values that a reader must give; those of refused.json must be refused.
"""

import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "numpy"
NUMBERS = [[1, -2, 3], [100, -100, 0]]
NATURALS = [[1, 2, 3], [100, 200, 0]]
FRACTIONS = [[0.5, -1.25, 3.0], [1e-3, 65504.0, -0.0]]


def cases():
    """Name, array, and the dtype that it has in Lamella."""
    for dtype in ["i1", "i2", "i4", "i8"]:
        for order in ["<"] if dtype == "i1" else ["<", ">"]:
            yield f"{'big_' if order == '>' else ''}{dtype}", np.array(NUMBERS, order + dtype), np.dtype(dtype).name
    for dtype in ["u1", "u2", "u4", "u8"]:
        for order in ["<"] if dtype == "u1" else ["<", ">"]:
            lamella = "int64" if dtype == "u8" else np.dtype(dtype).name
            yield f"{'big_' if order == '>' else ''}{dtype}", np.array(NATURALS, order + dtype), lamella
    for dtype in ["f2", "f4", "f8"]:
        for order in ["<", ">"]:
            yield f"{'big_' if order == '>' else ''}{dtype}", np.array(FRACTIONS, order + dtype), np.dtype(dtype).name
    yield "bool", np.array([[True, False], [False, True]]), "bool"
    yield "scalar", np.array(7, "<i4"), "int32"
    yield "vector", np.array([1, 2, 3], "<f4"), "float32"
    yield "empty", np.zeros((0, 3), "<f4"), "float32"
    yield "fortran", np.asfortranarray(np.arange(24, dtype="<i2").reshape(2, 3, 4)), "int16"
    yield "big_fortran_f8", np.asfortranarray(np.arange(6, dtype=">f8").reshape(3, 2)), "float64"
    yield "wide_i8", np.array([2**31, -(2**53) + 1], "<i8"), "int64"
    yield "wide_u4", np.array([2**31], "<u4"), "uint32"
    yield "wide_f8", np.array([1e300], "<f8"), "float64"


REFUSED = {
    "objects": np.array([1, "a", None], dtype=object),
    "unicode": np.array(["a", "bc"]),
    "bytes": np.array([b"a", b"bc"]),
    "complex": np.array([1 + 2j]),
    "records": np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f4")]),
    "dates": np.array(["2026-01-01"], dtype="datetime64[D]"),
    "wide_u8": np.array([2**63], "<u8"),
}


def npy(array, version=None):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, version=version)
    return buffer.getvalue()


def pin_times(path):
    """Archives hold the time; a fixed one makes them the same at every run."""
    with zipfile.ZipFile(path) as archive:
        members = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in members:
            pinned = zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0))
            pinned.compress_type = info.compress_type
            with archive.open(pinned, "w", force_zip64=True) as member:
                member.write(data)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, array, dtype in cases():
        (FOLDER / f"{name}.npy").write_bytes(npy(array))
        expected[name] = {"dtype": dtype, "shape": list(array.shape), "data": array.astype("f8").ravel().tolist()}
    for version in [(2, 0), (3, 0)]:
        name = f"version_{version[0]}"
        array = np.array([1, 2], "<f4")
        (FOLDER / f"{name}.npy").write_bytes(npy(array, version))
        expected[name] = {"dtype": "float32", "shape": [2], "data": [1, 2]}
    for name, array in REFUSED.items():
        (FOLDER / f"refused_{name}.npy").write_bytes(npy(array))
    arrays = {"x": np.arange(12, dtype="<f4").reshape(3, 4), "labels": np.array([5, 0, 4], "u1")}
    np.savez(FOLDER / "stored.npz", **arrays)
    np.savez_compressed(FOLDER / "deflated.npz", **arrays)
    for name in ["stored.npz", "deflated.npz"]:
        pin_times(FOLDER / name)
    (FOLDER / "arrays.json").write_text(json.dumps(expected, indent=1) + "\n")


def check(folder):
    """Reads what Lamella wrote: `python npy.py check FOLDER`, a folder with arrays.json beside the files it describes."""
    for name, wanted in json.loads((Path(folder) / "arrays.json").read_text()).items():
        path = Path(folder) / name
        loaded = np.load(path, allow_pickle=False)
        got = {"": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
        for key, array in got.items():
            tensor = wanted[key]
            same = array.shape == tuple(tensor["shape"]) and str(array.dtype) == tensor["dtype"]
            if not same or array.ravel().tolist() != tensor["data"]:
                sys.exit(f"{name} {key}: got {array.dtype}{array.shape}")
        print(f"{name}: the same")


if __name__ == "__main__":
    check(sys.argv[2]) if sys.argv[1:2] == ["check"] else main()
