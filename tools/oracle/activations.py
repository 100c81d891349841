"""Makes fixtures/keras/activations.json, initializers.json, regularizers.json and constraints.json.

Random initializers are described by their exact distribution (checked here against a large draw), not by their draws.
"""

import math

from common import distinct, header, keras, normal, np, plain, rng_for, tensor, write

import jax
import jax.numpy as jnp
from keras.src import activations, constraints, initializers, regularizers
from keras.src.initializers.random_initializers import compute_fans

POINTS = [-100, -20, -6, -3.5, -3, -2, -1, -0.5, -0.25, 0, 0.1, 0.5, 1, 2, 3, 3.5, 6, 20, 100]
KINKS = {
    "relu": [0], "relu6": [0, 6], "leaky_relu": [0], "hard_sigmoid": [-3, 3], "hard_silu": [-3, 3],
    "hard_tanh": [-1, 1], "hard_shrink": [-0.5, 0.5], "soft_shrink": [-0.5, 0.5], "threshold": [0.5],
    "sparse_sigmoid": [-1, 1], "selu": [0], "elu": [], "celu": [],
}
POINTWISE = [
    ("celu", {}), ("celu", {"alpha": 0.5}), ("elu", {}), ("elu", {"alpha": 0.5}), ("exponential", {}), ("gelu", {}),
    ("gelu", {"approximate": True}), ("hard_shrink", {}), ("hard_shrink", {"threshold": 1.5}), ("hard_sigmoid", {}),
    ("hard_silu", {}), ("hard_tanh", {}), ("leaky_relu", {}), ("leaky_relu", {"negative_slope": 0.05}), ("linear", {}),
    ("log_sigmoid", {}), ("mish", {}), ("relu", {}), ("relu", {"negative_slope": 0.1, "max_value": 3.25, "threshold": 0.2}),
    ("relu6", {}), ("selu", {}), ("sigmoid", {}), ("silu", {}), ("soft_shrink", {}), ("soft_shrink", {"threshold": 1.5}),
    ("softplus", {}), ("softsign", {}), ("sparse_plus", {}), ("sparse_sigmoid", {}), ("squareplus", {}),
    ("squareplus", {"b": 1}), ("tanh", {}), ("tanh_shrink", {}), ("threshold", {"threshold": 0.5, "default_value": 0.25}),
]
ROWS = [
    ("softmax", {}), ("softmax", {"axis": 0}), ("log_softmax", {}), ("log_softmax", {"axis": 0}), ("glu", {}),
    ("glu", {"axis": 0}), ("sparsemax", {}), ("sparsemax", {"axis": 0}),
]


def of(fn, x, cotangent):
    y, pullback = jax.vjp(fn, jnp.asarray(x))
    (gradient,) = pullback(jnp.asarray(cotangent, y.dtype))
    return y, gradient


def activation_cases():
    cases = []
    for name, arguments in POINTWISE:
        x = np.asarray(POINTS, np.float32)
        fn = getattr(keras.activations, name)
        y, gradient = of(lambda v: fn(v, **arguments), x, np.ones_like(x))
        kinks = [POINTS.index(k) for k in KINKS.get(name, [])] if name not in ("hard_shrink", "soft_shrink") or not arguments else []
        if name in ("elu", "celu") and arguments:
            kinks = [POINTS.index(0)] if name == "elu" else []
        if name == "relu" and arguments:
            kinks = []
        cases.append({"activation": name, "arguments": arguments, "input": tensor(x), "output": tensor(y),
                      "gradient": tensor(gradient), "kinks": kinks})
    for name, arguments in ROWS:
        rng = rng_for("activation", name, arguments)
        for label, x in (("", normal(rng, (4, 4), 1.5)), ("large", np.array([[90, 80, -90, 0], [-120, -110, -130, -100]], np.float32))):
            if label and name == "glu" and arguments:
                continue
            fn = getattr(keras.activations, name)
            shape = jax.eval_shape(lambda v: fn(v, **arguments), x).shape
            cotangent = normal(rng, shape)
            y, gradient = of(lambda v: fn(v, **arguments), x, cotangent)
            cases.append({"activation": name, "arguments": arguments, "input": tensor(x), "output": tensor(y),
                          "cotangent": tensor(cotangent), "gradient": tensor(gradient), "kinks": []})
    return cases


def identifiers(module):
    """Every string Keras' get() understands, with the class or function that it means."""
    return {name: target.__name__ for name, target in sorted(module.ALL_OBJECTS_DICT.items())}


