"""Makes fixtures/keras/image_records.json: layers of images in training on records of images, boxes, labels and masks, with draws that are known as
those of images.py are. On NumPy, which needs no compiler for each size."""

import os

os.environ["ORACLE_BACKEND"] = "numpy"

from types import SimpleNamespace

from common import header, keras, np, plain, rng_for, tensor, uniform, write
from keras.src.backend.numpy import random as draws
from keras.src.layers.preprocessing.image_preprocessing import aug_mix

EVEN = 0.3
draws.uniform = lambda shape, minval=0.0, maxval=1.0, dtype=None, seed=None: np.full(shape, minval + EVEN * (maxval - minval), "float32")
draws.randint = lambda shape, minval, maxval, dtype="int32", seed=None: np.full(shape, int(minval + EVEN * (maxval - minval)), dtype)
draws.shuffle = lambda x, axis=0, seed=None: x[::-1]
draws.gamma = lambda shape, alpha, dtype=None, seed=None: np.ones(shape, "float32")
draws.beta = lambda shape, alpha, beta, dtype=None, seed=None: np.full(shape, 0.5, "float32")
# On NumPy it adds to the very array that it is given.
in_place = keras.layers.RandomBrightness.transform_images
keras.layers.RandomBrightness.transform_images = lambda self, images, *others, **named: in_place(self, np.array(images), *others, **named)
aug_mix.py_random = SimpleNamespace(choice=lambda items: items[int(EVEN * len(items))])

ONE = {"value_range": [0, 1]}
MOVED = {"fill_mode": "constant", "fill_value": 0.25}

# Beside images: two boxes, in pixels and `xyxy` before they are written in the layer's format, class labels and masks; what a layer lacks is left out.
BOXES = [[[0.5, 1.0, 3.0, 4.5], [1.0, 0.0, 2.0, 2.5]], [[2.0, 2.0, 4.5, 5.5], [0.0, 0.0, 1.5, 1.0]]]
CROPPED = [[[0.5, 1.0, 2.0, 2.5], [1.0, 0.0, 2.0, 2.5]], [[2.0, 2.0, 3.0, 4.0], [1.5, 1.0, 2.5, 1.5]]]
FILLED = [[[0.5, 1.0, 3.0, 4.5], [0.0, 0.0, 0.0, 0.0]], [[-1.0, -1.0, -1.0, -1.0], [2.0, 2.0, 4.5, 5.5]]]
ALL = ("bounding_boxes", "labels", "segmentation_masks")
RECORDS = [
    ("RandomFlip", "both ways", "xyxy", {}, 0.3, ALL), ("RandomFlip", "horizontal", "rel_xyxy", {"mode": "horizontal"}, 0.3, ALL), ("RandomFlip", "vertical", "center_yxhw", {"mode": "vertical"}, 0.3, ALL), ("RandomFlip", "not", "xywh", {}, 0.7, ALL),
    ("RandomRotation", "turned", "xyxy", {"factor": 0.3}, 0.3, ALL), ("RandomTranslation", "moved", "xywh", {"height_factor": 0.5, "width_factor": [-0.1, 0.6]}, 0.3, ALL),
    ("RandomZoom", "farther", "xyxy", {"height_factor": [0.2, 0.5], "width_factor": [0.1, 0.7], **MOVED}, 0.3, ALL), ("RandomZoom", "nearer", "rel_xywh", {"height_factor": [-0.5, -0.2]}, 0.3, ALL),
    ("RandomShear", "slanted", "xyxy", {"x_factor": [0.1, 0.5], "y_factor": [0.0, 0.3]}, 0.3, ALL), ("RandomShear", "back", "rel_center_xywh", {"x_factor": [0.1, 0.5], "y_factor": [0.0, 0.3]}, 0.8, ALL),
    ("RandomPerspective", "seen from aside", "xyxy", {"factor": [0.9, 1.0], "scale": 0.6}, 0.3, ALL),
    ("RandomCrop", "a part", "xyxy", {"height": 4, "width": 3, "seed": 3}, 0.5, ALL), ("CenterCrop", "a part", "xywh", {"height": 3, "width": 3}, 0.3, ALL), ("CenterCrop", "stretched", "rel_yxyx", {"height": 8, "width": 4}, 0.3, ALL),
    ("Resizing", "stretched", "yxyx", {"height": 3, "width": 7}, 0.3, ALL), ("Resizing", "padded", "xyxy", {"height": 8, "width": 5, "pad_to_aspect_ratio": True}, 0.3, ALL),
    ("Resizing", "cropped", "center_xywh", {"height": 4, "width": 9, "crop_to_aspect_ratio": True}, 0.3, ALL), ("Resizing", "filled up", "xywh", {"height": 3, "width": 4}, 0.3, ALL),
    ("RandomBrightness", "darker", "xyxy", {**ONE, "factor": 0.5}, 0.3, ALL), ("RandomErasing", "filled", "rel_xyxy", {**ONE, "factor": [0.9, 1.0], "fill_value": 0.7}, 0.3, ALL), ("AutoContrast", "of shares", "xywh", ONE, 0.3, ALL),
    ("RandAugment", "sheared", "xyxy", {**ONE, "num_ops": 1}, 0.05, ALL), ("RandAugment", "moved", "xywh", {**ONE, "num_ops": 1}, 0.1, ALL), ("RandAugment", "darker", "rel_xyxy", {**ONE, "num_ops": 1}, 0.3, ALL),
    ("AugMix", "moved", "xyxy", ONE, 0.1, ALL), ("MaxNumBoundingBoxes", "more", "xyxy", {"max_number": 3}, 0.3, ALL), ("MaxNumBoundingBoxes", "fewer", "xywh", {"max_number": 1}, 0.3, ALL),
    ("MixUp", "mixed", "rel_xyxy", {}, 0.3, ALL[:2]), ("CutMix", "cut", None, {}, 0.3, ALL[1:2]),
]


