"""Makes fixtures/keras/feature_space.json and feature_space/: what Keras' FeatureSpace, on TensorFlow, makes of a table, and the files that it saves.

Needs the environment of preprocessing.py: on whatever backend Keras runs, a FeatureSpace computes with TensorFlow.
`feature_space.py --check FOLDER` opens the files of a folder that Lamella has written, and compares (feature-space.mjs).
"""

import json
import sys
from pathlib import Path

import preprocessing  # chooses the backend
from common import header, keras, np, path_of, plain, write
from files import fixed_time
from preprocessing import value

FeatureSpace = keras.utils.FeatureSpace
TABLE = {
    "age": np.array([31.0, 45.5, 18.0, 67.0, 52.0, 45.5, 23.0], "float32"),
    "height": np.array([1.7, 1.82, 1.55, 1.61, 1.9, 1.73, 1.68], "float32"),
    "rooms": np.array([2, 3, 2, 5, 3, 3, 1], "int32"),
    "town": np.array(["Rome", "Oslo", "Rome", "Lima", "Oslo", "Rome", "Bonn"]),
}
OTHERS = {"age": np.array([40.0, 90.0], "float32"), "height": np.array([1.5, 1.7], "float32"), "rooms": np.array([7, 2], "int32"), "town": np.array(["Oslo", "Nice"])}
CASES = [
    ("one row of all", {"age": "float_normalized", "height": "float", "rooms": "integer_categorical", "town": "string_categorical"}, {}),
    ("a record", {"age": "float_discretized", "height": "float_rescaled", "rooms": "integer_hashed", "town": "string_hashed"}, {"output_mode": "dict", "hashing_dim": 5, "num_discretization_bins": 3}),
    ("crosses", {"height": "float", "rooms": "integer_categorical", "town": "string_categorical"}, {"crosses": [["town", "rooms"]], "crossing_dim": 7}),
    ("crosses of hashed columns, in a record", {"rooms": "integer_hashed", "town": "string_hashed"}, {"crosses": [["rooms", "town"]], "crossing_dim": 4, "hashing_dim": 3, "output_mode": "dict"}),
]


def case(name, features, options):
    keras.backend.clear_session()
    space = FeatureSpace(features=features, **options)
    space.adapt({key: TABLE[key] for key in features})
    out = {}
    for part, table in (("known", TABLE), ("others", OTHERS)):
        found = space({key: table[key] for key in features})
        found = found if isinstance(found, dict) else {"all": found}
        out[part] = {key: value(keras.ops.convert_to_numpy(v)) for key, v in found.items()}
    return {"name": name, "features": features, "options": plain(options), **out}


TEXTS = np.array(["good film", "bad film", "good, good", "a bad end", "film", "end of a film", "good end"])
ROWS = {
    "known": {**TABLE, "text": TEXTS},
    "others": {**OTHERS, "text": np.array(["bad bad end", "nothing known"])},
}


def all_kinds():
    names = {
        "age": "float_normalized",
        "height": "float",
        "height in cm": FeatureSpace.float_rescaled(scale=100.0, offset=0.5),
        "age-group": FeatureSpace.float_discretized(num_bins=3, name="group"),
        "rooms": FeatureSpace.integer_categorical(num_oov_indices=2),
        "floor": "integer_hashed",
        "town": "string_categorical",
        "ville née": FeatureSpace.string_hashed(num_bins=5),
    }
    crosses = [("town", "rooms"), FeatureSpace.cross(("floor", "ville née"), crossing_dim=6)]
    return FeatureSpace(names, crosses=crosses, crossing_dim=4, hashing_dim=3, name="all")


def record():
    names = {
        "town": FeatureSpace.string_categorical(max_tokens=3, output_mode="int"),
        "street": FeatureSpace.string_categorical(num_oov_indices=0),
        "words": FeatureSpace.feature("string", keras.layers.TextVectorization(output_sequence_length=3), "int"),
        "text": FeatureSpace.feature("string", keras.layers.TextVectorization(output_mode="tf_idf"), "float"),
        "rooms": FeatureSpace.integer_hashed(num_bins=4, output_mode="int"),
        "height": "float",
    }
    crosses = [FeatureSpace.cross(("town", "rooms"), crossing_dim=5, output_mode="int")]
    return FeatureSpace(names, crosses=crosses, output_mode="dict", name="record")


