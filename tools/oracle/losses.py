"""Makes fixtures/keras/losses.json and metrics.json.

Losses: values per sample, every reduction, with weights and masks, and gradients with respect to y_pred.
Metrics: a sequence of update_state calls with the result after each.
"""

from common import distinct, header, keras, normal, np, plain, rng_for, softmax_rows, tensor, uniform, write

import jax
import jax.numpy as jnp
from keras.src import backend, losses, metrics
from keras.src.trainers import compile_utils

REDUCTIONS = ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]


def loss_case(cases, loss, name, y_true, y_pred, config=None, sample_weight=None, mask=None):
    config = config or {}
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred, np.float32)
    instance = getattr(keras.losses, loss)(**config)

    def value(y_pred, reduction, weight=sample_weight):
        y_pred = jnp.asarray(y_pred)
        if mask is not None:
            backend.set_keras_mask(y_pred, jnp.asarray(mask))
        made = getattr(keras.losses, loss)(**config, reduction=reduction)
        return made(jnp.asarray(y_true), y_pred, sample_weight=weight)

    values = value(y_pred, "none", weight=None)
    record = {"loss": loss, "name": name, "config": config, "y_true": tensor(y_true), "y_pred": tensor(y_pred)}
    if sample_weight is not None:
        record["sample_weight"] = tensor(sample_weight)
    if mask is not None:
        record["mask"] = tensor(mask)
    record["values"] = tensor(values)  # reduction "none", masked but not weighted
    record["reduced"] = {r: tensor(value(y_pred, r)) for r in REDUCTIONS}
    gradient = jax.grad(lambda p: jnp.sum(value(p, "sum_over_batch_size")))(jnp.asarray(y_pred))
    record["gradient"] = tensor(gradient)  # of the sum_over_batch_size reduction
    record["keras_config"] = plain(instance)
    cases.append(record)


def regression_losses(cases):
    names = ["MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
             "CosineSimilarity", "Huber", "LogCosh", "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence", "Poisson"]
    for loss in names:
        rng = rng_for("loss", loss)
        if loss in ("Hinge", "SquaredHinge"):
            y_true = np.where(rng.random((3, 2)) < 0.5, -1, 1).astype(np.float32)
            y_pred = normal(rng, (3, 2), 1.2)
        elif loss == "CategoricalHinge":
            y_true, y_pred = np.eye(3, dtype=np.float32)[[0, 2, 1]], normal(rng, (3, 3), 1.2)
        elif loss == "KLDivergence":
            y_true, y_pred = softmax_rows(rng, (3, 3)), softmax_rows(rng, (3, 3))
        elif loss in ("Poisson", "MeanSquaredLogarithmicError"):
            y_true, y_pred = uniform(rng, (3, 2), 0, 4), uniform(rng, (3, 2), 0.2, 4)
        else:
            y_true, y_pred = normal(rng, (3, 2)), normal(rng, (3, 2), 1.5)
        weight = np.array([0.5, 2.0, 0.0], np.float32)
        loss_case(cases, loss, "defaults", y_true, y_pred)
        loss_case(cases, loss, "sample_weight", y_true, y_pred, sample_weight=weight)
    rng = rng_for("loss", "more regression")
    y_true, y_pred = normal(rng, (2, 3, 2)), normal(rng, (2, 3, 2))
    mask = np.array([[True, True, False], [True, False, False]])
    for loss in ("MeanSquaredError", "MeanAbsoluteError"):
        loss_case(cases, loss, "three dimensions", y_true, y_pred)
        loss_case(cases, loss, "three dimensions, weight of each sample", y_true, y_pred,
                  sample_weight=np.array([[2.0], [0.5]], np.float32))
        loss_case(cases, loss, "three dimensions, weight of each step", y_true, y_pred, sample_weight=uniform(rng, (2, 3)))
        loss_case(cases, loss, "mask", y_true, y_pred, mask=mask)
        loss_case(cases, loss, "mask and weight of each step", y_true, y_pred, mask=mask, sample_weight=uniform(rng, (2, 3)))
        loss_case(cases, loss, "y_true of rank one", normal(rng, (3,)), normal(rng, (3, 1)))
        loss_case(cases, loss, "y_pred of rank one", normal(rng, (3, 1)), normal(rng, (3,)))
        loss_case(cases, loss, "int32 y_true", np.array([[1, 0], [2, 3]], np.int32), normal(rng, (2, 2)))
        loss_case(cases, loss, "y_true that broadcasts", normal(rng, (3, 1)), normal(rng, (3, 2)))
    loss_case(cases, "Huber", "delta", normal(rng, (2, 3)), normal(rng, (2, 3), 2.0), {"delta": 0.5})
    loss_case(cases, "LogCosh", "large errors", np.zeros((1, 3), np.float32), np.array([[50, -60, 0.25]], np.float32))
    loss_case(cases, "CosineSimilarity", "axis 1", normal(rng, (2, 3, 2)), normal(rng, (2, 3, 2)), {"axis": 1})
    loss_case(cases, "Hinge", "targets 0 and 1", np.array([[0, 1], [1, 0]], np.float32), normal(rng, (2, 2)))
    loss_case(cases, "MeanAbsolutePercentageError", "y_true 0", np.array([[0, 1.0]], np.float32), np.array([[0.5, 2.0]], np.float32))
    loss_case(cases, "KLDivergence", "zeros and ones", np.eye(3, dtype=np.float32)[:2], softmax_rows(rng, (2, 3)))

    # Weights of more axes than the values meet them at the last axes.
    rng = rng_for("loss", "more weights")
    square, one = uniform(rng, (2, 2), 0, 2), uniform(rng, (1, 3), 0, 2)
    loss_case(cases, "MeanSquaredError", "a weight of each element", normal(rng, (2, 2)), normal(rng, (2, 2)), sample_weight=square)
    loss_case(cases, "MeanAbsoluteError", "a weight of each element of one row", normal(rng, (1, 3)), normal(rng, (1, 3)),
              sample_weight=one)
    loss_case(cases, "MeanSquaredError", "more weights than predictions, and a mask", normal(rng, (1, 4, 2)), normal(rng, (1, 4, 2)),
              sample_weight=uniform(rng, (1, 3, 4)), mask=np.array([[True, True, False, True]]))


