"""Makes fixtures/keras/summary.json: the exact text of model.summary() and of progress bars, as lists of lines.

Clocks are given, not read: a bar's text follows from its target, the time of each update and the values.
"""

import io
import os
import sys
from contextlib import redirect_stdout
from unittest import mock

import models
from common import header, keras, np, rng_for, normal, write
from keras.src.utils import io_utils, progbar

layers = keras.layers


def long_names():
    x = keras.Input((3, 200, 1), name="an_input_with_a_rather_long_name_that_has_to_wrap")
    h = layers.Flatten(name="flatten_everything_into_one_single_very_long_vector")(x)
    return keras.Model(x, layers.Dense(2000, name="a_wide_layer")(h), name="long_names")


def unbuilt():
    return keras.Sequential([layers.Dense(3, name="first"), layers.Dense(2, name="second")], name="unbuilt")


def branching():
    """A residual connection and two outputs."""
    x = keras.Input((4,), name="input")
    h = layers.Dense(4, activation="relu", name="dense_1")(x)
    s = layers.Add(name="sum")([x, h])
    a = layers.Dense(2, name="a")(s)
    return keras.Model(x, [a, layers.Softmax(name="b")(a)], name="branching")


def summary_case(build, name, arguments, columns=200, compiled=False, trained=False):
    keras.backend.clear_session()
    model = build()
    if compiled or trained:
        model.compile(keras.optimizers.Adam(), "mse")
    if trained:
        rng = rng_for("summary")
        model.train_on_batch(normal(rng, (2, *model.inputs[0].shape[1:])), normal(rng, (2, *model.outputs[0].shape[1:])))
    texts = []
    with mock.patch.dict(os.environ, {"COLUMNS": str(columns)}):
        model.summary(print_fn=texts.append, **arguments)
    assert len(texts) == 1 and texts[0].endswith("\n")
    return {"name": name, "model": model.name, "arguments": arguments, "terminal_columns": columns,
            "optimizer": "Adam" if compiled or trained else None, "after_a_training_step": trained, "lines": texts[0][:-1].split("\n")}


def summaries():
    return [
        summary_case(models.mlp, "sequential-like", {"line_length": 88}),
        summary_case(models.mlp, "default width", {}),
        summary_case(models.mlp, "terminal of 80 columns", {}, columns=80),
        summary_case(models.mlp, "line_length 60", {"line_length": 60}),
        summary_case(models.mlp, "line_length 120", {"line_length": 120}),
        summary_case(models.mlp, "compiled", {"line_length": 88}, compiled=True),
        summary_case(models.mlp, "after a training step", {"line_length": 88}, trained=True),
        summary_case(models.mlp, "positions", {"line_length": 80, "positions": [0.5, 0.75, 1.0]}),
        summary_case(models.mlp, "show_trainable", {"line_length": 100, "show_trainable": True}),
        summary_case(models.mlp, "layer_range", {"line_length": 88, "layer_range": ["hid", "hidden"]}),
        summary_case(models.tutorial, "the tutorial's shape", {"line_length": 88}),
        summary_case(models.conv, "convolution", {"line_length": 88}),
        summary_case(models.frozen, "frozen layers", {"line_length": 100, "show_trainable": True}),
        summary_case(models.sequential, "sequential", {"line_length": 88}),
        summary_case(unbuilt, "unbuilt", {"line_length": 88}),
        summary_case(long_names, "long names", {"line_length": 60}),
        summary_case(branching, "branching", {"line_length": 108}),
        summary_case(branching, "branching, default width", {}),
        summary_case(branching, "branching, line_length 80", {"line_length": 80}),
        summary_case(branching, "branching, show_trainable", {"line_length": 120, "show_trainable": True}),
        summary_case(models.branches, "several inputs", {"line_length": 108}),
        summary_case(models.shared, "shared layer", {"line_length": 108}),
        summary_case(models.nested, "nested", {"line_length": 108}),
        summary_case(models.nested, "nested, expanded", {"line_length": 108, "expand_nested": True}),
        summary_case(models.nested, "nested, expanded, show_trainable", {"line_length": 120, "expand_nested": True, "show_trainable": True}),
        summary_case(models.op_nodes, "op nodes", {"line_length": 88}),
    ]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def time(self):
        return self.now


