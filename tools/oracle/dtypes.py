"""Makes fixtures/keras/dtypes/: small models of every dtype policy saved by real Keras, each with an input and what it predicts;
and ten steps of training with mixed_float16, in which the loss scale grows and is halved; the model is saved after five.
"""

import contextlib
import json

import jax
from common import header, keras, np, path_of, rng_for, uniform
from files import fixed_time

FOLDER = "dtypes"
POLICIES = ("float16", "bfloat16", "mixed_float16", "mixed_bfloat16", "float64")
layers = keras.layers


def mlp():
    x = keras.Input((6,), name="x")
    y = layers.Dense(8, activation="relu", name="hidden")(x)
    y = layers.Dense(5, activation="tanh", name="squashed")(y)
    return keras.Model(x, layers.Dense(3, activation="softmax", name="classes")(y))


def cnn():
    x = keras.Input((8, 8, 2), name="x")
    y = layers.Conv2D(4, 3, activation="relu", padding="same", name="conv")(x)
    y = layers.MaxPooling2D(name="pool")(y)
    y = layers.Conv2D(3, 3, strides=2, name="strided")(y)
    y = layers.Flatten(name="flat")(y)
    return keras.Model(x, layers.Dense(2, name="scores")(y))


def batch_norm():
    x = keras.Input((4,), name="x")
    y = layers.BatchNormalization(name="batch", moving_variance_initializer=keras.initializers.Constant(2.5))(x)
    y = layers.Dense(4, name="dense")(y)
    return keras.Model(x, layers.LayerNormalization(name="layer")(y))


def embedding():
    x = keras.Input((5,), dtype="int32", name="x")
    y = layers.Embedding(7, 4, name="words")(x)
    return keras.Model(x, layers.Dense(3, name="scores")(layers.Flatten(name="flat")(y)))


MODELS = {"mlp": mlp, "cnn": cnn, "batch_norm": batch_norm, "embedding": embedding}


@contextlib.contextmanager
def policy(name):
    """JAX has float64 only where it is asked to."""
    keras.config.set_dtype_policy(name)
    try:
        with jax.enable_x64(name == "float64"):
            yield
    finally:
        keras.config.set_dtype_policy("float32")


def shuffle(model, name):
    """Weights that no initializer gives, biases included."""
    for weight in model.weights:
        rng = rng_for(FOLDER, name, weight.path)
        low = 0.5 if "variance" in weight.path or "gamma" in weight.path else -0.6
        weight.assign(uniform(rng, weight.shape, low, low + 1.3))


def plain(values):
    return np.asarray(values).astype("float64").ravel().tolist()


def save(model, name, suffixes):
    for suffix in suffixes:
        path = path_of(f"{FOLDER}/{name}{suffix}")
        with fixed_time():
            model.save_weights(path) if suffix == ".weights.h5" else model.save(path)


def models():
    for kind, build in MODELS.items():
        for name in POLICIES:
            # Which is loaded, and computed nowhere.
            if name == "float64" and kind != "mlp":
                continue
            keras.backend.clear_session(free_memory=False)
            with policy(name):
                model = build()
                shuffle(model, kind)
                shape = (3, *model.inputs[0].shape[1:])
                rng = rng_for(FOLDER, kind, "x")
                x = rng.integers(0, 7, shape, "int32") if kind == "embedding" else uniform(rng, shape, -1.5, 1.5)
                y = model.predict(x, verbose=0)
                suffixes = [".keras"]
                if kind == "mlp" and name in ("float16", "bfloat16"):
                    suffixes.append(".weights.h5")
                if kind == "mlp" and name in ("float16", "mixed_bfloat16"):
                    suffixes.append(".h5")
                save(model, f"{kind}_{name}", suffixes)
                yield f"{kind}_{name}", {
                    "policy": name,
                    "files": [f"{kind}_{name}{suffix}" for suffix in suffixes],
                    "dtypes": {layer.name: str(keras.backend.standardize_dtype(layer.output.dtype)) for layer in model.layers},
                    "input": {"shape": list(x.shape), "dtype": str(x.dtype), "data": plain(x)},
                    "output": {"shape": list(y.shape), "dtype": str(y.dtype), "data": plain(y)},
                }


def steps():
    """The targets are so large that the first gradients overflow; after three finite steps the scale doubles. Saved half-way."""
    keras.backend.clear_session(free_memory=False)
    with policy("mixed_float16"):
        x = keras.Input((4,), name="x")
        y = layers.Dense(5, activation="relu", name="hidden")(x)
        model = keras.Model(x, layers.Dense(2, name="outputs")(y), name="scaled")
        shuffle(model, "scaled")
        inner = keras.optimizers.Adam(0.05, name="adam")
        optimizer = keras.optimizers.LossScaleOptimizer(inner, dynamic_growth_steps=3, name="loss_scale_optimizer")
        model.compile(optimizer, "mse")
        rng = rng_for(FOLDER, "scaled", "data")
        data = uniform(rng, (8, 4), -1, 1), uniform(rng, (8, 2), -30, 30)
        found = []
        start = [plain(weight) for weight in model.weights]
        for step in range(10):
            if step == 5:
                save(model, "scaled", [".keras", ".h5"])
                state = [{"path": v.path, "shape": list(v.shape), "dtype": v.dtype, "data": plain(v)} for v in optimizer.variables]
            loss = model.train_on_batch(*data)
            found.append({
                "loss": float(loss),
                "scale": float(optimizer.dynamic_scale),
                "counter": int(optimizer.step_counter),
                "iterations": int(inner.iterations),
                "weights": [plain(weight) for weight in model.weights],
            })
    return {"x": plain(data[0]), "y": plain(data[1]), "start": start, "steps": found, "optimizer": state}


def main():
    cases = dict(models())
    path_of(f"{FOLDER}/models.json").write_text(json.dumps({**header("dtypes.py"), "models": cases}) + "\n")
    path_of(f"{FOLDER}/steps.json").write_text(json.dumps({**header("dtypes.py"), **steps()}) + "\n")


if __name__ == "__main__":
    main()
