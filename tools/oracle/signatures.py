"""Makes fixtures/keras/signatures.json: the names of the arguments that Keras takes, for its methods, callbacks and classes."""

import inspect

from common import header, keras, write
from keras.src.layers.preprocessing.feature_space import Cross, Feature

FAMILIES = ["layers", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers", "callbacks"]


def arguments(function):
    """The names that may be given, without those that stand for any others."""
    named = [p for p in inspect.signature(function).parameters.values() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [p.name for p in named if p.name != "self"]


def taken(cls):
    """The arguments of a constructor, and of those that it passes the rest on to."""
    names = []
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base is object:
            continue
        names += [name for name in arguments(base.__init__) if name not in names]
        kinds = [p.kind for p in inspect.signature(base.__init__).parameters.values()]
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
    return names


def main():
    model = {name: arguments(getattr(keras.Model, name)) for name in ["compile", "fit", "evaluate", "predict", "summary"]}
    families = {"schedules": keras.optimizers.schedules, **{family: getattr(keras, family) for family in FAMILIES}}
    classes = {
        family: {name: taken(cls) for name, cls in sorted(vars(module).items()) if inspect.isclass(cls)}
        for family, module in families.items()
    }
    classes["layers"]["FeatureSpace"] = taken(keras.utils.FeatureSpace)
    classes["features"] = {cls.__name__: taken(cls) for cls in (Cross, Feature)}
    write("signatures.json", {**header("signatures.py"), "model": model, **classes})


if __name__ == "__main__":
    main()