def crossentropies(cases):
    rng = rng_for("loss", "crossentropies")
    weight = np.array([0.5, 2.0, 0.0], np.float32)

    b = "BinaryCrossentropy"
    y_true = np.array([[0, 1], [1, 1], [0, 0]], np.float32)
    p, logits = uniform(rng, (3, 2), 0.05, 0.95), normal(rng, (3, 2), 2.0)
    loss_case(cases, b, "probabilities", y_true, p)
    loss_case(cases, b, "probabilities, sample_weight", y_true, p, sample_weight=weight)
    loss_case(cases, b, "probabilities, label_smoothing", y_true, p, {"label_smoothing": 0.2})
    loss_case(cases, b, "logits", y_true, logits, {"from_logits": True})
    loss_case(cases, b, "logits, label_smoothing, sample_weight", y_true, logits,
              {"from_logits": True, "label_smoothing": 0.1}, sample_weight=weight)
    loss_case(cases, b, "saturated probabilities", [[0.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]])
    loss_case(cases, b, "large logits", [[0.0, 0.0], [1.0, 1.0]], [[-80.0, 80.0], [-80.0, 80.0]], {"from_logits": True})
    loss_case(cases, b, "soft targets", uniform(rng, (2, 2)), uniform(rng, (2, 2), 0.1, 0.9))
    loss_case(cases, b, "y_true of rank one", np.array([0, 1, 1], np.int32), uniform(rng, (3, 1), 0.1, 0.9))
    loss_case(cases, b, "three dimensions", np.array([[[0], [1]], [[1], [1]]], np.float32), uniform(rng, (2, 2, 1), 0.1, 0.9),
              sample_weight=uniform(rng, (2, 2)))
    loss_case(cases, b, "axis 1", np.array([[[0, 1], [1, 1]]], np.float32), uniform(rng, (1, 2, 2), 0.1, 0.9), {"axis": 1})
    loss_case(cases, b, "mask", np.array([[[0], [1]], [[1], [1]]], np.float32), uniform(rng, (2, 2, 1), 0.1, 0.9),
              mask=np.array([[True, False], [True, True]]))

    c = "CategoricalCrossentropy"
    one_hot = np.eye(4, dtype=np.float32)[[1, 3, 0]]
    p, logits = softmax_rows(rng, (3, 4)), normal(rng, (3, 4), 2.0)
    loss_case(cases, c, "probabilities", one_hot, p)
    loss_case(cases, c, "probabilities, sample_weight", one_hot, p, sample_weight=weight)
    loss_case(cases, c, "probabilities, label_smoothing", one_hot, p, {"label_smoothing": 0.2})
    loss_case(cases, c, "probabilities that do not sum to one", one_hot, p * np.float32(1.5))
    loss_case(cases, c, "logits", one_hot, logits, {"from_logits": True})
    loss_case(cases, c, "logits, label_smoothing, sample_weight", one_hot, logits,
              {"from_logits": True, "label_smoothing": 0.1}, sample_weight=weight)
    loss_case(cases, c, "saturated probabilities", np.eye(3, dtype=np.float32)[[0, 0]], np.eye(3, dtype=np.float32)[[0, 1]])
    loss_case(cases, c, "large logits", np.eye(3, dtype=np.float32)[[0, 1]], [[90.0, -90.0, 0.0], [90.0, -90.0, 0.0]],
              {"from_logits": True})
    loss_case(cases, c, "soft targets", softmax_rows(rng, (2, 3)), softmax_rows(rng, (2, 3)))
    loss_case(cases, c, "three dimensions, weight of each step", np.eye(3, dtype=np.float32)[[[0, 1], [2, 1]]],
              softmax_rows(rng, (2, 2, 3)), sample_weight=uniform(rng, (2, 2)))
    loss_case(cases, c, "three dimensions, mask", np.eye(3, dtype=np.float32)[[[0, 1], [2, 1]]],
              softmax_rows(rng, (2, 2, 3)), mask=np.array([[True, False], [True, True]]))
    loss_case(cases, c, "axis 1", np.eye(3, dtype=np.float32)[[[0, 1], [2, 1]]].transpose(0, 2, 1),
              softmax_rows(rng, (2, 2, 3)).transpose(0, 2, 1), {"axis": 1})

    s = "SparseCategoricalCrossentropy"
    labels = np.array([1, 3, 0], np.int32)
    loss_case(cases, s, "probabilities", labels, p)
    loss_case(cases, s, "probabilities, sample_weight", labels, p, sample_weight=weight)
    loss_case(cases, s, "probabilities that do not sum to one", labels, p * np.float32(1.5))
    loss_case(cases, s, "logits", labels, logits, {"from_logits": True})
    loss_case(cases, s, "labels in a column", labels[:, None], p)
    loss_case(cases, s, "float labels", labels.astype(np.float32), p)
    loss_case(cases, s, "uint8 labels", labels.astype(np.uint8), p)
    loss_case(cases, s, "ignore_class", np.array([1, -1, 0], np.int32), p, {"ignore_class": -1})
    loss_case(cases, s, "ignore_class, logits, sample_weight", np.array([1, 2, 0], np.int32), logits,
              {"ignore_class": 2, "from_logits": True}, sample_weight=np.array([0.5, 2.0, 1.0], np.float32))
    loss_case(cases, s, "three dimensions", np.array([[0, 2], [1, 1]], np.int32), softmax_rows(rng, (2, 2, 3)))
    loss_case(cases, s, "three dimensions, ignore_class 0", np.array([[0, 2], [1, 0]], np.int32), softmax_rows(rng, (2, 2, 3)),
              {"ignore_class": 0})
    loss_case(cases, s, "three dimensions, weight of each step", np.array([[0, 2], [1, 1]], np.int32),
              softmax_rows(rng, (2, 2, 3)), sample_weight=uniform(rng, (2, 2)))
    loss_case(cases, s, "three dimensions, mask", np.array([[0, 2], [1, 1]], np.int32), softmax_rows(rng, (2, 2, 3)),
              mask=np.array([[True, False], [True, True]]))
    loss_case(cases, s, "saturated probabilities", np.array([0, 0], np.int32), np.eye(3, dtype=np.float32)[[0, 1]])
    loss_case(cases, s, "large logits", np.array([0, 1], np.int32), [[90.0, -90.0, 0.0], [90.0, -90.0, 0.0]],
              {"from_logits": True})


