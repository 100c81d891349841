"""Makes fixtures/keras/files/sharded.*: weights that Keras splits over several files, none larger than 120 bytes of values."""

import files
import models
from common import keras, path_of

LIMIT = 120 / 1024**3  # Keras counts in GB


def main():
    keras.backend.clear_session()
    model = models.set_weights(models.conv())
    model.name = "sharded"
    with files.fixed_time():
        model.save_weights(path_of(f"{files.FOLDER}/sharded.weights.json"), max_shard_size=LIMIT)
    files.describe(model, [files.save(model, ".keras"), "sharded.weights.json"])


if __name__ == "__main__":
    main()
