"""Makes fixtures/keras/layers/<layer>.json: for each layer and option that changes numbers, one call of real Keras
with its inputs, weights, outputs, gradients, updated state, config and symbolic shape. Not here: random draws.
"""

import copy
import sys

from common import distinct, header, keras, normal, np, plain, rng_for, tensor, uniform, weight, write

import jax
import jax.numpy as jnp
from layers_attention import define_attention
from layers_recurrent import define_recurrent
from layers_spatial import define_adaptive_pooling, define_convolutional_recurrent, define_convolutions, define_reshaping
from keras.src.utils.naming import to_snake_case

CASES = {}


def case(layer, name, config, *inputs, training=False, masks=None, weights=None, args=None):
    """`inputs` are shapes (normal numbers) or arrays; a list of several is a layer with several inputs. `args`: lists of them, and flags, by name."""
    CASES.setdefault(layer, []).append((name, config, inputs, training, masks, weights, args or {}))


def as_input(rng, given):
    return normal(rng, given) if isinstance(given, tuple) else given


def initial(rng, variable):
    shape = tuple(variable.shape)
    if variable.name in ("gamma",):
        return uniform(rng, shape, 0.5, 1.5)
    if variable.name in ("moving_variance",):
        return uniform(rng, shape, 0.4, 1.6)
    if variable.name in ("renorm_mean", "moving_stddev", "renorm_stddev"):
        return uniform(rng, shape, 0.4, 1.2)
    return normal(rng, shape, 0.5)


LISTS = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "Attention", "AdditiveAttention"}


def built(value):
    """A config with the layers that stand in it made: cells, and what wrappers wrap."""
    if isinstance(value, list):
        return [built(item) for item in value]
    is_layer = isinstance(value, dict) and value.get("module") in ("keras.layers", "tutorial")
    return keras.saving.deserialize_keras_object(copy.deepcopy(value)) if is_layer else value


