"""Makes fixtures/keras/feature_space.json: what Keras' FeatureSpace, on TensorFlow, makes of a table. Needs the environment of preprocessing.py."""

import preprocessing  # chooses the backend
from common import header, keras, np, plain, write
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


def columns_model():
    space = FeatureSpace({"height": "float", "age": "float_normalized", "rooms": "integer_categorical", "town": "string_categorical"}, crosses=[["town", "rooms"]], crossing_dim=5)
    space.adapt(TABLE)
    outputs = keras.layers.Dense(2, name="score")(space.get_encoded_features())
    inputs = list(space.get_inputs().values())
    return keras.Model(inputs, outputs, name="columns"), [OTHERS[i.name][:, None] for i in inputs]


if __name__ == "__main__":
    preprocessing.file(columns_model)
    tables = {name: {key: value(column) for key, column in table.items()} for name, table in (("known", TABLE), ("others", OTHERS))}
    write("feature_space.json", {**header("feature_space.py"), "tables": tables, "cases": [case(*c) for c in CASES]})
