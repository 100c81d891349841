"""Makes fixtures/keras/preprocessing.json and preprocessing/: the layers that look up, hash, split and normalize, and models of them, as Keras computes them on TensorFlow.

Needs an environment of its own: pip install tensorflow-cpu==2.21.0 keras==3.15.1.
"""

import json
import os

os.environ["ORACLE_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

from common import header, keras, normal, np, path_of, plain, rng_for, tensor, uniform, write  # noqa: E402
from files import fixed_time  # noqa: E402

layers = keras.layers
CASES = []
FOLDER = "preprocessing"


def value(array):
    array = np.asarray(array)
    if array.dtype.kind not in "SUO":
        return tensor(array.astype(np.int32) if array.dtype == np.int64 else array)
    texts = [v.decode() if isinstance(v, bytes) else v for v in array.ravel().tolist()]
    return {"shape": list(array.shape), "dtype": "string", "data": texts}


def case(layer_name, name, config, *inputs, adapt=None, batches=None):
    """`adapt`: an array given whole; `batches`: a stream of them."""
    keras.backend.clear_session()
    layer = getattr(layers, layer_name)(**config)
    if adapt is not None:
        layer.adapt(np.array(adapt))
    if batches is not None:
        layer.adapt(iter([np.array(batch) for batch in batches]))
    arrays = [np.array(i) for i in inputs]
    feed = arrays if len(arrays) > 1 else arrays[0]
    outputs = keras.tree.map_structure(keras.ops.convert_to_numpy, layer(feed)) if layer_name not in ("StringLookup",) or not config.get("invert") else layer(feed).numpy()
    kind = lambda a: "string" if a.dtype.kind in "SUO" else str(a.dtype)  # noqa: E731
    symbols = [keras.KerasTensor((None, *a.shape[1:]), dtype=kind(a)) for a in arrays]
    # Keras crosses more than two features, but not in a graph.
    symbolic = None if len(arrays) > 2 else layer(symbols if len(arrays) > 1 else symbols[0])
    CASES.append({
        "layer": layer_name, "name": name, "config": plain(config),
        **({"adapt": value(adapt)} if adapt is not None else {}),
        **({"batches": [value(np.array(b)) for b in batches]} if batches is not None else {}),
        "inputs": [value(a) for a in arrays], "output": value(outputs), "shape": None if symbolic is None else list(symbolic.shape),
        **({"vocabulary": layer.get_vocabulary()} if hasattr(layer, "get_vocabulary") else {}),
        "keras_config": plain(layer.get_config()),
    })


def numbers():
    rng = rng_for("preprocessing", "numbers")
    x = normal(rng, (6, 3), 2.0)
    image = uniform(rng, (3, 2, 2, 2), 0, 9, 1)
    case("Normalization", "adapted", {}, x[:2], adapt=x)
    case("Normalization", "adapted to a stream", {}, x[:2], batches=[x[:2], x[2:3], x[3:]])
    case("Normalization", "one mean of all", {"axis": None}, x[:2], adapt=x)
    case("Normalization", "two axes", {"axis": [1, -1]}, image[:1], adapt=image)
    case("Normalization", "back", {"invert": True}, x[:2], adapt=x)
    case("Normalization", "given", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 0.25, 0.0]}, x[:2])
    case("Normalization", "given numbers", {"mean": 3.0, "variance": 2.0}, x[:2])
    case("Normalization", "not adapted", {}, x[:2])
    edges = np.array([[-1.5, 0.0, 0.2], [0.5, 0.7, 3.0]], np.float32)
    bins = [0.0, 0.5, 1.0]
    case("Discretization", "given", {"bin_boundaries": bins}, edges)
    for mode in ("one_hot", "multi_hot", "count"):
        case("Discretization", mode, {"bin_boundaries": bins, "output_mode": mode}, edges)
    case("Discretization", "one_hot of a column", {"bin_boundaries": bins, "output_mode": "one_hot"}, edges[:, :1])
    many = normal(rng, (300, 1), 3.0)
    case("Discretization", "adapted", {"num_bins": 4}, many[:5], adapt=many)
    case("Discretization", "adapted to a stream", {"num_bins": 3, "epsilon": 0.05}, many[:5], batches=[many[:100], many[100:120], many[120:]])
    case("Discretization", "adapted to few", {"num_bins": 3}, edges, adapt=edges)
    tokens = np.array([[0, 2, 2], [3, 1, 0]], np.int32)
    for mode in ("multi_hot", "one_hot", "count"):
        case("CategoryEncoding", mode, {"num_tokens": 4, "output_mode": mode}, tokens)
    case("CategoryEncoding", "one_hot of a column", {"num_tokens": 4, "output_mode": "one_hot"}, tokens[:, :1])


WORDS = np.array([["cat", "dog", ""], ["dog", "émile", "fish"], ["dog", "zebra 斑马", "cat"]])
IDS = np.array([[12, 36, -7], [1138, 42, 12]], np.int64)