def other_losses(cases):
    rng = rng_for("loss", "others")
    y_true, p, logits = np.array([[0, 1], [1, 1], [0, 0]], np.float32), uniform(rng, (3, 2), 0.05, 0.95), normal(rng, (3, 2), 2)
    loss_case(cases, "BinaryFocalCrossentropy", "defaults", y_true, p)
    loss_case(cases, "BinaryFocalCrossentropy", "class balancing, gamma, logits, label_smoothing", y_true, logits,
              {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5, "from_logits": True, "label_smoothing": 0.1})
    one_hot, p, logits = np.eye(3, dtype=np.float32)[[1, 2, 0]], softmax_rows(rng, (3, 3)), normal(rng, (3, 3), 2.0)
    loss_case(cases, "CategoricalFocalCrossentropy", "defaults", one_hot, p)
    loss_case(cases, "CategoricalFocalCrossentropy", "alpha, gamma, logits, label_smoothing", one_hot, logits,
              {"alpha": 0.4, "gamma": 1.0, "from_logits": True, "label_smoothing": 0.1})
    loss_case(cases, "CategoricalGeneralizedCrossEntropy", "defaults", np.array([1, 2, 0], np.int32), p)
    loss_case(cases, "CategoricalGeneralizedCrossEntropy", "q", np.array([1, 2, 0], np.int32), p, {"q": 0.8})
    loss_case(cases, "Dice", "defaults", (rng.random((2, 2, 2)) < 0.5).astype(np.float32), uniform(rng, (2, 2, 2)))
    loss_case(cases, "Dice", "axis", (rng.random((2, 2, 2)) < 0.5).astype(np.float32), uniform(rng, (2, 2, 2)), {"axis": [1, 2]})
    loss_case(cases, "Tversky", "defaults", (rng.random((2, 2, 2)) < 0.5).astype(np.float32), uniform(rng, (2, 2, 2)))
    loss_case(cases, "Tversky", "alpha, beta, axis", (rng.random((2, 2, 2)) < 0.5).astype(np.float32), uniform(rng, (2, 2, 2)),
              {"alpha": 0.3, "beta": 0.7, "axis": [1, 2]})
    embeddings = normal(rng, (4, 3))
    embeddings = (embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)).astype(np.float32)
    loss_case(cases, "Circle", "gamma 2", np.array([0, 1, 0, 1], np.int32), embeddings, {"gamma": 2.0, "margin": 0.25})
    labels, steps = np.array([[1, 2, 0], [2, 0, 0]], np.int32), normal(rng, (2, 5, 3))
    loss_case(cases, "CTC", "defaults", labels, steps)
    logits = (np.arange(24).reshape((2, 4, 3)).astype(np.float32) - 12) / 100
    loss_case(cases, "CTC", "a blank among the labels", np.array([[1, 2, 1, 0], [1, 2, 0, 2]], np.int32), logits)
    loss_case(cases, "CTC", "labels that repeat, as many as steps", np.array([[1, 1], [2, 1]], np.int32), normal(rng, (2, 3, 3)))