def bar_case(name, target, updates, verbose, dynamic, unit_name="step", stateful=True):
    """`updates` are [seconds since the start, steps done, values, finalize]; values are [name, number] pairs."""
    clock = Clock()
    out = io.StringIO()
    names = sorted({n for _, _, values, _ in updates for n, _ in values})
    with mock.patch.object(progbar, "time", clock), redirect_stdout(out):
        bar = progbar.Progbar(target=target, verbose=verbose, unit_name=unit_name,
                              stateful_metrics=names if stateful else None)
        bar._dynamic_display = dynamic
        written = []
        for seconds, current, values, finalize in updates:
            clock.now = 1000.0 + seconds
            bar.update(current, [(n, float(v)) for n, v in values], finalize=finalize)
            written.append(out.getvalue())
            out.seek(0)
            out.truncate()
    return {"name": name, "target": target, "verbose": verbose, "dynamic": dynamic, "unit_name": unit_name, "stateful": stateful,
            "updates": [list(u) for u in updates], "written": written}


def bars():
    plain = [[0.5, 1, [["accuracy", 0.25], ["loss", 2.5]], None], [0.75, 2, [["accuracy", 0.5], ["loss", 1.25]], None],
             [0.76, 3, [["accuracy", 0.5], ["loss", 1.2]], None], [1.25, 4, [["accuracy", 0.625], ["loss", 0.9]], None],
             [1.4, 4, [["accuracy", 0.625], ["loss", 0.9], ["val_loss", 1.5]], True]]
    small = [[0.1, 1, [["loss", 0.001]], None], [0.2, 2, [["loss", 0.0011]], None], [0.3, 3, [["loss", -0.5]], None], [0.4, 4, [["loss", 0.0]], None]]
    long = [[0.02, 1, [["loss", 1.0]], None], [10.0, 40, [["loss", 0.5]], None], [200.0, 50, [["loss", 0.25]], None],
            [300.0, 235, [["loss", 0.125]], None]]
    hours = [[100.0, 1, [], None], [5000.0, 2, [], None], [90000.0, 1000, [], True]]
    quick = [[0.0001, 1, [["loss", 1.0]], None], [0.0005, 10, [["loss", 0.5]], None]]
    unknown = [[0.1, 1, [["loss", 1.0]], None], [0.4, 2, [["loss", 0.5]], None], [0.8, 3, [["loss", 0.25]], True]]
    frozen = [[0.0, 1, [["loss", 1.0]], None], [0.0, 2, [["loss", 1.0]], None]]
    narrower = [[0.1, 1, [["loss", 12345.678]], None], [0.3, 2, [["loss", 1.0]], None]]
    nan = [[0.2, 1, [["loss", float("nan")]], None], [0.4, 2, [["loss", float("inf")]], None]]
    cases = []
    for verbose, dynamic in ((1, True), (1, False), (2, False)):
        for name, target, updates in (("plain", 4, plain), ("small and negative values", 4, small), ("long", 235, long),
                                      ("hours", 1000, hours), ("quick", 10, quick), ("unknown target", None, unknown),
                                      ("no time passes", 2, frozen), ("a shorter line", 2, narrower), ("not finite", 2, nan)):
            cases.append(bar_case(name, target, updates, verbose, dynamic))
    cases.append(bar_case("averaged values", 4, plain[:4], 1, False, stateful=False))
    cases.append(bar_case("other unit", 2, frozen, 1, False, unit_name="file"))
    return cases


def transcript(verbose, epochs, validation, dynamic):
    """What fit() prints when no time passes."""
    keras.backend.clear_session()
    model = models.set_weights(models.mlp())
    model.compile(keras.optimizers.Adam(0.05), "categorical_crossentropy", metrics=["accuracy"])
    rng = rng_for("transcript")
    x, y = normal(rng, (9, 4)), np.eye(3, dtype=np.float32)[rng.integers(0, 3, 9)]
    out = io.StringIO()
    original = progbar.Progbar.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        self._dynamic_display = dynamic

    with mock.patch.object(progbar, "time", Clock()), mock.patch.object(progbar.Progbar, "__init__", init), redirect_stdout(out):
        model.fit(x, y, batch_size=4, epochs=epochs, shuffle=False, verbose=verbose,
                  validation_data=(x[:5], y[:5]) if validation else None)
        model.evaluate(x, y, batch_size=4, verbose=verbose)
        model.predict(x, batch_size=4, verbose=verbose)
    return {"calls": ["fit", "evaluate", "predict"], "samples": 9, "batch_size": 4, "epochs": epochs, "validation": validation,
            "verbose": verbose, "dynamic": dynamic, "written": out.getvalue()}


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    io_utils.enable_interactive_logging()
    transcripts = [transcript(v, e, val, d) for v, e, val, d in
                   ((2, 2, True, False), (2, 1, False, False), (1, 2, True, False), (1, 2, True, True), (1, 1, False, False), (0, 2, True, False))]
    write("summary.json", {**header("summary.py"), "summaries": summaries(), "progress_bars": bars(), "transcripts": transcripts})


if __name__ == "__main__":
    main()