def record(layer_name, name, box_format, config, even, members):
    global EVEN
    EVEN = even
    keras.backend.clear_session()
    rng = rng_for("images", f"records/{layer_name}/{name}")
    layer = getattr(keras.layers, layer_name)(**config, **({} if box_format is None else {"bounding_box_format": box_format}))
    boxes = np.array(CROPPED if layer_name == "RandomCrop" else FILLED if name == "filled up" else BOXES, "float32")
    if box_format is not None and name != "filled up":
        boxes = np.asarray(keras.utils.bounding_boxes.convert_format(boxes, "xyxy", box_format, height=6, width=5))
    others = {
        "bounding_boxes": {"boxes": boxes, "labels": np.array([[1, 2], [3, 4]], "int32")}, "labels": np.eye(3, dtype="float32")[[0, 2]],
        "segmentation_masks": rng.integers(0, 3, (2, 6, 5, 1)).astype("float32"),
    }
    data = {"images": uniform(rng, (2, 6, 5, 3), 0.05, 0.95), **{name: others[name] for name in members}}
    tensors = lambda tree: keras.tree.map_structure(lambda x: tensor(np.asarray(x)), tree)
    found = layer(keras.tree.map_structure(np.array, data), training=True)
    if layer_name == "MixUp":  # Keras puts the labels of boxes under each other, and the boxes beside each other.
        found["bounding_boxes"]["labels"] = np.concatenate(np.split(np.asarray(found["bounding_boxes"]["labels"]), 2), axis=1)
    return {"layer": layer_name, "name": name, "even": even, "config": plain(config), "format": box_format, "data": tensors(data), "found": tensors(found), "keras_config": plain(layer.get_config())}


# Two boxes of an image of 20 by 30 in each format.
FORMATS = ["xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"]
convert = lambda box_format: tensor(np.asarray(keras.utils.bounding_boxes.convert_format(np.array([[1.0, 2.0, 7.0, 12.0], [10.0, 0.0, 30.0, 18.5]], "float32"), "xyxy", box_format, height=20, width=30)))


if __name__ == "__main__":
    write("image_records.json", {**header("image_records.py"), "records": [record(*c) for c in RECORDS], "formats": {f: convert(f) for f in FORMATS}})