def metric_case(cases, metric, name, updates, config=None):
    """`updates` are argument lists: (y_true, y_pred[, sample_weight]) or, for Mean and Sum, (values[, sample_weight])."""
    config = config or {}
    instance = getattr(keras.metrics, metric)(**config)
    of_values = metric in ("Mean", "Sum")
    keys = ["values", "sample_weight"] if of_values else ["y_true", "y_pred", "sample_weight"]
    records, results = [], []
    for update in updates:
        arrays = [np.asarray(a) for a in update]
        arrays = [a.astype(np.float32) if a.dtype == np.float64 else a for a in arrays]
        records.append({key: tensor(a) for key, a in zip(keys, arrays)})
        instance.update_state(*[jnp.asarray(a) for a in arrays])
        results.append(tensor(instance.result()))
    variables = [tensor(v.numpy(), name=v.name) for v in instance.variables]
    cases.append({"metric": metric, "name": name, "config": config, "updates": records, "results": results,
                  "variables": variables, "keras_config": plain(instance)})


def metric_cases():
    cases = []
    rng = rng_for("metrics")
    weights = lambda *shape: uniform(rng, shape, 0, 2, 1)  # noqa: E731
    for metric in ("Mean", "Sum"):
        metric_case(cases, metric, "values", [(normal(rng, (3,)),), (normal(rng, (2,)),), (np.float32(4.5),)])
        metric_case(cases, metric, "weights", [(normal(rng, (3,)), weights(3)), (normal(rng, (2,)),), (normal(rng, (2, 2)), weights(2))])
        metric_case(cases, metric, "zero weights", [(np.array([1, 2], np.float32), np.zeros(2, np.float32))])

    metric_case(cases, "Accuracy", "labels", [(np.array([1, 2, 3]).astype("int32"), np.array([1, 0, 3]).astype("int32")),
                                              (np.array([2, 2], "int32"), np.array([2, 2], "int32"), weights(2))])
    metric_case(cases, "Accuracy", "columns", [(np.array([[1], [2], [3]], np.float32), np.array([[1], [0], [3]], np.float32), weights(3))])

    def binary(n, d):
        return (rng.random((n, d)) < 0.5).astype(np.float32), uniform(rng, (n, d))

    metric_case(cases, "BinaryAccuracy", "one column", [binary(3, 1), binary(2, 1), (*binary(3, 1), weights(3))])
    metric_case(cases, "BinaryAccuracy", "three columns, weight of each sample", [binary(3, 3), (*binary(2, 3), weights(2))])
    metric_case(cases, "BinaryAccuracy", "threshold", [binary(4, 2)], {"threshold": 0.25})
    metric_case(cases, "BinaryAccuracy", "exactly the threshold", [(np.array([[1], [0]], np.float32), np.array([[0.5], [0.5]], np.float32))])
    metric_case(cases, "BinaryAccuracy", "y_true of rank one", [(np.array([1, 0, 1], np.int32), uniform(rng, (3, 1)))])

    def one_hot(n, d, dims=()):
        labels = rng.integers(0, d, (n, *dims))
        return np.eye(d, dtype=np.float32)[labels], softmax_rows(rng, (n, *dims, d))

    def sparse(n, d, dims=()):
        return rng.integers(0, d, (n, *dims)).astype(np.int32), softmax_rows(rng, (n, *dims, d))

    metric_case(cases, "CategoricalAccuracy", "rows", [one_hot(3, 4), one_hot(2, 4), (*one_hot(3, 4), weights(3))])
    metric_case(cases, "CategoricalAccuracy", "steps", [one_hot(2, 3, (2,)), (*one_hot(2, 3, (2,)), weights(2, 2))])
    metric_case(cases, "CategoricalAccuracy", "ties", [(np.eye(3, dtype=np.float32), np.full((3, 3), 0.25, np.float32))])
    metric_case(cases, "SparseCategoricalAccuracy", "rows", [sparse(3, 4), sparse(2, 4), (*sparse(3, 4), weights(3))])
    column = sparse(3, 4)
    metric_case(cases, "SparseCategoricalAccuracy", "labels in a column", [(column[0][:, None], column[1]), (column[0][:, None], column[1], weights(3))])
    metric_case(cases, "SparseCategoricalAccuracy", "steps", [sparse(2, 3, (2,)), (*sparse(2, 3, (2,)), weights(2, 2))])
    metric_case(cases, "SparseCategoricalAccuracy", "float labels", [(column[0].astype(np.float32), column[1])])

    def scores(n, d):
        return np.stack([distinct(rng, (d,)) for _ in range(n)])

    for k in (1, 2, 5):
        labels = rng.integers(0, 6, 4)
        metric_case(cases, "TopKCategoricalAccuracy", f"k {k}",
                    [(np.eye(6, dtype=np.float32)[labels], scores(4, 6)), (np.eye(6, dtype=np.float32)[labels], scores(4, 6), weights(4))], {"k": k})
        metric_case(cases, "SparseTopKCategoricalAccuracy", f"k {k}",
                    [(labels.astype(np.int32), scores(4, 6)), (labels.astype(np.int32), scores(4, 6), weights(4))], {"k": k})
    metric_case(cases, "SparseTopKCategoricalAccuracy", "labels in a column", [(np.array([[1], [0]], np.int32), scores(2, 4))], {"k": 2})
    metric_case(cases, "SparseTopKCategoricalAccuracy", "steps",
                [(np.array([[1, 0], [3, 2]], np.int32), scores(4, 4).reshape(2, 2, 4), weights(2, 2))], {"k": 2})

    s, best = "SparseTopKCategoricalAccuracy", np.array([[1, 0, 3], [1, 2, 3]], np.float32)
    labels = np.array([2, 1], np.int32)
    metric_case(cases, s, "sorted ids, k 1", [(labels, best), (labels, best, np.array([0.7, 0.3], np.float32))],
                {"k": 1, "from_sorted_ids": True})
    metric_case(cases, s, "sorted ids that stand twice, labels in a column",
                [(labels[:, None], np.array([[2, 2, 0], [3, 0, 1]], np.float32))], {"k": 2, "from_sorted_ids": True})
    metric_case(cases, s, "sorted ids, fewer than k, steps",
                [(np.array([[1, 3], [5, 0]], np.int32), np.array([[[1, 2], [2, 1]], [[4, 5], [1, 2]]], np.float32),
                  np.array([[0.5, 1], [2, 3]], np.float32))], {"from_sorted_ids": True})

    for metric in ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
                   "RootMeanSquaredError", "LogCoshError", "CosineSimilarity"):
        pair = lambda *shape: (uniform(rng, shape, 0.1, 2), uniform(rng, shape, 0.1, 2))  # noqa: E731
        metric_case(cases, metric, "rows", [pair(3, 2), pair(2, 2), (*pair(3, 2), weights(3))])
        metric_case(cases, metric, "y_true of rank one", [(uniform(rng, (3,)), uniform(rng, (3, 1)), weights(3))])
        if metric != "CosineSimilarity":
            metric_case(cases, metric, "steps", [pair(2, 2, 2), (*pair(2, 2, 2), weights(2, 2))])

    metric_case(cases, "BinaryCrossentropy", "rows", [binary(3, 2), (*binary(2, 2), weights(2))])
    metric_case(cases, "BinaryCrossentropy", "logits, label_smoothing", [(binary(3, 1)[0], normal(rng, (3, 1), 2.0))],
                {"from_logits": True, "label_smoothing": 0.1})
    metric_case(cases, "CategoricalCrossentropy", "rows", [one_hot(3, 3), (*one_hot(2, 3), weights(2))])
    metric_case(cases, "CategoricalCrossentropy", "logits, label_smoothing", [(one_hot(3, 3)[0], normal(rng, (3, 3), 2.0))],
                {"from_logits": True, "label_smoothing": 0.1})
    metric_case(cases, "SparseCategoricalCrossentropy", "rows", [sparse(3, 3), (*sparse(2, 3), weights(2))])
    metric_case(cases, "SparseCategoricalCrossentropy", "logits, ignore_class",
                [(np.array([0, 2, 1], np.int32), normal(rng, (3, 3), 2.0))], {"from_logits": True, "ignore_class": 2})
    metric_case(cases, "KLDivergence", "rows", [(softmax_rows(rng, (2, 3)), softmax_rows(rng, (2, 3)))])
    metric_case(cases, "Poisson", "rows", [(uniform(rng, (2, 2), 0, 3), uniform(rng, (2, 2), 0.2, 3), weights(2))])
    for metric in ("Hinge", "SquaredHinge"):
        metric_case(cases, metric, "rows", [(np.array([[1, -1], [-1, 1]], np.float32), normal(rng, (2, 2)), weights(2))])
    metric_case(cases, "CategoricalHinge", "rows", [(one_hot(2, 3)[0], normal(rng, (2, 3)), weights(2))])

    for metric in ("Precision", "Recall"):
        metric_case(cases, metric, "one column", [binary(4, 1), (*binary(4, 1), weights(4)), binary(3, 1)])
        metric_case(cases, metric, "three columns", [binary(3, 3), (*binary(2, 3), weights(2))])
        metric_case(cases, metric, "threshold", [binary(5, 1)], {"thresholds": 0.3})
        metric_case(cases, metric, "several thresholds", [binary(5, 1), binary(4, 1)], {"thresholds": [0.25, 0.5, 0.75]})
        metric_case(cases, metric, "top_k", [(one_hot(4, 5)[0], scores(4, 5) / 10 + 0.5)], {"top_k": 2})
        metric_case(cases, metric, "class_id", [(one_hot(4, 3)[0], uniform(rng, (4, 3)))], {"class_id": 1})
        metric_case(cases, metric, "top_k and class_id", [(one_hot(4, 3)[0], uniform(rng, (4, 3)))], {"top_k": 1, "class_id": 2})
        metric_case(cases, metric, "nothing predicted", [(np.zeros((3, 1), np.float32), np.full((3, 1), 0.1, np.float32))])
    for metric in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"):
        metric_case(cases, metric, "one column", [binary(5, 1), (*binary(4, 1), weights(4))])
    metric_case(cases, "AUC", "defaults", [binary(6, 1), (*binary(5, 1), weights(5))])
    metric_case(cases, "AUC", "PR, few thresholds", [binary(6, 1)], {"num_thresholds": 5, "curve": "PR"})
    metric_case(cases, "F1Score", "defaults", [one_hot(4, 3), one_hot(3, 3)])
    metric_case(cases, "R2Score", "defaults", [(uniform(rng, (4, 2)), uniform(rng, (4, 2)))])
    further_metric_cases(cases)
    return cases


