"""Makes fixtures/keras/operations.json: operations of keras.ops inside functional models, as a config holds them, and what they compute."""

import numpy
from common import header, keras, np, rng_for, tensor, uniform, write

ops, image = keras.ops, keras.ops.image
F = "float32"
# name, function, inputs: (shape without the batch, dtype). Values are in (0.1, 0.9) unless a case says otherwise.
V, M, I = ((4,), F), ((3, 4), F), ((4,), "int32")
W = numpy.arange(24, dtype=F).reshape(2, 2, 2, 3) / 24  # of windows of 2 by 2, from 2 channels
SORTED = np.array([0.1, 0.4, 0.4, 0.8], F)
SEGMENTS = np.array([1, 0, 1, 3], "int32")


def gaps(x):
    """A tensor without some of its numbers."""
    return ops.log(0.7 - x)


IMAGE = ((5, 4, 3), F)
TURN = numpy.array([-0.3, 0.4, 0.6, 0.5, -0.4, 0.3, 0, 0], F)
CORNERS = numpy.array([[0, 0], [9, 1], [1, 8], [8, 9]], F)
PLACES = numpy.array([[0, 1, 0.5, -0.7, 2.5], [0.2, 3.4, -1.6, 5.1, 1.5]], F)


def definite(x):
    """Matrices that are symmetric and positive definite."""
    return ops.matmul(x, ops.transpose(x, (0, 2, 1))) + 0.5 * np.eye(3, dtype=F)


