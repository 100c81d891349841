"""Makes fixtures/tf_keras/: small models saved as .h5 by Keras 2, as tf_keras 2.21 still has it, each with a JSON of inputs, predictions and weights.

Needs an environment of its own: pip install tensorflow-cpu==2.21.0 tf_keras==2.21.0. Does not use common.py, which is Keras 3's.
"""

import json
import os
import sys
import zlib
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import numpy as np  # noqa: E402
import tf_keras as keras  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "tf_keras"
layers = keras.layers


def mlp():
    x = keras.Input((4,), name="input")
    h = layers.Dense(5, activation="relu", kernel_regularizer="l2", name="hidden")(x)
    return keras.Model(x, layers.Dense(3, activation="softmax", name="output")(h), name="mlp")


def sequential():
    return keras.Sequential([layers.Dense(5, input_shape=(4,), name="dense_1"), layers.LeakyReLU(name="leaky"), layers.Dropout(0.25, name="drop"),
                             layers.ELU(name="elu"), layers.Dense(2, name="dense_2")], name="sequential")


def nested():
    inner_input = keras.Input((3,), name="inner_input")
    inner = keras.Model(inner_input, layers.Dense(3, activation="tanh", name="inner_output")(inner_input), name="inner")
    head = keras.Sequential([keras.Input((3,), name="head_input"), layers.Dense(2, activation="softmax", name="head_1")], name="head")
    x = keras.Input((3,), name="input")
    return keras.Model(x, head(inner(inner(x))), name="nested")


def shared():
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    encoder = layers.Dense(2, activation="tanh", name="encoder")
    both = layers.Concatenate(name="both")([encoder(a), encoder(b)])
    return keras.Model([a, b], [layers.Dense(1, name="distance")(both), layers.Add(name="sum")([encoder(a), encoder(b)])], name="shared")


def conv():
    x = keras.Input((6, 6, 1), name="image")
    h = layers.Conv2D(3, 3, padding="same", use_bias=False, name="conv_1")(x)
    h = layers.BatchNormalization(momentum=0.9, name="norm_1")(h)
    h = layers.MaxPooling2D(2, name="pool_1")(layers.ReLU(name="relu_1")(h))
    return keras.Model(x, layers.Dense(3, name="logits")(layers.Flatten(name="flat")(h)), name="conv")


def embedding():
    x = keras.Input((4,), dtype="int32", name="tokens")
    h = layers.LayerNormalization(name="norm")(layers.Embedding(6, 3, mask_zero=True, name="words")(x))
    return keras.Model(x, layers.Dense(1, activation="sigmoid", name="output")(layers.Flatten(name="flat")(h)), name="embedding")


def recurrent():
    x = keras.Input((4,), dtype="int32", name="tokens")
    h = layers.Embedding(6, 3, name="words")(x)
    h, *states = layers.LSTM(2, return_sequences=True, return_state=True, recurrent_activation="hard_sigmoid", name="memory")(h)
    h = layers.LSTM(2, return_sequences=True, name="again")(h, initial_state=states)
    h = layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="sum", name="both")(h)
    h = layers.TimeDistributed(layers.Dense(3, activation="tanh"), name="each")(h)
    h = layers.RNN([layers.GRUCell(3, reset_after=False), layers.SimpleRNNCell(2)], name="stack")(h)
    return keras.Model(x, h, name="recurrent")


def spatial():
    x = keras.Input((4, 6, 2), name="image")
    h = layers.ZeroPadding2D(((0, 1), (1, 0)), name="pad")(x)
    h = layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, activation="relu", name="depthwise")(h)
    h = layers.SeparableConv2D(3, 2, padding="same", name="separable")(h)
    h = layers.UpSampling2D((2, 1), name="larger")(h)
    h = layers.Conv2DTranspose(2, 3, strides=2, padding="same", name="transposed")(h)
    h = layers.Cropping2D(((1, 0), (2, 1)), name="cropped")(h)
    h = layers.Reshape((7, 6), name="lines")(h)
    h = layers.SeparableConv1D(3, 2, name="separable_line")(layers.ZeroPadding1D(1, name="pad_line")(h))
    h = layers.Conv1DTranspose(2, 2, strides=2, output_padding=1, name="transposed_line")(h)
    h = layers.Cropping1D((1, 2), name="cropped_line")(layers.UpSampling1D(2, name="larger_line")(h))
    return keras.Model(x, h, name="spatial")