def further_metric_cases(cases):
    rng = rng_for("further metrics")
    weights = lambda *shape: uniform(rng, shape, 0, 2, 1)  # noqa: E731

    def binary(*shape):
        return (rng.random(shape) < 0.5).astype(np.float32), uniform(rng, shape)

    for name, config in {"PR": {"curve": "PR"}, "PR gain": {"curve": "PRGAIN", "num_thresholds": 8},
                         "majoring": {"summation_method": "majoring", "num_thresholds": 7}, "minoring": {"summation_method": "minoring", "curve": "PR"},
                         "thresholds": {"thresholds": [0.7, 0.2, 0.45]}, "label weights": {"label_weights": [0.5, 2.0, 1.0]}}.items():
        metric_case(cases, "AUC", name, [binary(6, 3), (*binary(5, 3), weights(5))], config)
    metric_case(cases, "AUC", "logits", [(binary(6, 1)[0], normal(rng, (6, 1), 2.0))], {"from_logits": True})
    metric_case(cases, "AUC", "each label", [binary(6, 3), (*binary(5, 3), weights(5))], {"multi_label": True, "num_labels": 3, "num_thresholds": 9})
    metric_case(cases, "AUC", "each label, weighted, PR", [binary(6, 2)],
                {"multi_label": True, "num_labels": 2, "label_weights": [1.0, 3.0], "curve": "PR"})
    for metric, level in {"SensitivityAtSpecificity": "specificity", "SpecificityAtSensitivity": "sensitivity",
                          "PrecisionAtRecall": "recall", "RecallAtPrecision": "precision"}.items():
        metric_case(cases, metric, "half", [binary(7, 1), (*binary(5, 1), weights(5))], {level: 0.5})
        metric_case(cases, metric, "few thresholds, a class", [binary(7, 3)], {level: 0.3, "num_thresholds": 6, "class_id": 1})
        metric_case(cases, metric, "one threshold", [binary(7, 1)], {level: 0.1, "num_thresholds": 1})
    for metric in ("TruePositives", "FalseNegatives"):
        metric_case(cases, metric, "thresholds at even distances", [(np.array([[1], [0], [1], [1]], np.float32), np.array([[0.5], [0], [1], [0.7]], np.float32))],
                    {"thresholds": [0.0, 0.5, 1.0]})
    metric_case(cases, "Precision", "ties, top_k", [(np.eye(3, dtype=np.float32), np.full((3, 3), 0.25, np.float32))], {"top_k": 1})

    def one_hot(n, d):
        return np.eye(d, dtype=np.float32)[rng.integers(0, d, n)], softmax_rows(rng, (n, d))

    for average in ("micro", "macro", "weighted"):
        metric_case(cases, "F1Score", average, [one_hot(5, 3), (*one_hot(4, 3), weights(4))], {"average": average})
    metric_case(cases, "F1Score", "threshold", [binary(5, 3)], {"threshold": 0.4})
    metric_case(cases, "FBetaScore", "defaults", [one_hot(5, 3)])
    metric_case(cases, "FBetaScore", "beta 2, weighted", [one_hot(5, 3), (*one_hot(4, 3), weights(4))], {"beta": 2.0, "average": "weighted"})
    pair = lambda *shape: (uniform(rng, shape, 0.1, 2), uniform(rng, shape, 0.1, 2))  # noqa: E731
    for name, config in {"each output": {"class_aggregation": None}, "by variance": {"class_aggregation": "variance_weighted_average"},
                         "adjusted": {"num_regressors": 2}}.items():
        metric_case(cases, "R2Score", name, [pair(5, 2), (*pair(4, 2), weights(4))], config)
    for metric in ("PearsonCorrelation", "ConcordanceCorrelation"):
        metric_case(cases, metric, "rows", [pair(3, 4), (*pair(2, 4), weights(2))])
        metric_case(cases, metric, "axis 0", [pair(5, 2)], {"axis": 0})
    labels = lambda *shape: rng.integers(0, 4, shape).astype(np.int32)  # noqa: E731
    metric_case(cases, "IoU", "classes 0 and 2", [(labels(9), labels(9)), (labels(2, 3), labels(2, 3))], {"num_classes": 4, "target_class_ids": [0, 2]})
    metric_case(cases, "IoU", "an ignored class", [(labels(9), labels(9))], {"num_classes": 4, "target_class_ids": [1, 3], "ignore_class": 1})
    metric_case(cases, "IoU", "numbers that are no classes", [(labels(9), labels(9))], {"num_classes": 3, "target_class_ids": [0, 1, 2]})
    metric_case(cases, "IoU", "weights", [(labels(9), labels(9), rng.integers(0, 3, 9).astype(np.int32))], {"num_classes": 4, "target_class_ids": [0, 1]})
    metric_case(cases, "MeanIoU", "scores", [(labels(9), softmax_rows(rng, (9, 4)))], {"num_classes": 4, "sparse_y_pred": False})
    metric_case(cases, "MeanIoU", "classes", [(labels(9), labels(9)), (labels(5), labels(5))], {"num_classes": 4})
    metric_case(cases, "BinaryIoU", "defaults", [binary(9), binary(2, 3)])
    metric_case(cases, "BinaryIoU", "class 1, threshold", [binary(9)], {"target_class_ids": [1], "threshold": 0.3})
    metric_case(cases, "OneHotIoU", "two classes", [one_hot(6, 3), one_hot(4, 3)], {"num_classes": 3, "target_class_ids": [0, 2]})
    metric_case(cases, "OneHotMeanIoU", "all classes", [one_hot(6, 3)], {"num_classes": 3})