def run(layer_name, name, config, inputs, training, masks, given_weights, args):
    keras.backend.clear_session()
    rng = rng_for(layer_name, name)
    arrays = [as_input(rng, i) for i in inputs]
    is_given = lambda value: not isinstance(value, list)  # noqa: E731
    nested = lambda fn, tree, is_leaf: [nested(fn, i, is_leaf) for i in tree] if not is_leaf(tree) else fn(tree)  # noqa: E731
    arg_arrays = {key: nested(lambda i: as_input(rng, i), given, is_given) for key, given in sorted(args.items())}
    of_arrays = lambda fn: lambda leaf: fn(leaf) if isinstance(leaf, np.ndarray) else leaf  # noqa: E731
    each = lambda fn, tree: keras.tree.map_structure(of_arrays(fn), tree)  # noqa: E731
    layer = getattr(keras.layers, layer_name)(**{key: built(value) for key, value in config.items()})
    symbol = lambda a: keras.KerasTensor((None,) + a.shape[1:], dtype=str(a.dtype))  # noqa: E731
    symbols = [symbol(a) for a in arrays]
    takes_list = layer_name in LISTS
    symbolic = layer(symbols if takes_list else symbols[0], **each(symbol, arg_arrays))

    for index, variable in enumerate(layer.weights):
        value = given_weights[index] if given_weights else initial(rng, variable)
        variable.assign(np.asarray(value, np.float32))
    before = [weight(v) for v in layer.weights]
    saved = [np.asarray(v.numpy()) for v in layer.weights]

    kwargs = {}
    argument_names = layer._call_signature.parameters
    if "training" in argument_names:
        kwargs["training"] = training
    if masks is not None and "mask" in argument_names:
        given = [None if m is None else jnp.asarray(m) for m in masks]
        kwargs["mask"] = given if takes_list else given[0]

    floats = [a.dtype.kind == "f" for a in arrays]

    differentiable = lambda a: isinstance(a, np.ndarray) and a.dtype.kind == "f"  # noqa: E731

    def forward(trainable, float_inputs, float_args):
        pool, args_pool = iter(float_inputs), iter(float_args)
        given_args = keras.tree.map_structure(
            lambda a: next(args_pool) if differentiable(a) else of_arrays(jnp.asarray)(a), arg_arrays)
        tensors = [next(pool) if is_float else jnp.asarray(a) for a, is_float in zip(arrays, floats)]
        return layer.stateless_call(
            trainable,
            [v.value for v in layer.non_trainable_variables],
            tensors if takes_list else tensors[0],
            **kwargs,
            **given_args,
        )

    trainable = [v.value for v in layer.trainable_variables]
    float_inputs = [jnp.asarray(a) for a, is_float in zip(arrays, floats) if is_float]
    float_args = [jnp.asarray(a) for a in keras.tree.flatten(arg_arrays) if differentiable(a)]
    output, pullback, state = jax.vjp(forward, trainable, float_inputs, float_args, has_aux=True)
    outputs = keras.tree.flatten(output)
    cotangents = [normal(rng, o.shape) for o in outputs]
    weight_gradients, input_gradients, arg_gradients = pullback(
        keras.tree.pack_sequence_as(output, [jnp.asarray(c) for c in cotangents]))
    pool, args_pool = iter(input_gradients), iter(arg_gradients)

    record = {"name": name, "config": config, "training": training}
    record["inputs"] = [tensor(a) for a in arrays]
    if args:
        record["args"] = each(tensor, arg_arrays)
    if masks is not None:
        record["input_masks"] = [None if m is None else tensor(m) for m in masks]
    record["weights"] = before
    record["outputs"] = [tensor(o) for o in outputs]
    record["cotangent" if len(outputs) == 1 else "cotangents"] = (
        tensor(cotangents[0]) if len(outputs) == 1 else [tensor(c) for c in cotangents])
    record["input_gradients"] = [tensor(next(pool)) if is_float else None for is_float in floats]
    if args:
        record["arg_gradients"] = keras.tree.map_structure(
            lambda a: tensor(next(args_pool)) if differentiable(a) else None,
            {key: value for key, value in arg_arrays.items() if any(isinstance(a, np.ndarray) for a in keras.tree.flatten(value))})
    record["weight_gradients"] = [weight(v, g) for v, g in zip(layer.trainable_variables, weight_gradients)]

    by_path = {v.path: s for v, s in zip(layer.non_trainable_variables, state)}
    after = [np.asarray(by_path.get(v.path, old)) for v, old in zip(layer.weights, saved)]
    if any(not np.array_equal(a, b) for a, b in zip(after, saved)):
        record["updated_weights"] = [weight(v, a) for v, a in zip(layer.weights, after)]
    if any("regularizer" in key for key in config):  # activity first, then weights, as layer.losses has them
        layer([jnp.asarray(a) for a in arrays] if takes_list else jnp.asarray(arrays[0]), **kwargs, **each(jnp.asarray, arg_arrays))
        record["losses"] = [tensor(value) for value in layer.losses]

    mask = None
    if layer_name == "Embedding" or masks is not None:
        tensors = [jnp.asarray(a) for a in arrays]
        given = None if masks is None else [None if m is None else jnp.asarray(m) for m in masks]
        if takes_list:
            mask = layer.compute_mask(tensors, given)
        elif layer.supports_masking:
            mask = layer.compute_mask(tensors[0], given[0] if given else None)
        if isinstance(mask, (list, tuple)):  # the others are None
            mask = mask[0]
        record["mask"] = None if mask is None else tensor(mask)

    record["keras_config"] = plain(layer)["config"]
    first, *others = keras.tree.flatten(symbolic)
    record["output_shape_symbolic"] = list(first.shape)
    if others:  # what they are: of attention scores Keras says that there are as many keys as queries
        record["other_shapes_symbolic"] = [[None, *other.shape[1:]] for other in outputs[1:]]
    record["output_dtype"] = str(first.dtype)
    return record


def ints(rng_label, shape, low, high, dtype="int32"):
    return rng_for(rng_label).integers(low, high, shape).astype(dtype)


