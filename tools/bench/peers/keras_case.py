"""One case in Keras. Usage: KERAS_BACKEND=jax python keras_case.py MNIST_FOLDER CASE"""
import sys
import time

started = time.perf_counter()
import keras  # noqa: E402

import_s = time.perf_counter() - started

import numpy as np  # noqa: E402

from mnist import load_mnist, sequences, texts, waves  # noqa: E402
from report import per_step, report, timed  # noqa: E402

layers = keras.layers


def mlp() -> keras.Model:
    pixels = values = layers.Input((784,))
    for units in (500, 250, 20):
        values = layers.ReLU()(layers.Dense(units)(values))
    model = keras.Model(pixels, layers.Softmax()(layers.Dense(10)(values)))
    model.compile(keras.optimizers.Adam(5e-4), "categorical_crossentropy")
    return model


def cnn() -> keras.Model:
    image = values = layers.Input((28, 28, 1))
    for filters in (32, 64):
        values = layers.MaxPooling2D()(layers.Conv2D(filters, 3, activation="relu")(values))
    outputs = layers.Dense(10, activation="softmax")(layers.Flatten()(values))
    model = keras.Model(image, outputs)
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy")
    return model


def recurrent(layer: layers.Layer) -> keras.Model:
    sequence = layers.Input((100, 64))
    model = keras.Model(sequence, layers.Dense(10, activation="softmax")(layer(sequence)))
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy")
    return model


def transformer() -> keras.Model:
    tokens = values = layers.Input((128, 64))
    for _ in range(2):
        values = layers.LayerNormalization()(values + layers.MultiHeadAttention(4, 16)(values, values))
        wide = layers.Dense(128, activation="relu")(values)
        values = layers.LayerNormalization()(values + layers.Dense(64)(wide))
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling1D()(values))
    model = keras.Model(tokens, outputs)
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy")
    return model


def conv1d() -> keras.Model:
    sequence = values = layers.Input((128, 64))
    for filters in (64, 128, 128):
        values = layers.MaxPooling1D()(layers.Conv1D(filters, 5, padding="same", activation="relu")(values))
    return classifier(sequence, layers.GlobalMaxPooling1D()(values))


def resnet() -> keras.Model:
    def convolved(x, filters, strides=1, size=3):
        return layers.BatchNormalization()(layers.Conv2D(filters, size, strides, padding="same", use_bias=False)(x))

    image = layers.Input((32, 32, 3))
    values = layers.Activation("relu")(convolved(image, 16))
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(3):
            strides = 2 if stage > 0 and block == 0 else 1
            inner = convolved(layers.Activation("relu")(convolved(values, filters, strides)), filters)
            skipped = values if strides == 1 else convolved(values, filters, 2, 1)
            values = layers.Activation("relu")(layers.Add()([inner, skipped]))
    return classifier(image, layers.GlobalAveragePooling2D()(values))


def mobilenet() -> keras.Model:
    base = keras.applications.MobileNet((96, 96, 3), include_top=False, pooling="avg", weights=None)
    base.trainable = False
    image = layers.Input((96, 96, 3))
    return classifier(image, base(image, training=False))


def classifier(inputs, features) -> keras.Model:
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(features))
    model.compile(keras.optimizers.Adam(1e-3), "categorical_crossentropy")
    return model


def text() -> dict:
    rows = texts(20_000)
    layer = layers.TextVectorization(1000, output_sequence_length=20)
    layer.adapt(rows)
    import tensorflow as tf  # Keras runs this layer on TensorFlow, whatever its backend.

    batches = tf.data.Dataset.from_tensor_slices(rows).batch(256).map(layer)
    return {"rows_per_s": round(len(rows) / min(timed(lambda: [batch.numpy() for batch in batches]) for _ in range(5)))}


def tiny() -> keras.Model:
    features = layers.Input((4,))
    model = keras.Model(features, layers.Dense(1)(layers.Dense(16, activation="relu")(features)))
    model.compile("adam", "mse")
    return model


def fit(model: keras.Model, x: np.ndarray, y: np.ndarray, batch: int, epochs: int) -> dict:
    seconds, loss = [], None
    for _ in range(epochs):
        start = time.perf_counter()
        loss = model.fit(x, y, batch_size=batch, epochs=1, verbose=0).history["loss"][-1]
        seconds.append(time.perf_counter() - start)
    return {**per_step(seconds, -(-len(x) // batch)), "loss": float(loss)}


def run(case: str, folder: str) -> dict:
    if case in ("mlp256", "mlp32", "cnn128"):
        rows = {"mlp256": 60_000, "mlp32": 15_360, "cnn128": 12_800}[case]
        x, labels = load_mnist(folder, rows)
        y = keras.utils.to_categorical(labels, 10).astype("float32")
        if case == "cnn128":
            return fit(cnn(), x.reshape(-1, 28, 28, 1), y, 128, 4)
        return fit(mlp(), x, y, int(case[3:]), 4)
    if case in ("lstm", "gru"):
        x, y = sequences(640, 100)
        return fit(recurrent(layers.LSTM(128) if case == "lstm" else layers.GRU(128)), x, y, 32, 6)
    if case == "transformer":
        x, y = sequences(320, 128)
        return fit(transformer(), x, y, 32, 5)
    if case == "conv1d":
        return fit(conv1d(), *sequences(640, 128), 32, 5)
    if case == "resnet":
        return fit(resnet(), *waves(320, 32), 32, 4)
    if case == "mobilenet":
        return fit(mobilenet(), *waves(96, 96), 16, 4)
    if case == "text":
        return text()
    if case == "tiny":
        x, labels = load_mnist(folder, 2000)
        return fit(tiny(), x[:, 400:404].copy(), (labels == 0).astype("float32")[:, None], 1, 3)
    if case == "predict":
        x, _ = load_mnist(folder, 60_000)
        model = mlp()
        best = min(timed(lambda: model.predict(x, batch_size=256, verbose=0)) for _ in range(5))
        return {"rows_per_s": round(len(x) / best)}
    if case == "latency":
        x, _ = load_mnist(folder, 1)
        model = mlp()
        milliseconds = {}
        for key, call, count in (
            ("predict_ms", lambda: model.predict(x, verbose=0), 200),
            ("call_ms", lambda: np.asarray(model(x)), 500),
        ):
            for _ in range(20):
                call()
            milliseconds[key] = round(1000 * timed(lambda: [call() for _ in range(count)]) / count, 4)
        return milliseconds
    raise SystemExit(f"{case} is no case")


folder, case = sys.argv[1:]
report(f"keras-{keras.backend.backend()}", keras.__version__, case, import_s, **run(case, folder))