def exact_initializers():
    wanted = [
        ("Zeros", {}, (2, 3)), ("Ones", {}, (2, 2)), ("Constant", {}, (2,)), ("Constant", {"value": -0.75}, (2, 3)),
        ("Identity", {}, (3, 3)), ("Identity", {"gain": 0.5}, (2, 3)), ("Identity", {}, (3, 2)),
    ]
    records = []
    for name, config, shape in wanted:
        initializer = getattr(keras.initializers, name)(**config)
        records.append({"initializer": name, "config": config, "output": tensor(initializer(shape)),
                        "keras_config": plain(initializer)})
    return records


def wave_initializers():
    """STFT: exact but for rounding, in which libraries differ."""
    wanted = [{}, {"side": "imag", "scaling": "spectrum"}, {"window": "hamming", "periodic": True}, {"window": None},
              {"window": "blackman", "scaling": None}, {"window": [0.5, 1.0, 2.0, 1.0, 0.5, 0.25], "side": "imag"}]
    return [{"initializer": "STFT", "config": config, "output": tensor(keras.initializers.STFT(**config)((6, 1, 4))),
             "keras_config": plain(keras.initializers.STFT(**config))} for config in wanted]


def random_initializers():
    dense, conv, vector, conv1d = (64, 96), (3, 3, 16, 24), (512,), (5, 16, 32)
    wanted = [
        ("RandomNormal", {}, dense), ("RandomNormal", {"mean": 1.0, "stddev": 0.5}, dense), ("TruncatedNormal", {}, dense),
        ("TruncatedNormal", {"mean": -1.0, "stddev": 0.25}, conv), ("RandomUniform", {}, dense),
        ("RandomUniform", {"minval": 1.0, "maxval": 3.0}, vector),
    ]
    for name in ("GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"):
        wanted += [(name, {}, dense), (name, {}, conv)]
    wanted += [("GlorotUniform", {}, vector), ("HeNormal", {}, conv1d),
               ("GlorotUniform", {"input_axes": [0], "output_axes": [1, 2]}, (32, 4, 16))]
    for mode in ("fan_in", "fan_out", "fan_avg"):
        for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
            config = {"scale": 2.0, "mode": mode, "distribution": distribution}
            wanted += [("VarianceScaling", config, dense), ("VarianceScaling", config, conv)]
    records = []
    for name, config, shape in wanted:
        initializer = getattr(keras.initializers, name)(**config, seed=11)
        fan_in, fan_out = compute_fans(shape, config.get("input_axes"), config.get("output_axes"))
        expected = describe(initializer, config, fan_in, fan_out)
        draw = np.asarray(initializer(shape), np.float64)
        spread = (expected["high"] - expected["low"]) if expected["high"] is not None else 10 * expected["std"]
        assert abs(draw.mean() - expected["mean"]) < 5 * expected["std"] / math.sqrt(draw.size), (name, config)
        assert abs(draw.std() - expected["std"]) < 0.12 * expected["std"], (name, config, draw.std(), expected)
        if expected["high"] is not None:
            tiny = 1e-6 * spread
            assert draw.min() >= expected["low"] - tiny and draw.max() <= expected["high"] + tiny, (name, config)
        records.append({"initializer": name, "config": config, "shape": list(shape), "fan_in": fan_in,
                        "fan_out": fan_out, **expected, "keras_config": plain(getattr(keras.initializers, name)(**config))})
    return records


TRUNCATED = 0.8796256610342398  # standard deviation of a unit normal cut at two standard deviations


def describe(initializer, config, fan_in, fan_out):
    """The distribution drawn from: its exact mean, standard deviation and limits (null where unlimited)."""
    if isinstance(initializer, keras.initializers.RandomNormal):
        return law("normal", initializer.mean, initializer.stddev)
    if isinstance(initializer, keras.initializers.TruncatedNormal):
        return law("truncated_normal", initializer.mean, initializer.stddev)
    if isinstance(initializer, keras.initializers.RandomUniform):
        return law("uniform", initializer.minval, initializer.maxval)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[initializer.mode]
    variance = initializer.scale / max(1.0, fan)
    if initializer.distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return law("uniform", -limit, limit)
    if initializer.distribution == "untruncated_normal":
        return law("normal", 0.0, math.sqrt(variance))
    return law("truncated_normal", 0.0, math.sqrt(variance) / 0.87962566103423978)