def conv_lstm():
    x = keras.Input((3, 4, 3, 2), name="images")
    h = layers.ConvLSTM2D(2, 2, return_sequences=True, name="each")(x)
    return keras.Model(x, layers.ConvLSTM2D(1, 2, padding="same", recurrent_activation="sigmoid", name="last")(h), name="conv_lstm")


def numbers(label, shape):
    rng = np.random.default_rng(zlib.crc32(label.encode()))
    values = np.round(rng.normal(0, 0.6, shape), 2).astype(np.float32)
    return np.abs(values) + np.float32(0.5) if label.endswith(("gamma:0", "moving_variance:0")) else values


def tensor(array):
    array = np.asarray(array)
    return {"shape": list(array.shape), "dtype": str(array.dtype), "data": [float(np.float32(v)) if array.dtype.kind == "f" else int(v) for v in array.ravel()]}


def save(build, compiled):
    keras.backend.clear_session()
    model = build()
    model.set_weights([numbers(f"{model.name}/{w.name}", w.shape) for w in model.weights])
    if compiled:
        model.compile(optimizer=keras.optimizers.Adam(0.05), loss="categorical_crossentropy", metrics=["accuracy"])
        x = numbers("x", (6, *model.input_shape[1:]))
        y = np.eye(model.output_shape[-1], dtype=np.float32)[np.arange(6) % model.output_shape[-1]]
        for _ in range(2):
            model.train_on_batch(x, y)
    inputs = [np.random.default_rng(5).integers(0, 6, (3, *i.shape[1:])).astype(np.int32) if i.dtype == "int32" else numbers(f"{model.name}/{i.name}", (3, *i.shape[1:]))
              for i in model.inputs]
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], verbose=0)
    model.save(FOLDER / f"{model.name}.h5")
    model.save_weights(FOLDER / f"{model.name}_weights.h5")
    record = {
        "tf_keras_version": keras.__version__, "made_by": "tools/oracle/tf_keras_files.py", "files": [f"{model.name}.h5", f"{model.name}_weights.h5"],
        "inputs": [tensor(i) for i in inputs], "outputs": [tensor(o) for o in (outputs if isinstance(outputs, list) else [outputs])],
        "weights": [{"path": w.name, **tensor(w.numpy())} for w in model.weights],
    }
    if compiled:
        logs = [model.train_on_batch(x, y, return_dict=True) for _ in range(3)]
        record["resume"] = [{"x": tensor(x), "y": tensor(y), "logs": {k: float(v) for k, v in log.items()}} for log in logs]
    (FOLDER / f"{model.name}.json").write_text(json.dumps(record) + "\n", encoding="utf-8")


def save_mobilenet():
    """The weights of a narrow MobileNet alone, as those for ImageNet are published."""
    keras.backend.clear_session()
    model = keras.applications.MobileNet(input_shape=(32, 32, 3), alpha=0.05, weights=None, classes=3)
    model.set_weights([numbers(f"mobilenet/{w.name}", w.shape) for w in model.weights])
    x = numbers("mobilenet/x", (2, 32, 32, 3))
    model.save_weights(FOLDER / "mobilenet_weights.h5")
    record = {"tf_keras_version": keras.__version__, "made_by": "tools/oracle/tf_keras_files.py", "x": tensor(x), "y": tensor(model.predict(x, verbose=0))}
    (FOLDER / "mobilenet.json").write_text(json.dumps(record) + "\n", encoding="utf-8")


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    only = sys.argv[1:]
    for build in (mlp, sequential, nested, shared, conv, embedding, recurrent, spatial, conv_lstm):
        if not only or build.__name__ in only:
            save(build, build in (mlp,))
    if not only or "mobilenet" in only:
        save_mobilenet()
