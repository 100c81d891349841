"""Makes fixtures/keras/images.json: the layers of images in training, with draws that are known: every even draw is 0.3 of its range (or what the case
says), every normal one 0.5, what is shuffled is reversed, a share of two equal gammas is a half, and a choice from a list is an even draw among it."""

from types import SimpleNamespace

import jax
import jax.numpy as jnp
from common import header, keras, normal, np, plain, rng_for, tensor, uniform, write
from keras.src.backend.jax import random as draws
from keras.src.layers.preprocessing.image_preprocessing import aug_mix

EVEN, NORMAL = 0.3, 0.5
draws.uniform = lambda shape, minval=0.0, maxval=1.0, dtype=None, seed=None: jnp.full(shape, minval + EVEN * (maxval - minval), "float32")
draws.randint = lambda shape, minval, maxval, dtype="int32", seed=None: jnp.full(shape, int(minval + EVEN * (maxval - minval)), dtype)
draws.normal = lambda shape, mean=0.0, stddev=1.0, dtype=None, seed=None: jnp.full(shape, mean + NORMAL * stddev, "float32")
draws.shuffle = lambda x, axis=0, seed=None: x[::-1]
draws.gamma = lambda shape, alpha, dtype=None, seed=None: jnp.ones(shape, "float32")
draws.beta = lambda shape, alpha, beta, dtype=None, seed=None: jnp.full(shape, 0.5, "float32")
aug_mix.py_random = SimpleNamespace(choice=lambda items: items[int(EVEN * len(items))])
jax.random.normal = lambda key, shape=(), dtype="float32": jnp.full(shape, NORMAL, "float32")