def hashes():
    case("Hashing", "words", {"num_bins": 5}, WORDS)
    case("Hashing", "a salt", {"num_bins": 5, "salt": 133}, WORDS)
    case("Hashing", "two salts", {"num_bins": 7, "salt": [133, 137]}, WORDS)
    case("Hashing", "a mask", {"num_bins": 5, "mask_value": ""}, WORDS)
    case("Hashing", "numbers", {"num_bins": 5}, IDS)
    case("Hashing", "masked numbers, salted", {"num_bins": 5, "mask_value": 12, "salt": [1, 2]}, IDS)
    for mode in ("multi_hot", "count"):
        case("Hashing", mode, {"num_bins": 4, "output_mode": mode}, WORDS)
    case("Hashing", "one_hot", {"num_bins": 4, "output_mode": "one_hot"}, WORDS)
    case("Hashing", "one_hot of a column", {"num_bins": 4, "output_mode": "one_hot"}, WORDS[:, :1])
    case("HashedCrossing", "words and numbers", {"num_bins": 5}, WORDS[:2, :1], IDS[:, :1])
    case("HashedCrossing", "three features of one axis", {"num_bins": 6}, WORDS[0], WORDS[1], np.array([3, 4, 5]))
    case("HashedCrossing", "one_hot", {"num_bins": 5, "output_mode": "one_hot"}, WORDS[:2, :1], IDS[:, :1])


def lookups():
    vocabulary = ["dog", "cat", "fish"]
    case("StringLookup", "given", {"vocabulary": vocabulary}, WORDS)
    case("StringLookup", "a mask", {"vocabulary": vocabulary, "mask_token": ""}, WORDS)
    case("StringLookup", "special tokens in front", {"vocabulary": ["", "[UNK]", *vocabulary], "mask_token": ""}, WORDS)
    case("StringLookup", "three unknown", {"vocabulary": vocabulary, "num_oov_indices": 3}, WORDS)
    case("StringLookup", "three unknown, salted", {"vocabulary": vocabulary, "num_oov_indices": 3, "salt": [5, 6]}, WORDS)
    case("StringLookup", "none unknown", {"vocabulary": vocabulary, "num_oov_indices": 0}, WORDS[:1, :2])
    for mode in ("one_hot", "multi_hot", "count"):
        case("StringLookup", mode, {"vocabulary": vocabulary, "output_mode": mode, "mask_token": ""}, WORDS)
    case("StringLookup", "padded", {"vocabulary": vocabulary, "output_mode": "multi_hot", "max_tokens": 6, "pad_to_max_tokens": True}, WORDS)
    case("StringLookup", "tf_idf", {"vocabulary": vocabulary, "output_mode": "tf_idf", "idf_weights": [0.5, 1.0, 2.0]}, WORDS)
    case("StringLookup", "adapted", {}, WORDS, adapt=WORDS)
    case("StringLookup", "adapted, at most four", {"max_tokens": 4, "mask_token": ""}, WORDS, adapt=WORDS)
    case("StringLookup", "adapted to a stream", {"output_mode": "multi_hot"}, WORDS, batches=[WORDS[:1], WORDS[1:]])
    case("StringLookup", "tf_idf, adapted", {"output_mode": "tf_idf", "max_tokens": 8, "pad_to_max_tokens": True}, WORDS, adapt=WORDS)
    case("StringLookup", "tf_idf, adapted to a list", {"output_mode": "tf_idf"}, WORDS, adapt=WORDS[1])
    case("StringLookup", "back", {"vocabulary": vocabulary, "invert": True}, np.array([[0, 1, 3], [2, 9, 1]]))
    case("StringLookup", "back, with a mask", {"vocabulary": vocabulary, "invert": True, "mask_token": "-"}, np.array([[0, 1, 3], [2, 9, 4]]))
    given = [12, 36, 1138, 42]
    case("IntegerLookup", "given", {"vocabulary": given}, IDS)
    case("IntegerLookup", "a mask", {"vocabulary": given, "mask_token": 0}, IDS * [[1, 0, 1]])
    case("IntegerLookup", "three unknown", {"vocabulary": given, "num_oov_indices": 3}, IDS + 1)
    case("IntegerLookup", "three unknown, hashed", {"vocabulary": given, "num_oov_indices": 3, "oov_method": "farmhash"}, IDS + 1)
    case("IntegerLookup", "three unknown, salted", {"vocabulary": given, "num_oov_indices": 3, "oov_method": "farmhash", "salt": 9}, IDS + 1)
    case("IntegerLookup", "adapted", {"output_mode": "count"}, IDS, adapt=IDS)
    case("IntegerLookup", "one_hot", {"vocabulary": given, "output_mode": "one_hot"}, IDS[:, :1])
    case("IntegerLookup", "back", {"vocabulary": given, "invert": True}, np.array([[0, 1, 4]]))


TEXTS = np.array(["The quick  Brown fox, it's FAST!", "brown dog; Ünïcode ÉTÉ straße", "\tfox\nfox Dog's\x0bend\u00a0x ", "", "日本 語!  zebra_crossing @home"])