# Columns by the columns of the table that they are filled with.
SOURCES = {"height in cm": "height", "age-group": "age", "floor": "rooms", "ville née": "town", "street": "town", "words": "text"}


def rows_of(space, part):
    rows = ROWS[part]
    # A vocabulary without a place for unknown words.
    table = {**rows, "street": TABLE["town"][: len(rows["town"])]}
    return {name: table[name if name in table else SOURCES[name]] for name in space.features}


def encoded(space, rows):
    found = space(rows)
    found = found if isinstance(found, dict) else {"all": found}
    return {key: value(keras.ops.convert_to_numpy(v)) for key, v in found.items()}


def space_file(make):
    keras.backend.clear_session()
    space = make()
    space.adapt(rows_of(space, "known"))
    path = path_of(f"feature_space/{space.name}.keras")
    with fixed_time():
        space.save(path)
    assert path.stat().st_size < 60_000
    parts = {}
    for part in ROWS:
        rows = rows_of(space, part)
        parts[part] = {"rows": {name: value(column) for name, column in rows.items()}, "encoded": encoded(space, rows)}
    write(f"feature_space/{space.name}.json", {**header("feature_space.py"), **parts})


def inference_file():
    """What is trained takes rows that are encoded; what predicts takes the table, and is saved."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    space = FeatureSpace({"age": "float_normalized", "town": "string_categorical", "rooms": "integer_hashed"}, hashing_dim=3, crosses=[("town", "rooms")], crossing_dim=4)
    space.adapt(rows_of(space, "known"))
    encoded = space.get_encoded_features()
    row = keras.Input((encoded.shape[-1],), name="row")
    trained = keras.Model(row, keras.layers.Dense(2, name="score")(row), name="trained")
    whole = keras.Model(space.get_inputs(), trained(encoded), name="inference")
    with fixed_time():
        whole.save(path_of("feature_space/inference.keras"))
    rows = rows_of(space, "others")
    outputs = whole({name: keras.ops.convert_to_tensor(column[:, None]) for name, column in rows.items()})
    write("feature_space/inference.json", {**header("feature_space.py"), "rows": {name: value(column) for name, column in rows.items()}, "output": value(keras.ops.convert_to_numpy(outputs))})


def array_of(stored):
    kinds = {"string": str, "float32": "float32", "int32": "int32"}
    return np.array(stored["data"], kinds[stored["dtype"]]).reshape(stored["shape"])


def check(folder):
    """Opens what Lamella has written: spaces and models, each beside a .json of rows and what they give there."""
    for path in sorted(Path(folder).glob("*.keras")):
        golden = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        loaded = keras.saving.load_model(path)
        rows = {name: array_of(column) for name, column in golden["rows"].items()}
        is_space = isinstance(loaded, FeatureSpace)
        found = loaded(rows if is_space else {name: keras.ops.convert_to_tensor(column[:, None]) for name, column in rows.items()})
        found = found if isinstance(found, dict) else {"all": found}
        assert found.keys() == golden["encoded"].keys(), (path.name, found.keys())
        for name, wanted in golden["encoded"].items():
            one = keras.ops.convert_to_numpy(found[name])
            assert list(one.shape) == wanted["shape"], (path.name, name, one.shape, wanted["shape"])
            np.testing.assert_allclose(one, array_of(wanted), 1e-5, 1e-6, err_msg=f"{path.name}, {name}")
        print(f"{path.name}: {type(loaded).__name__} as Lamella's")


def columns_model():
    space = FeatureSpace({"height": "float", "age": "float_normalized", "rooms": "integer_categorical", "town": "string_categorical"}, crosses=[["town", "rooms"]], crossing_dim=5)
    space.adapt(TABLE)
    outputs = keras.layers.Dense(2, name="score")(space.get_encoded_features())
    inputs = list(space.get_inputs().values())
    return keras.Model(inputs, outputs, name="columns"), [OTHERS[i.name][:, None] for i in inputs]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        sys.exit(check(sys.argv[2]))
    preprocessing.file(columns_model)
    for make in (all_kinds, record):
        space_file(make)
    inference_file()
    tables = {name: {key: value(column) for key, column in table.items()} for name, table in (("known", TABLE), ("others", OTHERS))}
    write("feature_space.json", {**header("feature_space.py"), "tables": tables, "cases": [case(*c) for c in CASES]})
