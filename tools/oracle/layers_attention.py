"""The cases of EinsumDense, ReversibleEmbedding and attention for layers.py. Makes nothing itself."""

from common import np

L1L2 = {"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}, "registered_name": None}
PENALTIES = {"kernel_regularizer": "l2", "bias_regularizer": L1L2, "activity_regularizer": "l2",
             "kernel_constraint": "max_norm", "bias_constraint": "non_neg"}
QUERY, VALUE = (2, 3, 4), (2, 5, 4)
QUERY_MASK = np.array([[1, 1, 0], [1, 0, 1]], bool)
VALUE_MASK = np.array([[0, 1, 1, 0, 1], [1, 1, 1, 0, 0]], bool)
# One query of the first sequence sees nothing.
SEEN = np.array([[[1, 0, 1, 1, 0], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1]], [[0, 0, 0, 0, 1], [1, 1, 0, 0, 0], [0, 1, 0, 1, 0]]], bool)
SCORES = {"return_attention_scores": True}


def define_attention(case):
    e = "EinsumDense"
    case(e, "as Dense", {"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "c"}, (2, 3))
    case(e, "heads, relu", {"equation": "abc,cde->abde", "output_shape": [3, 2, 3], "bias_axes": "de", "activation": "relu"}, (2, 3, 4))
    case(e, "a bias of the last axis", {"equation": "abc,cde->abde", "output_shape": [3, 2, 3], "bias_axes": "e"}, (2, 3, 4))
    case(e, "a bias of two axes apart", {"equation": "abc,cde->abde", "output_shape": [3, 2, 3], "bias_axes": "be"}, (2, 3, 4))
    case(e, "heads together", {"equation": "abcd,cde->abe", "output_shape": [3, 3], "bias_axes": "e"}, (2, 3, 2, 4))
    case(e, "axes in another order", {"equation": "abc,cd->adb", "output_shape": [2, 3]}, (2, 3, 4))
    case(e, "axes hidden on the left", {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y"}, (2, 3, 4))
    case(e, "an axis for each of the kernel", {"equation": "...bc,bc->...b", "output_shape": 3}, (2, 3, 4))
    case(e, "axes hidden on the right", {"equation": "ab...,bc->ac...", "output_shape": 2, "bias_axes": "c"}, (2, 3, 4))
    case(e, "no sum", {"equation": "i,d->id", "output_shape": 2, "bias_axes": "d"}, (3,))
    case(e, "regularizers and constraints", {"equation": "ab,bc->ac", "output_shape": 2, "bias_axes": "c", **PENALTIES}, (3, 2))

    r = "ReversibleEmbedding"
    size = {"input_dim": 5, "output_dim": 3}
    words = np.array([[0, 4, 2], [1, 0, 3]], np.int32)
    back = {"reverse": True}
    case(r, "forwards", size, words)
    case(r, "in reverse", size, (2, 4, 3), args=back)
    case(r, "in reverse, weights of its own", {**size, "tie_weights": False}, (2, 3), args=back)
    case(r, "in reverse, scores with a bound", {**size, "logit_soft_cap": 0.5}, (2, 3), args=back)
    case(r, "in reverse, in float32", {**size, "reverse_dtype": "float32"}, (2, 3), args=back)
    case(r, "regularizers and constraints", {**size, "embeddings_regularizer": "l2", "embeddings_constraint": "unit_norm"}, words)

    for name in ("Attention", "AdditiveAttention"):
        case(name, "defaults", {}, QUERY, VALUE)
        case(name, "a key", {}, QUERY, (2, 5, 2), VALUE)
        case(name, "scores", {"dropout": 0.5}, QUERY, VALUE, args=SCORES)
        case(name, "masks", {"seed": 3}, QUERY, VALUE, masks=[QUERY_MASK, VALUE_MASK], args=SCORES)
        case(name, "causal, a mask", {}, (2, 4, 3), (2, 4, 3), masks=[None, VALUE_MASK[:, 1:]], args={"use_causal_mask": True})
        case(name, "a scale, or none", {"use_scale": name == "Attention"}, QUERY, VALUE)
        case(name, "a further axis", {}, (2, 2, 3, 4), (2, 2, 5, 4))
    for scale in (False, True):
        case("Attention", f"concat{', a scale' if scale else ''}", {"score_mode": "concat", "use_scale": scale}, QUERY, VALUE)

    heads = {"num_heads": 2, "key_dim": 3}
    groups = {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}
    for name, size in (("MultiHeadAttention", heads), ("GroupQueryAttention", groups)):
        case(name, "defaults", size, QUERY, args={"value": VALUE})
        case(name, "a key", size, QUERY, args={"value": VALUE, "key": (2, 5, 3)})
        case(name, "no bias, scores", {**size, "use_bias": False, "seed": 3}, QUERY, args={"value": VALUE, **SCORES})
        case(name, "a mask, a query that sees nothing", size, QUERY, args={"value": VALUE, "attention_mask": SEEN})
        case(name, "a mask, a query that sees nothing, scores", size, QUERY, args={"value": VALUE, "attention_mask": SEEN, **SCORES})
        case(name, "a mask of numbers, dropout at inference", {**size, "dropout": 0.5}, QUERY,
             args={"value": VALUE, "attention_mask": SEEN.astype(np.int32)})
        case(name, "a mask for each head", size, QUERY,
             args={"value": VALUE, "attention_mask": np.tile(SEEN[:, None], (1, 2 if name[0] == "M" else 4, 1, 1))})
        case(name, "masks of value and key", size, QUERY, args={"value": VALUE, "value_mask": VALUE_MASK, "key_mask": VALUE_MASK[:, ::-1]})
        case(name, "causal", size, (2, 4, 3), args={"value": (2, 4, 3), "use_causal_mask": True})
        case(name, "causal, a mask, scores", size, QUERY, args={"value": VALUE, "value_mask": VALUE_MASK, "use_causal_mask": True, **SCORES})
        case(name, "a sliding window", {**size, "sliding_window": 2}, (2, 4, 3), args={"value": (2, 4, 3)})
        case(name, "a gate", {**size, "use_gate": True}, QUERY, args={"value": VALUE})
        case(name, "regularizers and constraints", {**size, **PENALTIES}, QUERY, args={"value": VALUE})
    case("GroupQueryAttention", "a mask of the query, one head of key and value", {**groups, "num_key_value_heads": 1}, QUERY,
         args={"value": VALUE, "query_mask": QUERY_MASK, **SCORES})
    name = "MultiHeadAttention"
    case(name, "sizes of its own", {**heads, "value_dim": 5, "output_shape": 2, "use_gate": True}, QUERY,
         args={"value": VALUE, **SCORES})  # Keras 3.15.1 on JAX cannot do without the scores where the value has a size of its own
    case(name, "two sizes that come out", {**heads, "output_shape": [2, 3]}, QUERY, args={"value": VALUE})
    maps = {"value": (2, 3, 2, 5)}
    case(name, "maps, all positions", heads, (2, 2, 3, 4), args={"value": (2, 3, 2, 4)})
    case(name, "maps, rows", {**heads, "attention_axes": 2}, (2, 3, 4, 5), args=maps)
    case(name, "maps, columns, scores", {**heads, "attention_axes": [-3]}, (2, 4, 2, 5), args={**maps, **SCORES})
    case(name, "maps, a mask", {**heads, "attention_axes": [1, 2]}, (2, 1, 3, 4),
         args={"value": (2, 1, 5, 4), "attention_mask": SEEN[:, None, :, None], **SCORES})