def texts():
    column = TEXTS[:, None]
    case("TextVectorization", "adapted", {}, column, adapt=TEXTS)
    case("TextVectorization", "a length", {"output_sequence_length": 4, "max_tokens": 9}, column, adapt=TEXTS)
    case("TextVectorization", "a greater length", {"output_sequence_length": 9}, TEXTS, adapt=TEXTS)
    for standardize in ("lower", "strip_punctuation", None):
        case("TextVectorization", f"standardize {standardize}", {"standardize": standardize}, column, adapt=TEXTS)
    case("TextVectorization", "characters", {"split": "character", "output_sequence_length": 12}, column, adapt=TEXTS)
    case("TextVectorization", "not split", {"split": None, "standardize": "lower"}, WORDS, adapt=WORDS)
    case("TextVectorization", "one and two", {"ngrams": 2}, column, adapt=TEXTS)
    case("TextVectorization", "three and one", {"ngrams": (3, 1), "output_sequence_length": 6}, column, adapt=TEXTS)
    for mode in ("multi_hot", "count", "tf_idf"):
        case("TextVectorization", mode, {"output_mode": mode}, column, adapt=TEXTS)
    case("TextVectorization", "multi_hot, padded", {"output_mode": "multi_hot", "max_tokens": 30, "pad_to_max_tokens": True}, column, adapt=TEXTS)
    case("TextVectorization", "ngrams, tf_idf", {"output_mode": "tf_idf", "ngrams": 2, "max_tokens": 12}, TEXTS, adapt=TEXTS)
    case("TextVectorization", "given", {"vocabulary": ["fox", "dog", "brown"], "output_sequence_length": 5}, column)
    case("TextVectorization", "tf_idf, given", {"vocabulary": ["fox", "dog"], "idf_weights": [1.5, 0.5], "output_mode": "tf_idf"}, column)
    case("TextVectorization", "adapted to a stream", {"output_mode": "tf_idf"}, column, batches=[TEXTS[:2], TEXTS[2:]])


def text_model():
    text = keras.Input((1,), dtype="string", name="text")
    split = layers.TextVectorization(output_sequence_length=6, name="split")
    split.adapt(TEXTS)
    h = layers.Embedding(split.vocabulary_size(), 4, mask_zero=True, name="words")(split(text))
    h = layers.GlobalAveragePooling1D(name="mean")(h)
    return keras.Model(text, layers.Dense(2, activation="softmax", name="class")(h), name="text"), [TEXTS[:, None]]


def tf_idf_model():
    text = keras.Input((1,), dtype="string", name="text")
    split = layers.TextVectorization(output_mode="tf_idf", ngrams=2, name="split")
    split.adapt(TEXTS)
    return keras.Model(text, layers.Dense(2, name="score")(split(text)), name="tf_idf"), [TEXTS[:, None]]


def table_model():
    rng = rng_for("preprocessing", "table")
    animal = keras.Input((1,), dtype="string", name="animal")
    place = keras.Input((1,), dtype="int64", name="place")
    size = keras.Input((2,), name="size")
    word = layers.StringLookup(output_mode="one_hot", name="word")
    word.adapt(WORDS.reshape(-1, 1))
    number = layers.IntegerLookup(output_mode="one_hot", num_oov_indices=2, name="number")
    number.adapt(IDS.reshape(-1, 1))
    scale = layers.Normalization(name="scale")
    sizes = normal(rng, (8, 2), 3.0)
    scale.adapt(sizes)
    bins = layers.Discretization(num_bins=3, output_mode="multi_hot", name="bins")
    bins.adapt(sizes)
    bucket = layers.Hashing(num_bins=4, output_mode="one_hot", name="bucket")
    crossed = layers.HashedCrossing(num_bins=5, name="crossed")([animal, place])
    features = [word(animal), number(place), scale(size), bins(size), bucket(animal), layers.CategoryEncoding(5, name="cross")(crossed)]
    outputs = layers.Dense(1, name="score")(layers.Concatenate(name="features")(features))
    rows = [WORDS[:, :1], np.array([[12], [42], [5]]), sizes[:3]]
    return keras.Model([animal, place, size], outputs, name="table"), rows


def tokens_model():
    text = keras.Input((3,), dtype="string", name="words")
    lookup = layers.StringLookup(vocabulary=["dog", "cat"], mask_token="", name="lookup")
    return keras.Model(text, lookup(text), name="tokens"), [WORDS]


def file(make):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    model, rows = make()
    path = path_of(f"{FOLDER}/{model.name}.keras")
    with fixed_time():
        model.save(path)
    feed = [keras.ops.convert_to_tensor(r) for r in rows]
    outputs = keras.ops.convert_to_numpy(model(feed if len(feed) > 1 else feed[0]))
    assert path.stat().st_size < 60_000
    write(f"{FOLDER}/{model.name}.json", {**header("preprocessing.py"), "inputs": [value(r) for r in rows], "output": value(outputs)})


def main():
    for part in (numbers, hashes, lookups, texts):
        part()
    write("preprocessing.json", {**header("preprocessing.py"), "cases": CASES})
    for make in (text_model, tf_idf_model, table_model, tokens_model):
        file(make)


if __name__ == "__main__":
    main()
