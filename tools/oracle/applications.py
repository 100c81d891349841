"""Makes fixtures/keras/applications.json: what keras.applications are made of, and what they predict with weights that follow from a rule.

The weights themselves, up to a hundred megabytes, are not stored: each end counts them out alike.
"""

import hashlib

from common import header, keras, np, tensor, write

a = keras.applications
SMALL = {"weights": None, "input_shape": (32, 32, 3), "classes": 3}
MODELS = {
    "mobileNet": lambda: a.MobileNet(alpha=0.25, **SMALL),
    "mobileNetV2": lambda: a.MobileNetV2(alpha=0.35, weights=None, input_shape=(35, 32, 3), classes=3),
    "resNet50": lambda: a.ResNet50(**SMALL),
    "resNet50V2": lambda: a.ResNet50V2(weights=None, input_shape=(32, 32, 3), include_top=False, pooling="max"),
    "vgg16": lambda: a.VGG16(weights=None, input_shape=(32, 32, 3), include_top=False, pooling="avg"),
    "xception": lambda: a.Xception(weights=None, input_shape=(71, 71, 3), classes=3, classifier_activation=None),
    "denseNet121": lambda: a.DenseNet121(**SMALL),
    # These are the same with other counts: what they are made of says so.
    "resNet101": lambda: a.ResNet101(**SMALL),
    "vgg19": lambda: a.VGG19(weights=None, input_shape=(32, 32, 3), include_top=False),
}
PREDICTED = 7


def rule(index, name, shape):
    """Weight number `index`: waves that come again after a prime number of values, so large that what comes out is neither flat nor endless."""
    size = int(np.prod(shape))
    waves = np.resize(np.sin(np.arange(1, min(size, 65521) + 1, dtype=np.float64) * 12.9898 + index * 78.233), size)
    if name in ("moving_variance", "gamma"):
        return (1 + 0.2 * waves).astype(np.float32).reshape(shape)
    inputs = size / shape[-1] if len(shape) > 1 else 100
    return (waves * np.sqrt(3 / max(1, inputs))).astype(np.float32).reshape(shape)


def outline(model):
    """A line a layer: its name, class, shape that comes out, and the layers that it is called on."""
    lines = []
    for layer in model.layers:
        sources = [t._keras_history.operation.name for node in layer._inbound_nodes for t in node.input_tensors]
        shape = ",".join("?" if size is None else str(size) for size in layer.output.shape)
        lines.append(f"{layer.name} {type(layer).__name__} [{shape}] {'+'.join(sources)}")
    return lines


def main():
    records = {}
    for index, (name, make) in enumerate(MODELS.items()):
        keras.backend.clear_session()
        model = make()
        lines = outline(model)
        records[name] = {
            "name": model.name, "layers": len(lines), "parameters": model.count_params(), "first": lines[:4], "last": lines[-3:],
            "outline": hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        }
        if index < PREDICTED:
            model.set_weights([rule(i, w.name, tuple(w.shape)) for i, w in enumerate(model.weights)])
            x = rule(0, "image", (2, *model.input_shape[1:])) * 8
            records[name]["predictions"] = tensor(model.predict(x, verbose=0))
        print(name, records[name]["parameters"], flush=True)
    write("applications.json", {**header("applications.py"), "models": records})


if __name__ == "__main__":
    main()
