"""Makes fixtures/keras/applications.json: what keras.applications are made of, and what they predict with weights that follow from a rule.

The weights themselves, up to a hundred megabytes, are not stored: each end counts them out alike.
"""

import hashlib

from common import header, keras, np, path_of, tensor, write
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

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
    "mobileNetV3Small": lambda: a.MobileNetV3Small(alpha=0.75, **SMALL),
    "efficientNetB0": lambda: a.EfficientNetB0(weights=None, input_shape=(33, 32, 3), classes=3),
    "efficientNetV2B0": lambda: a.EfficientNetV2B0(**SMALL),
    "convNeXtTiny": lambda: a.ConvNeXtTiny(weights=None, input_shape=(32, 32, 3), include_top=False, pooling="avg"),
    "inceptionV3": lambda: a.InceptionV3(weights=None, input_shape=(75, 75, 3), classes=3),
    "nasNetMobile": lambda: a.NASNetMobile(weights=None, input_shape=(32, 35, 3), classes=3),
    # These are the same with other counts: what they are made of says so.
    "resNet101": lambda: a.ResNet101(**SMALL),
    "vgg19": lambda: a.VGG19(weights=None, input_shape=(32, 32, 3), include_top=False),
    "mobileNetV3Large": lambda: a.MobileNetV3Large(
        weights=None, input_shape=(32, 32, 3), minimalistic=True, include_preprocessing=False, include_top=False, pooling="max"),
    "efficientNetB3": lambda: a.EfficientNetB3(**SMALL),
    "efficientNetV2B2": lambda: a.EfficientNetV2B2(weights=None, input_shape=(32, 32, 3), include_preprocessing=False, include_top=False),
    "convNeXtTinyWithTop": lambda: a.ConvNeXtTiny(**SMALL),
    "inceptionResNetV2": lambda: a.InceptionResNetV2(weights=None, input_shape=(75, 75, 3), classes=3),
}
PREDICTED = 13
# Images of 0 to 255 go into these, more or less; into the others, of -1 to 1.
UNSCALED = {"mobileNetV3Small", "efficientNetB0", "efficientNetV2B0", "convNeXtTiny"}


def rule(index, name, shape):
    """Weight number `index`: waves that come again after a prime number of values, so large that what comes out is neither flat nor endless."""
    size = int(np.prod(shape))
    waves = np.resize(np.sin(np.arange(1, min(size, 65521) + 1, dtype=np.float64) * 12.9898 + index * 78.233), size)
    if name in ("moving_variance", "variance", "gamma"):
        return (1 + 0.2 * waves).astype(np.float32).reshape(shape)
    inputs = size / shape[-1] if len(shape) > 1 else 100
    return (waves * np.sqrt(3 / max(1, inputs))).astype(np.float32).reshape(shape)


def name_of(weight):
    """The factors of LayerScale have no name in Keras."""
    return "gamma" if weight.name.startswith("variable") else weight.name


def outline(model):
    """A line a layer: its name, class, shape that comes out, and the layers that it is called on. Operations with a number have no name."""
    lines = []
    unnamed = {op.name for op in model.operations if not isinstance(op, keras.Layer) and len(op._inbound_nodes[0].input_tensors) == 1}
    for layer in model.operations:
        node = layer._inbound_nodes[-1]
        sources = ["number" if t._keras_history.operation.name in unnamed else t._keras_history.operation.name for t in node.input_tensors]
        shape = ",".join("?" if size is None else str(size) for size in node.output_tensors[0].shape)
        name = "number number" if layer.name in unnamed else f"{layer.name} {type(layer).__name__}"
        lines.append(f"{name} [{shape}] {'+'.join(sources)}")
    return lines


def own_layers():
    """A whole file with the layers that only applications have, and what its model predicts."""
    keras.backend.clear_session()
    x = keras.Input((2, 3, 4), name="x")
    scaled = LayerScale(0.5, 4, name="scale")(x)
    model = keras.Model(x, CustomScaleLayer(0.25, name="sum")([StochasticDepth(0.3, name="depth")(scaled), x]))
    model.set_weights([rule(3, "gamma", (4,))])
    model.save(path_of("applications_layers.keras"))
    data = rule(1, "image", (2, 2, 3, 4))
    return {"x": tensor(data), "y": tensor(model.predict(data, verbose=0))}


def preprocessed():
    """What preprocess_input makes of images, by its modes."""
    x = np.arange(24, dtype=np.float32).reshape(2, 2, 2, 3) * 10
    return {"x": tensor(x), **{mode: tensor(a.imagenet_utils.preprocess_input(x.copy(), mode=mode)) for mode in ("caffe", "tf", "torch")}}


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
            model.set_weights([rule(i, name_of(w), tuple(w.shape)) for i, w in enumerate(model.weights)])
            for layer in model.layers:
                if isinstance(layer, keras.layers.Normalization):
                    layer.finalize_state()
            records[name]["factor"] = 3000 if name in UNSCALED else 8
            x = rule(0, "image", (2, *model.input_shape[1:])) * records[name]["factor"]
            records[name]["predictions"] = tensor(model.predict(x, verbose=0))
        print(name, records[name]["parameters"], flush=True)
    write("applications.json", {**header("applications.py"), "models": records, "layers": own_layers(), "preprocessed": preprocessed()})


if __name__ == "__main__":
    main()