def law(distribution, a, b):
    if distribution == "uniform":
        return {"distribution": distribution, "mean": (a + b) / 2, "std": (b - a) / math.sqrt(12), "low": a, "high": b}
    if distribution == "normal":
        return {"distribution": distribution, "mean": a, "std": b, "low": None, "high": None}
    return {"distribution": distribution, "mean": a, "std": b * TRUNCATED, "low": a - 2 * b, "high": a + 2 * b}


def orthogonal_initializers():
    records = []
    for shape, config in (((4, 4), {}), ((6, 3), {}), ((3, 6), {"gain": 2.0}), ((2, 2, 3, 4), {})):
        initializer = keras.initializers.Orthogonal(**config, seed=3)
        flat = np.asarray(initializer(shape), np.float64).reshape(-1, shape[-1])
        unit = "rows" if flat.shape[0] < flat.shape[1] else "columns"
        gram = flat @ flat.T if unit == "rows" else flat.T @ flat
        gain = config.get("gain", 1.0)
        assert np.allclose(gram, gain**2 * np.eye(len(gram)), atol=1e-5)
        records.append({"initializer": "Orthogonal", "config": config, "shape": list(shape), "matrix": list(flat.shape),
                        "orthogonal": unit, "gram_diagonal": gain**2})
    return records


def regularizer_cases():
    wanted = [
        ("L1", {}), ("L1", {"l1": 0.1}), ("L2", {}), ("L2", {"l2": 0.1}), ("L1L2", {}), ("L1L2", {"l1": 0.1, "l2": 0.2}),
        ("L1L2", {"l1": 0.3}), ("OrthogonalRegularizer", {}), ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"}),
    ]
    records = []
    for name, config in wanted:
        regularizer = getattr(keras.regularizers, name)(**config)
        x = normal(rng_for("regularizer", name, config), (3, 4))
        y, gradient = of(regularizer, x, 1.0)
        records.append({"regularizer": name, "config": config, "input": tensor(x), "output": tensor(y),
                        "gradient": tensor(gradient), "keras_config": plain(regularizer)})
    return records


def constraint_cases():
    wanted = [
        ("MaxNorm", {}, (3, 4)), ("MaxNorm", {"max_value": 1.0}, (3, 4)), ("MaxNorm", {"max_value": 1.5, "axis": 1}, (3, 4)),
        ("MaxNorm", {"max_value": 1.0, "axis": [0, 1, 2]}, (2, 2, 2, 3)), ("NonNeg", {}, (3, 4)), ("UnitNorm", {}, (3, 4)),
        ("UnitNorm", {"axis": 1}, (3, 4)), ("UnitNorm", {"axis": [0, 1, 2]}, (2, 2, 2, 3)), ("MinMaxNorm", {}, (3, 4)),
        ("MinMaxNorm", {"min_value": 0.5, "max_value": 1.5, "rate": 0.5, "axis": 0}, (3, 4)),
        ("MinMaxNorm", {"min_value": 2.0, "max_value": 3.0, "axis": 1}, (3, 4)), ("MaxNorm", {"max_value": 3, "axis": 0}, (4,)),
    ]
    records = []
    for name, config, shape in wanted:
        constraint = getattr(keras.constraints, name)(**config)
        x = distinct(rng_for("constraint", name, config), shape)
        records.append({"constraint": name, "config": config, "input": tensor(x), "output": tensor(constraint(x)),
                        "keras_config": plain(constraint)})
    zero = np.zeros((2, 2), np.float32)
    for name in ("MaxNorm", "UnitNorm", "MinMaxNorm"):
        constraint = getattr(keras.constraints, name)()
        records.append({"constraint": name, "config": {}, "input": tensor(zero), "output": tensor(constraint(zero)),
                        "keras_config": plain(constraint)})
    return records


def main():
    made = header("activations.py")
    cases = activation_cases()
    missing = {f.__name__ for f in activations.ALL_OBJECTS} - {c["activation"] for c in cases}
    assert not missing, f"no case for {missing}"
    write("activations.json", {**made, "identifiers": identifiers(activations), "cases": cases})
    write("initializers.json", {**made, "identifiers": identifiers(initializers), "exact": exact_initializers(),
                                "waves": wave_initializers(), "random": random_initializers(), "orthogonal": orthogonal_initializers()})
    write("regularizers.json", {**made, "identifiers": identifiers(regularizers), "cases": regularizer_cases()})
    write("constraints.json", {**made, "identifiers": identifiers(constraints), "cases": constraint_cases()})


if __name__ == "__main__":
    main()
