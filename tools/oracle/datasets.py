"""Makes fixtures/keras/datasets.json: what Keras' functions for data give, and the files in fixtures/directories that two of them read.

Needs an environment of its own: pip install tensorflow-cpu==2.21.0 keras==3.15.1. Does not use common.py, which is JAX's.
"""

import json
import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DIRECTORIES = FIXTURES / "directories"


def tensor(array):
    array = np.asarray(array)
    dtype = "float32" if array.dtype == np.float64 else str(array.dtype)
    return {"shape": list(array.shape), "dtype": dtype, "data": [round(v, 7) for v in array.ravel().tolist()]}


def time_series():
    data = np.arange(24).reshape(12, 2)
    targets = np.arange(100, 112)
    for options in [
        {"sequence_length": 3},
        {"sequence_length": 3, "sequence_stride": 2, "sampling_rate": 2},
        {"sequence_length": 2, "sampling_rate": 3, "start_index": 2, "end_index": 10},
        {"sequence_length": 4, "sequence_stride": 5},
    ]:
        examples = list(keras.utils.timeseries_dataset_from_array(data, targets, batch_size=None, **options))
        yield {"options": options, "x": tensor([x for x, _ in examples]), "y": tensor([y for _, y in examples])}


def padding():
    flat, pairs = [[1], [2, 3], [], [4, 5, 6]], [[[1, 2]], [[3, 4], [5, 6], [7, 8]]]
    for sequences, options in [
        (flat, {}),
        (flat, {"padding": "post", "value": -1}),
        (flat, {"maxlen": 2, "truncating": "post"}),
        (flat, {"maxlen": 5, "padding": "post", "truncating": "pre"}),
        (pairs, {"maxlen": 2, "dtype": "float32", "value": 0.5}),
    ]:
        padded = keras.utils.pad_sequences(sequences, **options)
        yield {"sequences": sequences, "options": options, "padded": tensor(padded)}


def normalizing():
    data = np.asarray([[[3.0, -4.0, 0.0], [1.0, 2.0, 2.0]], [[0.0, 0.0, 0.0], [-5.0, 12.0, 1.0]]])
    # Not axis 0: Keras 3.15.1 takes it for the last one.
    for axis, order in [(-1, 2), (1, 2), (-2, 1), (2, 3), (1, np.inf)]:
        name = "Infinity" if order == np.inf else order
        yield {"data": data.tolist(), "axis": axis, "order": name, "normalized": tensor(keras.utils.normalize(data, axis, order))}


def splitting():
    for length, options in [(10, {"left_size": 0.8}), (7, {"right_size": 0.5}), (9, {"left_size": 4, "right_size": 3}), (5, {"left_size": 0.5})]:
        left, right = keras.utils.split_dataset(np.arange(length), **options)
        yield {"length": length, "options": options, "left": [int(v) for v in left], "right": [int(v) for v in right]}


TEXTS = {"neg/b.txt": "it was bad", "neg/a.txt": "no good\nat all", "pos/1.txt": "a fine day", "pos/10.txt": "so good ü", "pos/2.txt": "yes", "pos/notes.md": "no text"}


def pictures():
    grid = np.stack(np.meshgrid(np.arange(9), np.arange(7), indexing="ij"), -1)
    for i, (name, channels) in enumerate({"cats/a.png": 3, "cats/b.jpg": 3, "dogs/c.png": 1, "dogs/d.jpeg": 1, "dogs/e.png": 4}.items()):
        waves = [128 + 100 * np.sin(0.4 * grid[..., 0] + 0.5 * (c + i) * grid[..., 1] / 3) for c in range(channels)]
        yield name, np.stack(waves, -1).round().astype("uint8")


def texts():
    for name, text in TEXTS.items():
        path = DIRECTORIES / "texts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for options in [{}, {"max_length": 4, "label_mode": "binary"}, {"label_mode": "categorical", "class_names": ["pos", "neg"]},
                    {"validation_split": 0.4, "subset": "training"}, {"validation_split": 0.4, "subset": "validation"}]:
        made = keras.utils.text_dataset_from_directory(DIRECTORIES / "texts", batch_size=None, shuffle=False, verbose=False, **options)
        examples = list(made)
        yield {"options": options, "class_names": made.class_names, "x": [x.numpy().decode() for x, _ in examples], "y": tensor([y for _, y in examples])}


def images():
    for name, pixels in pictures():
        path = DIRECTORIES / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        encoded = tf.io.encode_png(pixels) if name.endswith("png") else tf.io.encode_jpeg(pixels, quality=95, chroma_downsampling=False)
        path.write_bytes(encoded.numpy())
    for options in [{"image_size": [4, 5]}, {"image_size": [12, 9], "color_mode": "grayscale"}, {"image_size": [5, 6], "interpolation": "nearest"},
                    {"image_size": [4, 4], "crop_to_aspect_ratio": True}, {"image_size": [4, 4], "pad_to_aspect_ratio": True}]:
        given = {**options, "image_size": tuple(options["image_size"])}
        made = keras.utils.image_dataset_from_directory(DIRECTORIES / "images", batch_size=None, shuffle=False, verbose=False, **given)
        examples = list(made)
        yield {"options": options, "class_names": made.class_names, "x": tensor(np.round([x for x, _ in examples], 3)), "y": tensor([y for _, y in examples])}


def main():
    made = {"keras_version": keras.__version__, "backend": "tensorflow", "made_by": "tools/oracle/datasets.py"}
    for name, cases in {"time_series": time_series, "padding": padding, "normalizing": normalizing, "splitting": splitting, "texts": texts, "images": images}.items():
        made[name] = list(cases())
    (FIXTURES / "keras" / "datasets.json").write_text(json.dumps(made) + "\n", encoding="utf-8")


main()
