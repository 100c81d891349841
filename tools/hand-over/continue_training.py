"""Goes on with the training of a .keras file, each batch spread over all devices of this machine.

    python continue_training.py HERE.keras x.npy y.npy THERE.keras

Plain Keras on JAX in safe mode; no code of the model's own is needed. Writes the loss of each epoch to THERE.csv.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np

here, x, y, there = map(Path, sys.argv[1:])

# Before the model is loaded, so that its weights and the optimizer's slots are put on every device.
keras.distribution.set_distribution(keras.distribution.DataParallel())

model = keras.saving.load_model(here)
devices = model.weights[0].value.sharding.device_set
print(f"{len(devices)} devices go on after step {int(model.optimizer.iterations)}")

model.fit(
    np.load(x),
    np.load(y),
    batch_size=32,  # the batch and what is left for the last one must be multiples of the number of devices
    epochs=4,
    shuffle=False,  # the order of the rows is part of what is compared; leave this out otherwise
    verbose=2,
    callbacks=[keras.callbacks.CSVLogger(there.with_suffix(".csv"))],
)
model.save(there)