ONE = {"value_range": [0, 1]}
MOVED = {"fill_mode": "constant", "fill_value": 0.25}
CASES = [
    ("Resizing", "smoothed", {"height": 3, "width": 7, "antialias": True}), ("Resizing", "nearest, cropped", {"height": 4, "width": 2, "interpolation": "nearest", "crop_to_aspect_ratio": True}),
    ("Resizing", "padded", {"height": 6, "width": 6, "interpolation": "bicubic", "pad_to_aspect_ratio": True, "fill_value": 0.5}), ("Resizing", "channels first", {"height": 2, "width": 5, "data_format": "channels_first"}),
    ("CenterCrop", "a part", {"height": 3, "width": 2}), ("CenterCrop", "stretched", {"height": 6, "width": 5}), ("AutoContrast", "of shares", ONE), ("Equalization", "of shares", ONE), ("Equalization", "of few bins", {"value_range": [0, 1], "bins": 7}),
    ("Solarization", "inverted", {**ONE, "addition_factor": 0.2, "threshold_factor": [0.5, 1.0]}),
    ("ContrastLimitedAdaptiveHistogramEqualization", "of tiles", {**ONE, "tile_grid_size": [2, 3]}),
    ("RandomFlip", "both ways", {}), ("RandomFlip", "horizontal", {"mode": "horizontal", "seed": 3}), ("RandomBrightness", "darker", {**ONE, "factor": 0.5}), ("RandomContrast", "lower", {**ONE, "factor": [0.4, 0.9]}),
    ("RandomHue", "turned", {**ONE, "factor": 0.6}), ("RandomSaturation", "weaker", {"factor": 0.8, **ONE}), ("RandomSharpness", "smoother", {**ONE, "factor": 0.5}),
    ("RandomGrayscale", "grey", {"factor": 0.5}), ("RandomGrayscale", "left", {"factor": 0.2}), ("RandomColorDegeneration", "greyer", {**ONE, "factor": [0.2, 0.6]}), ("RandomPosterization", "few bits", {**ONE, "factor": [2, 5]}),
    ("RandomInvert", "inverted", {**ONE, "factor": [0.5, 1.0]}), ("RandomColorJitter", "all", {**ONE, "brightness_factor": 0.2, "contrast_factor": 0.3, "saturation_factor": 0.4, "hue_factor": 0.1}),
    ("RandomRotation", "reflected", {"factor": 0.3}), ("RandomRotation", "nearest", {"factor": [0.1, 0.2], "interpolation": "nearest", "fill_mode": "wrap"}),
    ("RandomZoom", "one factor", {"height_factor": 0.4, **MOVED}), ("RandomZoom", "two factors", {"height_factor": [-0.5, -0.2], "width_factor": [0.1, 0.6]}),
    ("RandomTranslation", "moved", {"height_factor": 0.5, "width_factor": [-0.1, 0.6], **MOVED}), ("RandomShear", "slanted", {"x_factor": [0.1, 0.5], "y_factor": [0.0, 0.3], "fill_mode": "nearest"}),
    ("RandomPerspective", "seen from aside", {"factor": [0.9, 1.0], "scale": 0.6, "fill_value": 0.5}), ("RandomGaussianBlur", "blurred", {**ONE, "factor": [0.8, 1.0], "kernel_size": [3, 5], "sigma": [0.4, 0.9]}),
    ("RandomErasing", "filled", {**ONE, "factor": [0.9, 1.0], "scale": [0.2, 0.6], "fill_value": 0.7}), ("RandomErasing", "noise", {**ONE, "factor": [0.9, 1.0]}),
    ("RandomCrop", "a part", {"height": 3, "width": 2, "seed": 3}), ("RandomCrop", "stretched", {"height": 5, "width": 6, "seed": 3}),
    ("MixUp", "mixed", {"alpha": 0.4}), ("CutMix", "cut", {"factor": [0.2, 0.9]}),
    ("RandAugment", "sheared", ONE, 0.05), ("RandAugment", "turned", {**ONE, "factor": 0.4, "interpolation": "nearest"}, 0.2), ("RandAugment", "darker", ONE),
    ("RandAugment", "fewer bits", {**ONE, "num_ops": 1, "factor": [0.2, 0.4]}, 0.65), ("RandAugment", "equalized", {**ONE, "num_ops": 3}, 0.95),
    ("AugMix", "moved", {**ONE, "num_chains": 2}, 0.1), ("AugMix", "darker", {**ONE, "chain_depth": 2, "factor": [0.1, 0.6], "alpha": 0.5}),
    ("AugMix", "without colours", {**ONE, "all_ops": False, "interpolation": "nearest"}, 0.55), ("AugMix", "unchanged", {**ONE, "chain_depth": 1}, 0.95),
    ("RandomElasticTransform", "mirrored", {**ONE, "factor": [0.9, 1.0], "scale": [0.8, 0.8]}),
    ("RandomElasticTransform", "nearest", {**ONE, "factor": [0.9, 1.0], "scale": [1.0, 1.0], "interpolation": "nearest", "fill_mode": "constant", "fill_value": 0.25}),
    ("RandomElasticTransform", "left", {**ONE, "factor": 0.2}),
]


def case(layer_name, name, config, even=0.3):
    global EVEN
    EVEN = even
    keras.backend.clear_session()
    rng = rng_for("images", f"{layer_name}/{name}")
    layer = getattr(keras.layers, layer_name)(**config)
    x = uniform(rng, (2, 5, 4, 3), 0.05, 0.95)
    y, pullback = jax.vjp(lambda images: layer(images, training=True), jnp.asarray(x))
    cotangent = normal(rng, y.shape)
    return {
        "layer": layer_name, "name": name, "even": even, "config": plain(config), "input": tensor(x), "output": tensor(np.asarray(y)),
        "cotangent": tensor(cotangent), "gradient": tensor(np.asarray(pullback(jnp.asarray(cotangent))[0])), "keras_config": plain(layer.get_config()),
    }


if __name__ == "__main__":
    write("images.json", {**header("images.py"), "normal": NORMAL, "cases": [case(*c) for c in CASES]})