def names_of_accuracy():
    """Which metric and loss "accuracy" and "crossentropy" mean, by the shapes of y_true and y_pred."""
    records = []
    for y_true, y_pred in (((4,), (4, 1)), ((4, 1), (4, 1)), ((4,), (4, 3)), ((4, 1), (4, 3)), ((4, 3), (4, 3)),
                           ((4, 2), (4, 2, 3)), ((4, 2, 3), (4, 2, 3)), ((4, 2, 1), (4, 2, 3)), ((4, 2, 1), (4, 2, 1))):
        t, p = np.zeros(y_true, np.float32), np.zeros(y_pred, np.float32)
        metric = compile_utils.get_metric("accuracy", t, p)
        loss = compile_utils.get_loss("crossentropy", t, p)
        records.append({"y_true_shape": list(y_true), "y_pred_shape": list(y_pred), "accuracy": type(metric).__name__,
                        "crossentropy": loss.fn.__name__})
    return records


def identifiers(module):
    return {name: target.__name__ for name, target in sorted(module.ALL_OBJECTS_DICT.items())}


def main():
    cases = []
    regression_losses(cases)
    crossentropies(cases)
    other_losses(cases)
    write("losses.json", {**header("losses.py"), "identifiers": identifiers(losses), "cases": cases})
    write("metrics.json", {**header("losses.py"), "identifiers": identifiers(metrics),
                           "accuracy_and_crossentropy": names_of_accuracy(), "cases": metric_cases()})


if __name__ == "__main__":
    main()