def define():
    r = lambda label: rng_for("input", label)  # noqa: E731

    # Core
    case("Dense", "defaults", {"units": 4}, (2, 3))
    case("Dense", "relu, no bias", {"units": 4, "activation": "relu", "use_bias": False}, (2, 3))
    case("Dense", "tanh", {"units": 2, "activation": "tanh"}, (3, 2))
    case("Dense", "softmax", {"units": 3, "activation": "softmax"}, (2, 4))
    case("Dense", "sigmoid, one unit", {"units": 1, "activation": "sigmoid"}, (4, 2))
    case("Dense", "three dimensions", {"units": 3, "activation": "elu"}, (2, 2, 3))
    case("Dense", "four dimensions", {"units": 2}, (1, 2, 2, 3))
    case("Dense", "batch of one", {"units": 2}, (1, 1))
    case("Dense", "activation as a serialized layer",
         {"units": 3, "activation": {"module": "keras.layers", "class_name": "LeakyReLU",
                                     "config": {"negative_slope": 0.1}, "registered_name": None}}, (2, 3))
    case("Dense", "regularizers",
         {"units": 2, "kernel_regularizer": "l2", "bias_regularizer": "l1",
          "activity_regularizer": {"module": "keras.regularizers", "class_name": "L1L2",
                                   "config": {"l1": 0.1, "l2": 0.2}, "registered_name": None}}, (3, 2))
    case("Dense", "int32 input", {"units": 2}, ints("dense", (2, 3), -4, 5))

    # Activations
    for fn in ("relu", "gelu", "softmax", "swish", "linear"):
        case("Activation", fn, {"activation": fn}, (2, 4))
    case("Activation", "softmax of three dimensions", {"activation": "softmax"}, (2, 2, 3))
    wide = distinct(r("relu"), (2, 6), 0.75)
    case("ReLU", "defaults", {}, wide)
    case("ReLU", "max_value", {"max_value": 2.0}, wide)
    case("ReLU", "max_value 6", {"max_value": 6.0}, wide * 2)
    case("ReLU", "negative_slope", {"negative_slope": 0.1}, wide)
    case("ReLU", "threshold", {"threshold": 1.0}, wide)
    case("ReLU", "all options", {"max_value": 2.5, "negative_slope": 0.2, "threshold": 0.5}, wide)
    case("ReLU", "max_value 0", {"max_value": 0.0}, wide)
    case("LeakyReLU", "defaults", {}, wide)
    case("LeakyReLU", "negative_slope", {"negative_slope": 0.05}, wide)
    case("LeakyReLU", "negative_slope 0", {"negative_slope": 0.0}, wide)
    case("ELU", "defaults", {}, wide)
    case("ELU", "alpha", {"alpha": 0.5}, wide)
    case("PReLU", "defaults", {}, (3, 4))
    case("PReLU", "four dimensions", {}, (2, 2, 2, 2))
    case("PReLU", "shared_axes 1 and 2", {"shared_axes": [1, 2]}, (2, 2, 2, 3))
    case("PReLU", "shared_axes 1", {"shared_axes": [1]}, (2, 3, 2))
    case("PReLU", "regularizer", {"alpha_regularizer": "l2"}, (3, 2))
    case("Softmax", "defaults", {}, (2, 4))
    case("Softmax", "axis 1", {"axis": 1}, (2, 3, 2))
    case("Softmax", "two axes", {"axis": [1, 2]}, (2, 2, 3))
    case("Softmax", "list of one axis", {"axis": [-1]}, (2, 3))
    case("Softmax", "large values", {}, np.array([[1000, 999, -1000], [-1000, -1000, -1001]], np.float32))
    case("Softmax", "mask", {}, (3, 4),
         masks=[np.array([[1, 1, 0, 1], [0, 1, 0, 0], [1, 1, 1, 1]], bool)])
    case("Softmax", "mask without a true value", {}, (2, 3), masks=[np.array([[0, 0, 0], [1, 0, 1]], bool)])
    case("Softmax", "mask that broadcasts", {"axis": 1}, (2, 3, 2),
         masks=[np.array([[[1], [0], [1]], [[1], [1], [0]]], bool)])
    case("Softmax", "mask, two axes", {"axis": [1, 2]}, (1, 2, 3), masks=[np.array([[[1, 1, 0], [0, 1, 1]]], bool)])

    # Reshaping
    case("Flatten", "one dimension", {}, (3,))
    case("Flatten", "two dimensions", {}, (2, 3))
    case("Flatten", "three dimensions", {}, (2, 3, 2))
    case("Flatten", "four dimensions", {}, (2, 2, 2, 3))
    case("Flatten", "channels_first", {"data_format": "channels_first"}, (2, 3, 2, 2))
    case("Reshape", "two dimensions", {"target_shape": [3, 2]}, (2, 6))
    case("Reshape", "unknown last", {"target_shape": [2, -1]}, (2, 3, 2))
    case("Reshape", "flat", {"target_shape": [-1]}, (2, 2, 3))
    case("Reshape", "to rank four", {"target_shape": [1, 2, 3]}, (2, 6))
    case("Permute", "2, 1", {"dims": [2, 1]}, (2, 2, 3))
    case("Permute", "3, 1, 2", {"dims": [3, 1, 2]}, (2, 2, 1, 3))
    case("Permute", "1", {"dims": [1]}, (2, 3))
    case("RepeatVector", "three", {"n": 3}, (2, 3))
    case("RepeatVector", "once", {"n": 1}, (2, 2))

    # Regularization: at inference nothing happens; what training draws is tested by statistics
    case("Dropout", "inference", {"rate": 0.4}, (2, 4))
    case("Dropout", "inference, noise_shape and seed", {"rate": 0.4, "noise_shape": [None, 1], "seed": 7}, (2, 4))
    case("Dropout", "rate 0, training", {"rate": 0.0}, (2, 3), training=True)
    case("GaussianNoise", "inference", {"stddev": 0.5}, (2, 4))
    case("GaussianNoise", "stddev 0, training", {"stddev": 0.0}, (2, 3), training=True)
    for d, shape in ((1, (2, 3, 2)), (2, (1, 2, 2, 3)), (3, (1, 2, 2, 2, 2))):
        case(f"SpatialDropout{d}D", "inference", {"rate": 0.4}, shape)
        case(f"SpatialDropout{d}D", "rate 0, training", {"rate": 0.0, "seed": 5}, shape, training=True)
        if d > 1:
            case(f"SpatialDropout{d}D", "channels_first", {"rate": 0.4, "data_format": "channels_first"}, shape)
    case("AlphaDropout", "inference", {"rate": 0.4, "noise_shape": [None, 1], "seed": 7}, (2, 4))
    case("AlphaDropout", "rate 0, training", {"rate": 0.0}, (2, 3), training=True)
    case("GaussianDropout", "inference", {"rate": 0.4, "seed": 3}, (2, 4))
    case("GaussianDropout", "rate 0, training", {"rate": 0.0}, (2, 3), training=True)
    case("ActivityRegularization", "both", {"l1": 0.1, "l2": 0.2}, (3, 2))
    case("ActivityRegularization", "defaults", {}, (2, 3))
    case("Identity", "floats", {}, (2, 3))
    case("Identity", "integers", {}, ints("identity", (2, 2), 0, 9))
    case("Identity", "a mask", {}, (2, 3, 1), masks=[np.array([[1, 1, 0], [1, 0, 0]], bool)])

    # Normalization
    b = "BatchNormalization"
    case(b, "inference", {}, (4, 3))
    case(b, "training", {}, (4, 3), training=True)
    case(b, "training, momentum and epsilon", {"momentum": 0.5, "epsilon": 0.1}, (4, 3), training=True)
    case(b, "inference, epsilon", {"epsilon": 0.1}, (3, 2))
    case(b, "training, no center", {"center": False}, (4, 2), training=True)
    case(b, "training, no scale", {"scale": False}, (4, 2), training=True)
    case(b, "training, neither", {"center": False, "scale": False}, (4, 2), training=True)
    case(b, "inference, neither", {"center": False, "scale": False}, (3, 2))
    case(b, "inference, images", {}, (1, 2, 2, 3))
    case(b, "training, images", {"momentum": 0.9}, (2, 2, 2, 3), training=True)
    case(b, "training, axis 1", {"axis": 1}, (2, 3, 2, 2), training=True)
    case(b, "inference, axis 1", {"axis": 1}, (2, 3, 2))
    case(b, "training, axis 2 of four", {"axis": 2}, (2, 2, 3, 2), training=True)
    case(b, "training, batch of one", {}, (1, 3), training=True)
    case(b, "training, not trainable", {"trainable": False}, (4, 2), training=True)
    case(b, "training, mask", {"momentum": 0.5}, (2, 3, 2), training=True,
         masks=[np.array([[1, 1, 0], [1, 0, 0]], bool)])
    case(b, "inference, mask", {}, (2, 3, 2), masks=[np.array([[1, 1, 0], [1, 0, 0]], bool)])
    case(b, "training, renorm", {"renorm": True, "momentum": 0.8, "renorm_momentum": 0.7,
                                 "renorm_clipping": {"rmax": 3.0, "rmin": 0.3333, "dmax": 5.0}}, (4, 3), training=True)
    case(b, "training, regularizers", {"gamma_regularizer": "l2", "beta_regularizer": "l1"}, (3, 2), training=True)
    n = "LayerNormalization"
    case(n, "defaults", {}, (2, 4))
    case(n, "axis 1", {"axis": 1}, (2, 3, 2))
    case(n, "axes 1 and 2", {"axis": [1, 2]}, (2, 2, 3))
    case(n, "axes -1 and -2", {"axis": [-1, -2]}, (2, 2, 3))
    case(n, "axes 2 and 1", {"axis": [2, 1]}, (2, 2, 3))
    case(n, "axes 1 and 3 of four", {"axis": [1, 3]}, (2, 2, 2, 3))
    case(n, "all axes of an image", {"axis": [1, 2, 3]}, (2, 2, 2, 2))
    case(n, "epsilon", {"epsilon": 0.5}, (2, 3))
    case(n, "no center", {"center": False}, (2, 3))
    case(n, "no scale", {"scale": False}, (2, 3))
    case(n, "neither", {"center": False, "scale": False}, (2, 3))
    case(n, "a constant row", {}, np.array([[2, 2, 2], [1, 2, 4]], np.float32))
    n = "RMSNormalization"
    case(n, "defaults", {}, (2, 4))
    case(n, "axes -1 and -2, epsilon", {"axis": [-1, -2], "epsilon": 0.5}, (2, 2, 3))
    case(n, "axis 1, which broadcasts", {"axis": 1}, (2, 3, 3))
    n = "GroupNormalization"
    case(n, "groups 2", {"groups": 2}, (2, 3, 4))
    case(n, "groups of one channel", {"groups": -1}, (2, 3, 2))
    case(n, "one group, rows", {"groups": 1, "epsilon": 0.1}, (3, 4))
    case(n, "axis 1", {"groups": 2, "axis": 1}, (2, 4, 2, 2))
    case(n, "axis -2, no center", {"groups": 2, "axis": -2, "center": False}, (2, 3, 4, 2))
    case(n, "neither, a mask", {"groups": 2, "center": False, "scale": False}, (2, 3, 4),
         masks=[np.array([[1, 1, 0], [1, 0, 0]], bool)])
    case(n, "regularizers", {"groups": 1, "gamma_regularizer": "l2", "beta_regularizer": "l1"}, (3, 2))
    n = "UnitNormalization"
    case(n, "defaults", {}, (2, 4))
    case(n, "axes 1 and 2", {"axis": [1, 2]}, (2, 2, 3))
    case(n, "axis 1", {"axis": 1}, (2, 3, 2))
    wrapped = lambda name, **config: {"module": "keras.layers", "class_name": name, "registered_name": None,  # noqa: E731
                                      "config": {"name": "inner", **config}}
    n = "SpectralNormalization"  # in training the backends of Keras differ: what happens then the spec computes by hand
    case(n, "Dense", {"layer": wrapped("Dense", units=2)}, (2, 3))
    case(n, "Conv2D, three iterations", {"layer": wrapped("Conv2D", filters=2, kernel_size=2), "power_iterations": 3}, (1, 3, 3, 2))

    # Audio
    n = "STFTSpectrogram"
    small = {"frame_length": 4, "frame_step": 3}
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft"):
        case(n, mode, {"mode": mode, **small}, (2, 11, 2))
    case(n, "a longer transform, same", {"mode": "magnitude", "frame_length": 3, "fft_length": 8, "padding": "same", "window": "hamming"}, (1, 8, 1))
    case(n, "channels first", {"mode": "stft", "data_format": "channels_first", "periodic": True, **small}, (2, 3, 8))
    case(n, "channels first, expanded", {"mode": "psd", "data_format": "channels_first", "expand_dims": True, **small}, (2, 3, 8))
    case(n, "expanded, same", {"mode": "real", "expand_dims": True, "padding": "same", "scaling": "spectrum", **small}, (2, 9, 2))
    case(n, "a window of its own", {"mode": "imag", "scaling": None, "window": [0.5, 1.0, 1.0, 0.25], **small}, (1, 9, 1))
    n = "MelSpectrogram"
    small = {"fft_length": 16, "sequence_stride": 4, "sampling_rate": 200, "num_mel_bins": 5}
    case(n, "in decibels", {"top_db": 20.0, "ref_power": 0.5, "max_freq": 90.0, **small}, (2, 30))
    case(n, "a short window", {"sequence_length": 10, "window": "hamming", "min_freq": 4.0, "max_freq": 80.0, **small}, (1, 21))
    case(n, "magnitudes", {"power_to_db": False, "mag_exp": 1.0, "max_freq": 95, "window": None, **small}, (2, 22))

    # Embedding
    case("Embedding", "defaults", {"input_dim": 4, "output_dim": 2}, np.array([[1, 3, 0], [1, 1, 2]], np.int32))
    case("Embedding", "mask_zero", {"input_dim": 4, "output_dim": 2, "mask_zero": True},
         np.array([[1, 3, 0, 0], [2, 0, 1, 1]], np.int32))
    case("Embedding", "three dimensions", {"input_dim": 3, "output_dim": 2}, np.array([[[0, 1], [2, 2]]], np.int32))
    case("Embedding", "one dimension", {"input_dim": 3, "output_dim": 2}, np.array([2, 0, 2], np.int32))
    case("Embedding", "float input", {"input_dim": 4, "output_dim": 3}, np.array([[0, 2], [3, 1]], np.float32))
    case("Embedding", "regularizers", {"input_dim": 3, "output_dim": 2, "embeddings_regularizer": "l2"},
         np.array([[0, 1], [1, 1]], np.int32))

    # Convolution
    c = "Conv2D"
    case(c, "defaults", {"filters": 2, "kernel_size": 2}, (1, 3, 3, 2))
    case(c, "relu, no bias", {"filters": 2, "kernel_size": [2, 3], "activation": "relu", "use_bias": False},
         (1, 3, 4, 1))
    case(c, "same", {"filters": 2, "kernel_size": 3, "padding": "same"}, (1, 3, 4, 1))
    case(c, "same, even kernel", {"filters": 1, "kernel_size": [2, 4], "padding": "same"}, (1, 3, 4, 2))
    case(c, "strides 2", {"filters": 2, "kernel_size": 2, "strides": 2}, (1, 5, 4, 1))
    case(c, "strides 2, same", {"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"}, (1, 5, 6, 1))
    case(c, "strides 2, same, even kernel", {"filters": 1, "kernel_size": 2, "strides": 2, "padding": "same"},
         (1, 5, 4, 2))
    case(c, "strides 3 and 1, kernel smaller than stride", {"filters": 1, "kernel_size": [1, 2], "strides": [3, 1]},
         (1, 5, 4, 1))
    case(c, "strides 3, same, kernel smaller than stride",
         {"filters": 1, "kernel_size": 1, "strides": 3, "padding": "same"}, (1, 5, 4, 2))
    case(c, "dilation", {"filters": 1, "kernel_size": 2, "dilation_rate": 2}, (1, 5, 4, 2))
    case(c, "dilation 1 and 2, same",
         {"filters": 1, "kernel_size": [3, 2], "dilation_rate": [1, 2], "padding": "same"}, (1, 4, 5, 1))
    case(c, "groups", {"filters": 4, "kernel_size": 2, "groups": 2}, (1, 3, 3, 4))
    case(c, "groups, same, strides", {"filters": 2, "kernel_size": 3, "groups": 2, "strides": 2, "padding": "same"},
         (2, 4, 3, 2))
    case(c, "one by one, tanh", {"filters": 3, "kernel_size": 1, "activation": "tanh"}, (2, 2, 2, 2))
    case(c, "batch of two", {"filters": 2, "kernel_size": 2}, (2, 3, 3, 1))
    case(c, "kernel as large as the input", {"filters": 2, "kernel_size": [2, 3]}, (2, 2, 3, 1))
    case(c, "channels_first", {"filters": 2, "kernel_size": 2, "data_format": "channels_first"}, (1, 2, 3, 3))
    case(c, "channels_first, same, strides",
         {"filters": 2, "kernel_size": 2, "strides": [1, 2], "padding": "same", "data_format": "channels_first"},
         (1, 1, 3, 4))
    case(c, "regularizers", {"filters": 1, "kernel_size": 2, "kernel_regularizer": "l2", "bias_regularizer": "l1",
                             "activity_regularizer": "l2"}, (2, 3, 2, 1))

    for c, spatial, other in (("Conv1D", (5,), (4,)), ("Conv3D", (2, 3, 3), (3, 2, 2))):
        case(c, "defaults", {"filters": 2, "kernel_size": 2}, (1, *spatial, 2))
        case(c, "strides 2, same, groups, relu",
             {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same", "groups": 2, "activation": "relu"},
             (1, *spatial, 2))
        case(c, "dilation, no bias", {"filters": 1, "kernel_size": 2, "dilation_rate": 2, "padding": "same",
                                      "use_bias": False}, (1, *spatial, 1))
        case(c, "channels_first", {"filters": 2, "kernel_size": 2, "data_format": "channels_first"}, (2, 1, *other))

    case("Conv1D", "causal", {"filters": 2, "kernel_size": 3, "padding": "causal"}, (1, 4, 2))
    case("Conv1D", "causal, dilation, longer than the sequence",
         {"filters": 1, "kernel_size": 2, "dilation_rate": 4, "padding": "causal", "use_bias": False}, (2, 3, 1))
    case("Conv1D", "causal, strides 2, groups, channels_first, relu",
         {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "causal", "groups": 2, "data_format": "channels_first",
          "activation": "relu"}, (1, 2, 5))

    # Pooling
    for d, spatial in ((1, (5,)), (3, (3, 2, 2))):
        for p in (f"MaxPooling{d}D", f"AveragePooling{d}D"):
            values = lambda *shape: distinct(r(p + str(shape)), shape)  # noqa: E731
            case(p, "pool 2", {"pool_size": 2}, values(2, *spatial, 2))
            case(p, "strides 1, same", {"pool_size": 2, "strides": 1, "padding": "same"}, values(1, *spatial, 1))
            case(p, "channels_first", {"pool_size": 2, "data_format": "channels_first"}, values(1, 2, *spatial))
        for p in (f"GlobalAveragePooling{d}D", f"GlobalMaxPooling{d}D"):
            values = lambda *shape: distinct(r(p + str(shape)), shape)  # noqa: E731
            case(p, "defaults", {}, values(2, *spatial, 2))
            case(p, "channels_first, keepdims", {"data_format": "channels_first", "keepdims": True},
                 values(1, 2, *spatial))
    case("GlobalAveragePooling1D", "a mask", {}, (2, 3, 2), masks=[np.array([[1, 1, 0], [1, 0, 0]], bool)])
    case("GlobalAveragePooling1D", "a mask, channels_first, keepdims",
         {"data_format": "channels_first", "keepdims": True}, (1, 2, 3), masks=[np.array([[0, 1, 1]], bool)])
    for p in ("MaxPooling2D", "AveragePooling2D"):
        image = lambda *shape: distinct(r(p + str(shape)), shape)  # noqa: E731
        case(p, "pool 2", {"pool_size": 2}, image(1, 4, 4, 2))
        case(p, "pool 2, a row and a column left over", {"pool_size": 2}, image(1, 5, 3, 1))
        case(p, "same", {"pool_size": 2, "padding": "same"}, image(1, 3, 5, 1))
        case(p, "strides 1, same", {"pool_size": 3, "strides": 1, "padding": "same"}, image(1, 4, 3, 1))
        case(p, "strides 1, same, even pool", {"pool_size": 2, "strides": 1, "padding": "same"}, image(1, 3, 3, 1))
        case(p, "pool 2 by 3, strides 1 by 2", {"pool_size": [2, 3], "strides": [1, 2]}, image(2, 3, 5, 1))
        case(p, "same, all negative", {"pool_size": 3, "strides": 2, "padding": "same"},
             image(1, 4, 4, 1) - np.float32(10))
        case(p, "strides larger than the pool", {"pool_size": 1, "strides": 2}, image(1, 3, 4, 2))
        case(p, "channels_first", {"pool_size": 2, "data_format": "channels_first"}, image(1, 2, 4, 2))
    for p in ("GlobalAveragePooling2D", "GlobalMaxPooling2D"):
        image = lambda *shape: distinct(r(p + str(shape)), shape)  # noqa: E731
        case(p, "defaults", {}, image(2, 2, 3, 2))
        case(p, "keepdims", {"keepdims": True}, image(2, 2, 3, 2))
        case(p, "channels_first", {"data_format": "channels_first"}, image(2, 3, 2, 2))
        case(p, "channels_first, keepdims", {"data_format": "channels_first", "keepdims": True}, image(1, 2, 2, 3))

    # Merging
    for m in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract"):
        parts = lambda *shapes: [distinct(r(m), (sum(int(np.prod(s)) for s in shapes),))[  # noqa: E731
            sum(int(np.prod(s)) for s in shapes[:i]):][: int(np.prod(s))].reshape(s) for i, s in enumerate(shapes)]
        case(m, "two inputs", {}, *parts((2, 3), (2, 3)))
        if m != "Subtract":
            case(m, "three inputs", {}, *parts((2, 2), (2, 2), (2, 2)))
        case(m, "broadcast", {}, *parts((2, 1, 3), (2, 2, 1)))
        case(m, "different ranks", {}, *parts((2, 2, 3), (2, 3)))
        case(m, "images", {}, *parts((1, 2, 2, 2), (1, 2, 2, 2)))
    case("Add", "masks", {}, (2, 3, 2), (2, 3, 2),
         masks=[np.array([[1, 1, 0], [1, 0, 0]], bool), np.array([[1, 0, 0], [1, 1, 0]], bool)])
    case("Add", "one mask", {}, (2, 3, 2), (2, 3, 2), masks=[np.array([[1, 1, 0], [1, 0, 0]], bool), None])
    case("Multiply", "masks", {}, (2, 3, 2), (2, 3, 2),
         masks=[np.array([[1, 1, 0], [1, 0, 0]], bool), np.array([[1, 0, 0], [1, 1, 0]], bool)])
    case("Concatenate", "two inputs", {}, (2, 3), (2, 2))
    case("Concatenate", "three inputs", {}, (2, 1), (2, 2), (2, 3))
    case("Concatenate", "axis 1", {"axis": 1}, (2, 1, 3), (2, 2, 3))
    case("Concatenate", "axis 2 of four", {"axis": 2}, (1, 2, 1, 2), (1, 2, 3, 2))
    case("Concatenate", "axis -2", {"axis": -2}, (2, 1, 2), (2, 2, 2))
    case("Concatenate", "masks, axis 1", {"axis": 1}, (2, 2, 2), (2, 1, 2),
         masks=[np.array([[1, 0], [1, 1]], bool), np.array([[0], [1]], bool)])
    case("Concatenate", "one mask, axis 1", {"axis": 1}, (2, 2, 2), (2, 1, 2),
         masks=[np.array([[1, 0], [1, 1]], bool), None])
    case("Concatenate", "masks, last axis", {}, (2, 2, 2), (2, 2, 1),
         masks=[np.array([[1, 0], [1, 1]], bool), np.array([[1, 1], [0, 1]], bool)])
    case("Dot", "vectors", {"axes": 1}, (3, 4), (3, 4))
    case("Dot", "vectors, last axis", {"axes": -1}, (2, 3), (2, 3))
    case("Dot", "vectors, normalize", {"axes": 1, "normalize": True}, (3, 4), (3, 4))
    case("Dot", "matrices, 2 and 1", {"axes": [2, 1]}, (2, 2, 3), (2, 3, 2))
    case("Dot", "matrices, 1 and 1", {"axes": 1}, (2, 3, 2), (2, 3, 2))
    case("Dot", "matrices, 1 and 2", {"axes": [1, 2]}, (2, 3, 2), (2, 1, 3))
    case("Dot", "matrices, 2 and 2, normalize", {"axes": 2, "normalize": True}, (2, 2, 3), (2, 2, 3))
    case("Dot", "vector and matrix", {"axes": [1, 2]}, (2, 3), (2, 2, 3))
    case("Dot", "matrix and vector", {"axes": [2, 1]}, (2, 2, 3), (2, 3))
    case("Dot", "rank four and three", {"axes": [3, 1]}, (1, 2, 2, 3), (1, 3, 2))

    # Preprocessing
    case("Rescaling", "scale", {"scale": 0.5}, (2, 3))
    case("Rescaling", "scale and offset", {"scale": 2.0, "offset": -1.0}, (2, 3))
    case("Rescaling", "scale and offset of each channel",
         {"scale": [0.5, 2.0, 4.0], "offset": [1.0, 0.0, -1.0]}, (1, 2, 2, 3))
    case("Rescaling", "bytes", {"scale": 1.0 / 255, "offset": 0.0}, np.array([[0, 1, 128, 255]], np.uint8))
    define_attention(case)
    define_recurrent(case)
    define_reshaping(case)
    define_convolutions(case)
    define_adaptive_pooling(case)
    define_convolutional_recurrent(case)


def main(only=()):
    define()
    for layer, cases in CASES.items():
        if only and layer not in only:
            continue
        records = [run(layer, *c) for c in cases]
        names = [record["name"] for record in records]
        assert len(set(names)) == len(names), f"{layer}: two cases share a name"
        write(f"layers/{to_snake_case(layer)}.json", {**header("layers.py"), "layer": layer, "cases": records})


if __name__ == "__main__":
    main(sys.argv[1:])
