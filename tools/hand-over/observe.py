"""What plain Keras finds in a .keras file, as JSON: python tools/hand-over/observe.py FILE.keras x.npy"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np


def flat(variable):
    return np.asarray(variable).ravel().tolist()


model = keras.saving.load_model(sys.argv[1])
optimizer = model.optimizer
slots = [v for v in optimizer.variables if v.name not in ("iteration", "learning_rate")]
found = {
    "keras": keras.__version__,
    "iterations": int(optimizer.iterations),
    "learningRate": float(optimizer.learning_rate),
    "slots": {v.name: flat(v) for v in slots},
    "weights": {v.path: flat(v) for v in model.weights},
    "predictions": flat(model.predict(np.load(sys.argv[2]), verbose=0)),
}
print(json.dumps(found))