CASES = [
    ("add_scalar", lambda x: x + 2, [V]), ("add_int_float", lambda x: x + 2.0, [I]), ("add", lambda x, y: x + y, [V, V]),
    ("radd", lambda x: 3 + x, [V]), ("subtract", lambda x: 2 - x, [V]), ("multiply", lambda x, y: x * y, [M, M]),
    ("true_divide", lambda x: x / 2.0, [V]), ("true_divide_int", lambda x: x / 2, [I]), ("rtrue_divide", lambda x: 1.0 / x, [V]),
    ("divide", ops.divide, [V, V]), ("divide_no_nan", lambda x: ops.divide_no_nan(x, ops.zeros_like(x)), [V]),
    ("floor_divide", lambda x: x // 0.3, [V]), ("floor_divide_int", lambda x: x // 2, [I]), ("mod", lambda x: (x - 0.5) % 0.3, [V]),
    ("power", lambda x: x**2, [V]), ("rpower", lambda x: 2.0**x, [V]), ("negative", lambda x: -x, [V]), ("abs", lambda x: abs(x - 0.5), [V]),
    ("matmul_constant", lambda x: x @ numpy.arange(8, dtype=F).reshape(4, 2), [V]), ("matmul", ops.matmul, [((3, 4), F), ((4, 2), F)]),
    ("matmul_rank3", lambda x: ops.matmul(x, numpy.arange(8, dtype=F).reshape(4, 2)), [M]),
    ("matmul_vector", lambda x: ops.matmul(x, numpy.arange(4, dtype=F)), [M]),
    ("dot", lambda x: ops.dot(x, numpy.arange(8, dtype=F).reshape(4, 2)), [V]),
    ("einsum", lambda x, y: ops.einsum("bij,bj->bi", x, y), [M, V]), ("outer", lambda x: ops.outer(x, numpy.arange(3, dtype=F)), [V]),
    ("maximum", lambda x: ops.maximum(x, 0.5), [V]), ("minimum", ops.minimum, [V, V]), ("arctan2", ops.arctan2, [V, V]),
    ("hypot", ops.hypot, [V, V]), ("logaddexp", ops.logaddexp, [V, V]),
    ("where", lambda x: ops.where(x > 0.5, 1.0, 0.0), [V]), ("where_int", lambda x: ops.where(x > 0.5, 1, 0), [V]),
    ("where_tensors", lambda x, y: ops.where(x < y, x, y), [V, V]),
    ("comparisons", lambda x, y: [x > y, x >= y, x < y, x <= y, ops.equal(x, x), ops.not_equal(x, y)], [V, V]),
    ("logic", lambda x: [ops.logical_and(x > 0.2, x < 0.6), ops.logical_or(x > 0.8, x < 0.2), ops.logical_xor(x > 0.3, x > 0.6), ops.logical_not(x > 0.5)], [V]),
    ("elementwise", lambda x: [f(x) for f in (ops.absolute, ops.square, ops.sqrt, ops.rsqrt, ops.reciprocal, ops.exp, ops.expm1, ops.log, ops.log1p, ops.log2,
                                              ops.log10, ops.sin, ops.cos, ops.tan, ops.sinh, ops.cosh, ops.tanh, ops.arcsin, ops.arccos, ops.arctan,
                                              ops.arcsinh, ops.arctanh, ops.erf, ops.sign, ops.ceil, ops.floor, ops.exp2, ops.cbrt)], [V]),
    ("elementwise_int", lambda x: [ops.square(x), ops.absolute(x - 2), ops.negative(x), ops.sqrt(x), ops.exp(x), ops.sign(x - 2)], [I]),
    ("arccosh", lambda x: ops.arccosh(x + 1.5), [V]), ("finite", lambda x: [ops.isnan(x), ops.isinf(x), ops.isfinite(x)], [V]),
    ("trunc", lambda x: ops.trunc(x * 4 - 2), [V]), ("degrees", lambda x: [ops.deg2rad(x), ops.rad2deg(x)], [V]),
    ("round", lambda x: [ops.round(x * 4), ops.round(x, 1)], [V]), ("clip", lambda x: ops.clip(x, 0.3, 0.6), [V]),
    ("likes", lambda x: [ops.ones_like(x), ops.zeros_like(x, dtype="int32"), ops.full_like(x, 2.5)], [V]),
    ("sum", lambda x: ops.sum(x, axis=1, keepdims=True), [M]), ("sum_all", lambda x: ops.sum(x), [M]), ("sum_int", lambda x: ops.sum(x, axis=-1), [I]),
    ("sum_axes", lambda x: ops.sum(x, axis=(1, 2)), [M]), ("sum_bool", lambda x: ops.sum(x > 0.5, axis=-1), [V]),
    ("mean", lambda x: ops.mean(x, axis=-1), [M]), ("mean_int", lambda x: ops.mean(x, axis=-1), [I]),
    ("reductions", lambda x: [f(x, axis=-1) for f in (ops.max, ops.min, ops.amax, ops.amin, ops.prod, ops.var, ops.std, ops.logsumexp)], [M]),
    ("any_all", lambda x: [ops.any(x > 0.5, axis=-1), ops.all(x > 0.2, axis=-1, keepdims=True), ops.count_nonzero(x > 0.5, axis=-1)], [M]),
    ("arguments", lambda x: [ops.argmax(x, axis=-1), ops.argmin(x, axis=1), ops.argmax(x), ops.argmax(x, axis=1, keepdims=True)], [M]),
    ("running", lambda x: [ops.cumsum(x, axis=1), ops.cumprod(x, axis=-1), ops.cumsum(x)], [M]),
    ("moments", lambda x: list(ops.moments(x, axes=[1], keepdims=True)), [M]),
    ("slice", lambda x: x[:, 1:3], [V]), ("index", lambda x: x[:, 1], [M]), ("negative_index", lambda x: x[:, -1], [M]),
    ("ellipsis", lambda x: x[..., 1], [M]), ("new_axis", lambda x: x[:, None, 1:], [V]), ("step", lambda x: x[:, ::2], [V]),
    ("reverse", lambda x: x[:, ::-1], [V]), ("reverse_step", lambda x: x[:, 3:0:-2], [V]), ("first_row", lambda x: x[:, 0:1, :2], [M]),
    ("negative_bounds", lambda x: x[:, -3:-1], [V]), ("beyond", lambda x: x[:, 2:99], [V]),
    ("reshape", lambda x: ops.reshape(x, (-1, 2, 6)), [M]), ("ravel", ops.ravel, [V]), ("squeeze", lambda x: ops.squeeze(x[:, 0:1], axis=1), [M]),
    ("expand_dims", lambda x: ops.expand_dims(x, -1), [V]), ("broadcast_to", lambda x: ops.broadcast_to(ops.mean(x, axis=0), (2, 4)), [V]),
    ("transpose", lambda x: ops.transpose(x, (0, 2, 1)), [M]), ("swapaxes", lambda x: ops.swapaxes(x, 1, 2), [M]),
    ("moveaxis", lambda x: ops.moveaxis(x, 1, -1), [M]), ("flip", lambda x: ops.flip(x, axis=1), [M]), ("tile", lambda x: ops.tile(x, (1, 2)), [V]),
    ("repeat", lambda x: ops.repeat(x, 2, axis=1), [M]), ("roll", lambda x: ops.roll(x, 1, axis=1), [V]),
    ("pad", lambda x: ops.pad(x, ((0, 0), (1, 2))), [V]), ("pad_value", lambda x: ops.pad(x, ((0, 0), (1, 2)), constant_values=7.0), [V]),
    ("pad_reflect", lambda x: ops.pad(x, ((0, 0), (1, 2)), mode="reflect"), [V]),
    ("concatenate", lambda x, y: ops.concatenate([x, y], axis=-1), [V, V]), ("stack", lambda x, y: ops.stack([x, y], axis=1), [V, V]),
    ("hstack", lambda x, y: ops.hstack([x, y]), [V, V]), ("vstack", lambda x, y: ops.vstack([x, y]), [V, V]),
    ("split", lambda x: ops.split(x, 2, axis=1), [V]), ("split_at", lambda x: ops.split(x, [1, 3], axis=1), [V]), ("unstack", lambda x: ops.unstack(x, axis=1), [M]),
    ("take", lambda x: ops.take(x, [2, 0], axis=1), [V]), ("tril", lambda x: [ops.tril(x), ops.triu(x, 1), ops.tril(x, -1)], [M]),
    ("relu", lambda x: ops.relu(x - 0.5), [V]),
    ("activations", lambda x: [f(x * 8 - 4) for f in (ops.relu6, ops.sigmoid, ops.softplus, ops.softsign, ops.silu, ops.log_sigmoid, ops.hard_sigmoid, ops.hard_silu,
                                                      ops.hard_tanh, ops.tanh_shrink, ops.selu, ops.elu, ops.celu, ops.leaky_relu, ops.squareplus, ops.soft_shrink,
                                                      ops.hard_shrink, ops.sparse_plus, ops.sparse_sigmoid, ops.gelu)], [V]),
    ("gelu_exact", lambda x: ops.gelu(x - 0.5, approximate=False), [V]), ("glu", ops.glu, [V]), ("threshold", lambda x: ops.threshold(x, 0.5, 0.25), [V]),
    ("softmax", lambda x: [ops.softmax(x), ops.softmax(x, axis=1), ops.log_softmax(x)], [M]), ("normalize", lambda x: ops.normalize(x), [V]),
    ("one_hot", lambda x: ops.one_hot(x, 5), [I]), ("cast", lambda x: [ops.cast(x * 4, "int32"), ops.cast(x > 0.5, "float32")], [V]),
    ("stop_gradient", ops.stop_gradient, [V]), ("top_k", lambda x: list(ops.top_k(x, 2)), [V]),
    ("pooling", lambda x: [ops.max_pool(x, 2, 2), ops.max_pool(x, 3, 2, "same"), ops.average_pool(x, 2, 1), ops.average_pool(x, 3, 2, "same")], [((5, 5, 2), F)]),
    ("pooling_line", lambda x: [ops.max_pool(x, 2, 1), ops.average_pool(x, 2, 2)], [((6, 2), F)]), ("pooling_space", lambda x: ops.max_pool(x, 2, 2), [((4, 4, 4, 1), F)]),
    ("conv", lambda x: [ops.conv(x, W, 2, "same"), ops.conv(x, W, dilation_rate=2)], [((5, 5, 2), F)]), ("conv_line", lambda x: ops.conv(x, W[0], padding="same"), [((6, 2), F)]),
    ("conv_space", lambda x: ops.conv(x, W[None], 1, "same"), [((2, 4, 4, 2), F)]), ("depthwise_conv", lambda x: ops.depthwise_conv(x, W, padding="same"), [((5, 5, 2), F)]),
    ("relu_threshold", lambda x: [keras.activations.relu(ops.round(x * 4) - 1, **options) for options in (
        {"threshold": 2}, {"threshold": -1, "max_value": 2}, {"threshold": 2, "max_value": 2, "negative_slope": 0.5}, {"threshold": -0.5})], [V]),
    ("normalize_more", lambda x: [ops.normalize(x, axis=None), ops.normalize(x, axis=(1, 2)), ops.normalize(x, axis=1, order=1), ops.normalize(x, order=3)], [M]),
    ("round_tens", lambda x: ops.round(x * 1000, -2), [V]), ("round_int", lambda x: [ops.round(x * 37, -1), ops.round(x, 1)], [I]),
    ("integers", lambda x: [ops.trunc(x), ops.outer(x, numpy.arange(3, dtype="int32"))], [I]),
    ("einsum_implicit", lambda x, y: [ops.einsum("bij,bj", x, y), ops.einsum("zba", x)], [M, V]),
    ("einsum_ellipsis", lambda x, y: [ops.einsum("...ij,...jk->...ik", x, y), ops.einsum("i...,j...k->...ijk", x, y)], [((3, 4), F), ((4, 3), F)]),
    ("einsum_more", lambda x: [ops.einsum("bii->bi", x), ops.einsum("bij,bjk,bk->b", x, x, x[:, 0]), ops.einsum(",bij", 2.0, x)], [((3, 3), F)]),
    ("softmax_axes", lambda x: [ops.softmax(x, axis=(1, 2)), ops.log_softmax(x, axis=(1, 2))], [M]), ("one_hot_axis", lambda x: ops.one_hot(x, 5, axis=1), [I]),
    ("extremes_initial", lambda x: [ops.max(x, axis=1, initial=0.6), ops.min(x, axis=-1, keepdims=True, initial=0.2)], [M]),
    ("channels_first", lambda x: [ops.max_pool(x, 2, 2, data_format="channels_first"), ops.conv(x, W, data_format="channels_first"),
                                  ops.depthwise_conv(x, W, padding="same", data_format="channels_first")], [((2, 5, 5), F)]),
    ("depthwise_conv_line", lambda x: [ops.depthwise_conv(x, W[0]), ops.depthwise_conv(x, W[0], 2, "same")], [((6, 2), F)]),
    ("depthwise_conv_dilated", lambda x: ops.depthwise_conv(x, W, 2, dilation_rate=2), [((7, 7, 2), F)]),
    ("nan_reductions", lambda x: [f(gaps(x), axis=1) for f in (ops.nansum, ops.nanprod, ops.nanmean, ops.nanvar, ops.nanstd, ops.nanmax, ops.nanmin, ops.nanargmax,
                                                               ops.nanargmin, ops.nancumsum, ops.nancumprod, ops.nanmedian)], [M]),
    ("nan_alone", lambda x: [f(gaps(x + 1), axis=-1) for f in (ops.nanmax, ops.nanargmin, ops.nanmean)], [M]),
    ("quantiles", lambda x: [ops.quantile(x, 0.3, axis=(1, 2)), ops.percentile(x, [20.0, 70.0], axis=(1, 2), method="midpoint"), ops.median(x, axis=(2,), keepdims=True),
                             ops.nanquantile(gaps(x), [0.3, 1.0], axis=-1, method="nearest"), ops.nanpercentile(gaps(x), 40.0, axis=2, method="higher")], [M]),
    ("ordered", lambda x: [ops.sort(gaps(x), axis=1), ops.argsort(x), ops.argpartition(x, 1), ops.searchsorted(SORTED, x), ops.digitize(x, SORTED)], [M]),
    ("ordered_int", lambda x: [ops.sort(x), ops.argsort(x), ops.isin(x, np.array([1, 3], "int32")), ops.searchsorted(np.arange(5, dtype="int32"), x, side="right")], [I]),
    ("unique", lambda x: [*ops.unique(x, size=6, fill_value=9, return_index=True, return_inverse=True, return_counts=True), *ops.unique(x[:, 1:], axis=1, size=3, return_counts=True)], [I]),
    ("parts", lambda x: [*ops.array_split(x, 3, axis=2), *ops.hsplit(x, [1]), *ops.dsplit(x, 2)], [M]), ("parts_of_batch", lambda x: ops.vsplit(x, [1]), [V]),
    ("diagonals", lambda x: [ops.diagonal(x, 1, 1, 2), ops.trace(x, -1, 1, 2), ops.rot90(x, 1, (1, 2)), ops.rot90(x, -1, (1, 2)), ops.rot90(x, 2, (1, 2)), ops.fliplr(x), ops.flipud(x)], [M]),
    ("on_diagonals", lambda x: [ops.diagflat(x[0], 1), ops.diag(x[0], -1)], [V]),
    ("products", lambda x, y: [ops.inner(x[0], y[0]), ops.vdot(x[0], y[0]), ops.kron(x, np.array([[1.0, 2.0]], F)), ops.tensordot(x, np.arange(8, dtype=F).reshape(4, 2), 1),
                               ops.tensordot(x, np.arange(8, dtype=F).reshape(2, 4), ([1], [1])), ops.dot(x, np.arange(16, dtype=F).reshape(2, 4, 2)), ops.cross(x[:, :3], y[:, 1:]),
                               ops.cross(x[:, :2], y[:, 1:]), ops.correlate(x[0], y[0, :3], "full"), ops.correlate(x[0, :2], y[0], "same"), ops.corrcoef(x)], [V, V]),
    ("along_axes", lambda x: [ops.diff(x, 2, axis=1), ops.trapezoid(x, dx=0.5), ops.average(x, axis=2, weights=np.arange(4, dtype=F)), ops.vander(x[0, 0], 3), ops.append(x, x, axis=1),
                              ops.dstack([x, x]), ops.take_along_axis(x, ops.argsort(x), axis=-1)], [M]),
    ("grid", lambda x, y: [*ops.meshgrid(x[0], y[0]), *ops.meshgrid(x[0], y[0], indexing="ij")], [V, ((3,), F)]), ("unravel", lambda x: list(ops.unravel_index(x, (2, 3))), [I]),
    ("steps", lambda x: [ops.linspace(x, 2.0, 3, axis=1), ops.logspace(x, 1.0, 3, endpoint=False), ops.geomspace(x, 8.0, 4)], [V]),
    ("more_elementwise", lambda x: [f(x * 4 - 2) for f in (ops.fabs, ops.angle, ops.imag, ops.real, ops.isreal, ops.isposinf, ops.isneginf, ops.signbit, ops.sinc, ops.i0, ops.erfc, ops.nan_to_num)]
                                   + [ops.erfinv(x * 2 - 1), ops.array(x), ops.saturate_cast(x * 1e10, "int32")], [V]),
    ("more_pairs", lambda x, y: [f(x * 2 - 1, y * 2 - 1) for f in (ops.logaddexp2, ops.fmax, ops.fmin, ops.fmod, ops.heaviside, ops.isclose)]
                                + [ops.ldexp(x, ops.cast(y * 5, "int32")), ops.allclose(x, x), ops.select([x > 0.6, y > 0.3], [x, y], 2.0)], [V, V]),
    ("bits", lambda x, y: [f(x, y) for f in (ops.bitwise_and, ops.bitwise_or, ops.bitwise_xor, ops.bitwise_left_shift, ops.bitwise_right_shift, ops.left_shift, ops.right_shift, ops.gcd, ops.lcm)]
                          + [ops.bitwise_invert(x), ops.bitwise_not(y)], [I, I]),
    ("normalizations", lambda x: [ops.layer_normalization(x, np.arange(4, dtype=F), np.ones(4, F)), ops.rms_normalization(x, np.arange(4, dtype=F)), ops.layer_normalization(x, axis=(1, 2)),
                                  ops.batch_normalization(x, x[0, 0], x[0, 1], axis=-1, offset=np.ones(4, F), scale=np.arange(4, dtype=F))], [M]),
    ("crossentropies", lambda x, y: [ops.binary_crossentropy(x, y), ops.binary_crossentropy(x, y, from_logits=True), ops.categorical_crossentropy(x, y), ops.categorical_crossentropy(x, y, True, 1),
                                     ops.sparse_categorical_crossentropy(ops.argmax(x, -1), y), ops.psnr(x, y, 1.0)], [M, M]),
    ("ctc_loss", lambda x, labels, n: [ops.ctc_loss(labels, x * 6, n, n + 4), ops.ctc_loss(labels, x * 6, n, n + 3, mask_index=4)], [((8, 5), F), I, ((), "int32")]),
    ("ctc_decode", lambda x, n: [part for how in ({}, {"merge_repeated": False, "mask_index": 3}, {"strategy": "beam_search", "beam_width": 7, "top_paths": 3, "mask_index": 2})
                                 for labels, scores in [ops.ctc_decode(x * 6, n + 4, **how)] for part in (ops.transpose(labels, (1, 0, 2)), scores)], [((8, 5), F), ((), "int32")]),
    ("attention", lambda q, k, v: [ops.dot_product_attention(q, k, v), ops.dot_product_attention(q, k, v, bias=np.arange(15, dtype=F).reshape(1, 1, 3, 5), scale=0.5, is_causal=True)],
     [((3, 2, 4), F), ((5, 2, 4), F), ((5, 2, 4), F)]),
    ("hot", lambda x: [ops.multi_hot(x, 5)], [I]), ("sparsemax", lambda x: ops.sparsemax(x * 3), [V]), ("in_top_k", lambda x: ops.in_top_k(ops.argmax(x, -1), x, 2), [V]),
    ("segments", lambda x: [f(x[0], SEGMENTS, 4) for f in (ops.segment_sum, ops.segment_prod, ops.segment_max, ops.segment_min)], [((4, 2), F)]),
    ("distances", lambda x, y: ops.cdist(x, y), [M, M]),
    ("scatters", lambda x: [ops.scatter(np.array([[0], [2], [0], [3]], "int32"), x[0], (4, 2)), *[ops.scatter_update(x[0], np.array([[0], [2], [0], [3]], "int32"), x[1], r)
                            for r in ("add", "max", "min", "mul")], ops.scatter_update(x[0], np.array([[2], [3]], "int32"), x[1, :2])], [((4, 2), F)]),
    ("dynamic_parts", lambda x, i: [ops.slice(x, [0, i[0, 0], 1], (1, 2, 3)), ops.slice_update(x, [0, i[0, 0], 1], ops.zeros((1, 2, 3)))], [M, I]),
    ("image_resize", lambda x: [image.resize(x, (3, 7), **options) for options in (
        {}, {"interpolation": "nearest"}, {"antialias": True}, {"interpolation": "bicubic", "crop_to_aspect_ratio": True}, {"interpolation": "lanczos5", "antialias": True},
        {"interpolation": "lanczos3", "pad_to_aspect_ratio": True, "fill_value": 0.5}, {"data_format": "channels_first"})], [IMAGE]),
    ("image_resize_int", lambda x: [image.resize(x, (3, 4)), image.resize(x, (4, 2), "nearest")], [((5, 3, 1), "int32")]),
    ("image_colors", lambda x: [image.rgb_to_grayscale(x), image.rgb_to_hsv(x), image.hsv_to_rgb(x)], [IMAGE]),
    ("image_colors_first", lambda x: [f(x, "channels_first") for f in (image.rgb_to_grayscale, image.rgb_to_hsv, image.hsv_to_rgb)], [((3, 2, 4), F)]),
    ("image_affine", lambda x, y: [image.affine_transform(x, (y - TURN) * (TURN != 0), interpolation, mode, 0.25) for interpolation, mode in (
        ("bilinear", "constant"), ("bilinear", "reflect"), ("nearest", "wrap"), ("nearest", "mirror"), ("bilinear", "nearest"))], [IMAGE, ((8,), F)]),
    ("image_perspective", lambda x, y: [image.perspective_transform(x, y * 5, y * 5 + CORNERS, interpolation, 0.5) for interpolation in ("bilinear", "nearest")], [IMAGE, ((4, 2), F)]),
    ("image_coordinates", lambda x: [image.map_coordinates(x, PLACES, order, mode, 0.5) for order, mode in ((1, "constant"), (0, "reflect"), (1, "wrap"))], [V]),
    ("image_blur", lambda x: [image.gaussian_blur(x), image.gaussian_blur(x, (3, 5), (0.5, 2.0)), image.sobel_edges(x), image.sobel_edges(x, "channels_first")], [IMAGE]),
    ("image_elastic", lambda x: image.elastic_transform(x, alpha=0.0, seed=3), [IMAGE]),
    ("image_scale", lambda x, y: [image.scale_and_translate(x[0], (6, 5, 3), y[0, :2] + 0.5, y[1, :2], (0, 1), method, antialias)
                                  for method, antialias in (("linear", True), ("cubic", False), ("lanczos3", False), ("lanczos5", True))], [IMAGE, V]),
    ("image_margins", lambda x: [image.pad_images(x, 1, 0, 2, 1), image.pad_images(x, bottom_padding=1, right_padding=2, target_height=8, target_width=7),
                                 image.crop_images(x, 1, 0, 2, 1), image.crop_images(x, bottom_cropping=1, left_cropping=1, target_height=2, target_width=3)], [IMAGE]),
    ("image_patches", lambda x: [image.extract_patches(x, 2), image.extract_patches(x, (3, 2), 1, 2, "same"), image.extract_patches(x, (2, 2), (1, 2), data_format="channels_first")], [IMAGE]),
    ("image_patches_space", lambda x: [image.extract_patches_3d(x, (1, 2, 2)), image.extract_patches_3d(x, 2, 1, padding="same")], [((2, 4, 3, 2), F)]),
    ("image_blocks", lambda x: [ops.space_to_depth(x, 2), ops.depth_to_space(x, 2), ops.space_to_depth(x, 2, "channels_first"), ops.depth_to_space(x, 2, "channels_first")], [((4, 4, 4), F)]),
    ("image_likeness", lambda x, y: [image.ssim(x, y, filter_size=3), image.ssim(x, y, 2.0, 3, 1.0, data_format="channels_first"), ops.psnr(x, y, 1.0)], [((4, 5, 4), F), ((4, 5, 4), F)]),
    ("norms", lambda x: [ops.norm(x), ops.norm(x, 1, axis=(1,)), ops.norm(x, 3, axis=(2,), keepdims=True), *[ops.norm(x, order, axis=(1, 2)) for order in ("fro", "nuc", 1, -1, 2, -2)]], [M]),
    ("factors", lambda x: [ops.cholesky(definite(x)), ops.cholesky(definite(x), upper=True), ops.cholesky_inverse(definite(x)[0]), *ops.lu_factor(x), *ops.qr(x), *ops.qr(x, mode="complete"),
                           ops.svd(x, compute_uv=False)], [((3, 3), F)]),
    ("factors_tall", lambda x: [*ops.lu_factor(x), *ops.qr(x), ops.svd(x, compute_uv=False), ops.pinv(x), ops.linalg.matrix_rank(x)], [((4, 3), F)]),
    ("equations", lambda x, y: [ops.inv(x), ops.det(x), *ops.slogdet(x), ops.logdet(definite(x)), ops.solve(x, y), ops.solve_triangular(definite(x), y, lower=True), ops.lstsq(x[0], y[0])],
     [((3, 3), F), ((3, 2), F)]),
    ("spectra", lambda x: [*ops.rfft(x), *ops.rfft(x, 7), ops.irfft(ops.rfft(x)), ops.irfft((x, x * 2), 7), *ops.fft((x, x * 2)), *ops.fft2((x, x)), *ops.ifft2((x, x * 2))], [((3, 6), F)]),
    ("signals", lambda x: [ops.extract_sequences(x, 4, 3), *ops.stft(x, 4, 2, 8), *ops.stft(x, 8, 4, 8, window=None, center=False), ops.istft(ops.stft(x, 6, 2, 8, "hamming"), 6, 2, 8, window="hamming"),
                           ops.istft(ops.stft(x, 8, 4, 8), 8, 4, 8, length=14)], [((16,), F)]),
    ("patches", lambda x: [ops.unfold(x, 2), ops.unfold(x, (3, 2), 1, (1, 0), (1, 2)), ops.fold(ops.unfold(x, 2, 2, 1), (4, 6), 2, 2, 1)], [((2, 4, 6), F)]),
    ("separable_conv", lambda x: ops.separable_conv(x, W, np.arange(18, dtype=F).reshape(1, 1, 6, 3) / 18, padding="same"), [((5, 5, 2), F)]),
    ("activation_relu", lambda x: keras.activations.relu(x - 0.4, negative_slope=0.1, max_value=0.3), [V]), ("mish", lambda x: keras.src.activations.activations.Mish()(x), [V]),
]


def value(shape, dtype, label):
    rng = rng_for("operations", label)
    if dtype == "int32":
        return rng.integers(0, 5, (2, *shape)).astype(np.int32)
    return uniform(rng, (2, *shape), 0.1, 0.9)


def said(shape, found):
    """The shape that Keras says beforehand; nothing where it gets it wrong, as of rot90."""
    fits = len(shape) == len(found) and all(a in (None, b) for a, b in zip(shape, found))
    return list(shape) if fits else None


def case(name, function, specs):
    keras.backend.clear_session()
    inputs = [keras.Input(shape, dtype=dtype, name=f"input_{i}") for i, (shape, dtype) in enumerate(specs)]
    model = keras.Model(inputs, function(*inputs), name=name)
    values = [value(shape, dtype, f"{name}/{i}") for i, (shape, dtype) in enumerate(specs)]
    outputs = model(values)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    config = keras.saving.serialize_keras_object(model)
    return {
        "name": name,
        "config": {key: config[key] for key in ("module", "class_name", "config", "registered_name")},
        "inputs": [tensor(v) for v in values],
        "outputs": [tensor(np.asarray(o)) for o in outputs],
        "output_shapes": [said(o.shape, np.shape(value)) for o, value in zip(model.outputs, outputs)],
    }


if __name__ == "__main__":
    write("operations.json", {**header("operations.py"), "cases": [case(*c) for c in CASES]})
