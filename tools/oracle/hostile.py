"""Makes fixtures/hostile/*.h5, small files that a reader of weights must refuse, each by one feature of HDF5; and one that it must read."""

import h5py
from common import ROOT, np

FOLDER = ROOT / "fixtures" / "hostile"


def weights(name, write):
    """A file in the layout of .weights.h5 for a model of one Dense(2) on 3 features, with one thing in it that does harm."""
    path = FOLDER / f"{name}.weights.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.attrs["name"] = "dense"
        group["1"] = np.zeros(2, np.float32)
        write(file, group)
    print(f"{path.name}: {path.stat().st_size} bytes")


def external_link(file, group):
    group["0"] = h5py.ExternalLink("/etc/passwd.h5", "/secrets")


def soft_link(file, group):
    group["0"] = h5py.SoftLink("/layers/dense/vars/1")


def soft_link_to_nowhere(file, group):
    group["0"] = h5py.SoftLink("/nowhere")


def second_name(file, group):
    group["0"] = group["1"]


def circle(file, group):
    group["0"] = np.zeros((3, 2), np.float32)
    group["again"] = file["layers"]


def external_storage(file, group):
    group.create_dataset("0", (3, 2), np.float32, external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)])


def virtual(file, group):
    layout = h5py.VirtualLayout((3, 2), np.float32)
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "kernel", (3, 2))
    group.create_virtual_dataset("0", layout)


def huge_contiguous(file, group):
    """Two kilobytes that declare four terabytes: nothing is stored until something is written."""
    group.create_dataset("0", (2**20, 2**20), np.float32)


def huge_chunked(file, group):
    group.create_dataset("0", (2**20, 2**20), np.float32, chunks=(1024, 1024), fillvalue=1.0)


def compressed(file, group):
    group.create_dataset("0", (3, 2), np.float32, data=np.zeros((3, 2), np.float32), compression="gzip")


def compression_bomb(file, group):
    group.create_dataset("0", data=np.zeros((1024, 1024), np.float32), compression="gzip", compression_opts=9, chunks=(1024, 1024))


def strings(file, group):
    group["0"] = np.array([["a", "b"]] * 3, dtype="S1")


def compound(file, group):
    group["0"] = np.zeros((3, 2), [("a", "f4"), ("b", "i4")])


def references(file, group):
    group.create_dataset("0", (3, 2), h5py.ref_dtype)


def prototype_names(file, group):
    group["0"] = np.zeros((3, 2), np.float32)
    file.create_group("__proto__/vars")["polluted"] = np.ones(1, np.float32)
    group.attrs["__proto__"] = "polluted"


def numbers():
    """Not hostile: every kind of number that a reader takes, in both byte orders."""
    path = ROOT / "fixtures" / "hdf5" / "numbers.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for order in "<>":
            for kind in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
                if kind[1] != "1" or order == "<":
                    file[f"{kind}{'le' if order == '<' else 'be'}"] = np.array([1, 0 if kind[0] == "u" else -2, 100], order + kind)
        file["bool"] = np.array([True, False, True])


def main():
    numbers()
    for write in (external_link, soft_link, soft_link_to_nowhere, second_name, circle, external_storage, virtual, huge_contiguous,
                  huge_chunked, compressed, compression_bomb, strings, compound, references, prototype_names):
        weights(write.__name__, write)


if __name__ == "__main__":
    main()
