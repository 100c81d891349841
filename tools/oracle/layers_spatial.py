"""The cases of layers over sequences, images and volumes for layers.py: padded, cropped, enlarged, convolved, pooled, remembered. Makes nothing itself."""

from common import distinct, np, rng_for

SHAPES = {1: (5,), 2: (3, 4), 3: (2, 3, 2)}
FIRST = {"data_format": "channels_first"}


def define_reshaping(case):
    pairs = {1: [2, 1], 2: [[0, 1], [2, 1]], 3: [[1, 0], [0, 2], [1, 1]]}
    for d, sizes in SHAPES.items():
        case(f"ZeroPadding{d}D", "defaults", {}, (2, *sizes, 2))
        case(f"ZeroPadding{d}D", "pairs, channels_first", {"padding": pairs[d], **FIRST}, (1, 2, *sizes))
        first = {} if d == 1 else FIRST
        shape = (2, 5, 2) if d == 1 else (1, 2, *(n + 2 for n in sizes))
        case(f"Cropping{d}D", "pairs" if d == 1 else "pairs, channels_first", {"cropping": pairs[d], **first}, shape)
        case(f"Cropping{d}D", "one number", {"cropping": 1}, (2, *(n + 1 for n in sizes), 1))
        case(f"UpSampling{d}D", "defaults", {}, (2, *sizes, 2))
        size = {1: 3, 2: [3, 2], 3: [1, 2, 3]}[d]
        case(f"UpSampling{d}D", "other sizes" if d == 1 else "other sizes, channels_first", {"size": size, **first},
             (1, *sizes, 2) if d == 1 else (1, 2, *sizes))
    case("ZeroPadding2D", "a number each", {"padding": [1, 2]}, (1, 2, 2, 1))
    case("Cropping3D", "defaults", {}, (1, 3, 4, 3, 2))
    case("UpSampling2D", "bilinear", {"interpolation": "bilinear"}, (2, 3, 2, 2))
    case("UpSampling2D", "bicubic, channels_first", {"interpolation": "bicubic", "size": [2, 3], **FIRST}, (1, 2, 3, 4))
    case("UpSampling2D", "lanczos3, one axis alone", {"interpolation": "lanczos3", "size": [1, 2]}, (1, 2, 5, 1))
    case("UpSampling2D", "lanczos5", {"interpolation": "lanczos5"}, (1, 4, 2, 1))


def define_convolutions(case):
    lines, images, volumes = (5,), (4, 5), (3, 2, 3)
    for d, sizes in ((1, lines), (2, images)):
        for name, options in ((f"DepthwiseConv{d}D", {}), (f"SeparableConv{d}D", {"filters": 3})):
            case(name, "defaults", {**options, "kernel_size": 2}, (2, *sizes, 2))
            case(name, "same, strides 2, multiplier, relu",
                 {**options, "kernel_size": 3, "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "relu"},
                 (1, *sizes, 2))
            case(name, "dilation, no bias, channels_first",
                 {**options, "kernel_size": 2, "dilation_rate": 2, "use_bias": False, **FIRST}, (1, 2, *sizes))
        case(f"DepthwiseConv{d}D", "strides and dilation",
             {"kernel_size": 2, "strides": 2, "dilation_rate": 2, "padding": "same"}, (1, *sizes, 2))
    weights = {"depthwise_regularizer": "l2", "bias_regularizer": "l1", "activity_regularizer": "l2", "depthwise_constraint": "max_norm"}
    case("DepthwiseConv2D", "regularizers", {"kernel_size": 2, **weights}, (2, 3, 2, 1))
    case("SeparableConv2D", "regularizers",
         {"filters": 2, "kernel_size": 2, "pointwise_regularizer": "l1", "pointwise_constraint": "non_neg", **weights}, (2, 3, 2, 1))
    for d, sizes in ((1, lines[:1]), (2, (3, 2)), (3, (2, 1, 2))):
        name = f"Conv{d}DTranspose"
        case(name, "defaults", {"filters": 2, "kernel_size": 2}, (2, *sizes, 3))
        case(name, "strides 2, same, relu",
             {"filters": 2, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}, (1, *sizes, 2))
        case(name, "strides 3, output_padding 1", {"filters": 1, "kernel_size": 2, "strides": 3, "output_padding": 1}, (1, *sizes, 2))
        case(name, "strides 2, same, output_padding 0",
             {"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same", "output_padding": 0}, (1, *sizes, 1))
        case(name, "dilation, same, no bias, channels_first",
             {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "padding": "same", "use_bias": False, **FIRST}, (1, 2, *sizes))
    case("Conv2DTranspose", "strides larger than the kernel",
         {"filters": 1, "kernel_size": [1, 2], "strides": [2, 3]}, (1, 2, 2, 1))
    case("Conv2DTranspose", "strides larger than the kernel, same, output_padding",
         {"filters": 1, "kernel_size": 2, "strides": 4, "padding": "same", "output_padding": [3, 0]}, (1, 2, 2, 1))
    case("Conv2DTranspose", "regularizers", {"filters": 1, "kernel_size": 2, "kernel_regularizer": "l2", "bias_regularizer": "l1",
                                             "activity_regularizer": "l2", "kernel_constraint": "max_norm"}, (2, 2, 2, 1))
    case("Conv2D", "a group for each channel, same", {"filters": 4, "kernel_size": [2, 3], "groups": 2, "padding": "same"}, (1, 3, 4, 2))


def define_adaptive_pooling(case):
    for kind in ("Average", "Max"):
        for d, sizes in ((1, (7,)), (2, (6, 5)), (3, (4, 3, 2))):
            name = f"Adaptive{kind}Pooling{d}D"
            values = lambda *shape: distinct(rng_for("input", name, *shape), shape)  # noqa: E731
            case(name, "as many as divide", {"output_size": [1, 2, 3][d - 1] if d < 3 else [2, 3, 1]}, values(2, *sizes, 2))
            case(name, "windows of two lengths, channels_first", {"output_size": [5, 4, 3][d - 1], **FIRST}, values(1, 2, *sizes))


def define_convolutional_recurrent(case):
    for d, sizes in ((1, (4,)), (2, (3, 2)), (3, (2, 2, 3))):
        name, states = f"ConvLSTM{d}D", [(2, 2, *sizes)] * 2
        case(name, "defaults", {"filters": 2, "kernel_size": 2}, (2, 3, *sizes, 2))
        case(name, "same, channels_first, sequences and states, initial states",
             {"filters": 2, "kernel_size": 2, "padding": "same", "return_sequences": True, "return_state": True, **FIRST},
             (2, 2, 1, *sizes), args={"initial_state": states})
    name = "ConvLSTM2D"
    # One sequence: Keras 3.15.1 on JAX takes the mask's batch for the width of images.
    case(name, "a mask, backwards", {"filters": 1, "kernel_size": 2, "go_backwards": True, "return_sequences": True}, (1, 3, 2, 3, 1),
         masks=[np.array([[1, 0, 1]], bool)])
    case(name, "strides 2, no bias, hard_sigmoid",
         {"filters": 1, "kernel_size": [2, 3], "strides": 2, "padding": "same", "use_bias": False, "recurrent_activation": "hard_sigmoid"},
         (1, 2, 5, 4, 2))
    case(name, "dilation, regularizers, dropout at inference",
         {"filters": 1, "kernel_size": 2, "dilation_rate": 2, "kernel_regularizer": "l2", "recurrent_regularizer": "l1",
          "bias_constraint": "max_norm", "dropout": 0.5, "recurrent_dropout": 0.25, "seed": 3, "unit_forget_bias": False}, (2, 2, 4, 3, 1))
