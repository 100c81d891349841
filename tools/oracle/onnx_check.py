"""Checks models that Lamella exported to ONNX; `npm run check:onnx` calls it. Needs onnx and onnxruntime, not Keras.

    python tools/oracle/onnx_check.py FOLDER [--report FILE]     exit status 1 when any model fails

FOLDER holds NAME.onnx with NAME.json, written by onnx-exports.mjs. Each model passes onnx.checker with full_check (types and
shapes of every value are inferred and must agree), then runs in ONNX Runtime on the CPU:

- {"runs": [{"inputs", "outputs"}]}: each run must give these outputs, in order;
- {"training": {"runs": [{"inputs", "logs"}], "weights"}}: one run a step; new states go into the next, by the file's own
  metadata, metrics start again at zero. Each must give these logs, and the weights at the end must be these.

Tensors are {"shape", "dtype", "data"} as in fixtures/keras. |got - expected| <= 1e-5 + 1e-5 * |expected|.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

TOLERANCE = 1e-5


def array(tensor):
    return np.array(tensor["data"], dtype=tensor["dtype"]).reshape(tensor["shape"])


class Differences:
    """The largest difference seen, in units of what is allowed: above 1 is too much."""

    def __init__(self):
        self.largest = 0.0
        self.excess = 0.0

    def add(self, what, got, expected):
        if got.shape != expected.shape:
            raise ValueError(f"{what} has shape {got.shape}, expected {expected.shape}")
        got, expected = got.astype(np.float64), expected.astype(np.float64)
        if not np.array_equal(np.isnan(got), np.isnan(expected)):
            raise ValueError(f"{what} is NaN elsewhere than expected")
        differences = np.nan_to_num(np.abs(got - expected))
        self.largest = max(self.largest, differences.max(initial=0.0))
        self.excess = max(self.excess, np.nan_to_num(differences / (TOLERANCE + TOLERANCE * np.abs(expected))).max(initial=0.0))


def check_forward(session, runs, differences):
    for run in runs:
        got = session.run(None, {name: array(tensor) for name, tensor in run["inputs"].items()})
        if len(got) != len(run["outputs"]):
            raise ValueError(f"it has {len(got)} outputs, expected {len(run['outputs'])}")
        for name, value, expected in zip([o.name for o in session.get_outputs()], got, run["outputs"]):
            differences.add(name, value, array(expected))


def check_training(session, states, training, differences):
    names = [output.name for output in session.get_outputs()]
    shapes = {i.name: i.shape for i in session.get_overridable_initializers()}
    current = {}
    for run in training["runs"]:
        for name, state in states.items():
            if state["kind"] == "metric":
                current[name] = np.zeros(shapes[name], np.float32)
        feeds = {name: array(tensor) for name, tensor in run["inputs"].items()}
        results = dict(zip(names, session.run(names, {**current, **feeds})))
        for log, value in run["logs"].items():
            differences.add(log, results[log], np.array(value))
        current.update({name: results[state["output"]] for name, state in states.items() if state["output"]})
    for name, expected in training["weights"].items():
        differences.add(name, current[name], array(expected))


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    unnamed = [node.op_type for node in model.graph.node if not node.name]
    if unnamed:
        raise ValueError(f"nodes without a name: {unnamed}")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    case = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    differences = Differences()
    if "training" in case:
        check_training(session, json.loads(metadata["lamella.states"]), case["training"], differences)
    else:
        batches = [value for value in model.graph.output for dim in value.type.tensor_type.shape.dim if dim.dim_param]
        if not batches:
            raise ValueError("no output has an open batch")
        check_forward(session, case["runs"], differences)
    return case["name"], len(model.graph.node), differences


def main(folder, report=None):
    rows, failed = [], 0
    for path in sorted(Path(folder).glob("*.onnx")):
        try:
            name, nodes, differences = check(path)
            ok, remark = differences.excess <= 1, ""
        except Exception as error:  # noqa: BLE001  each model is reported
            name, nodes, ok, differences = path.stem, 0, False, Differences()
            remark = f"{type(error).__name__}: " + " ".join(str(error).split())[:300]
        failed += not ok
        rows.append({"name": name, "nodes": nodes, "ok": bool(ok), "difference": float(differences.largest), "remark": remark})
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(f"{row['name']:<{width}}  {'ok    ' if row['ok'] else 'FAILED'}  {row['nodes']:>4} nodes  {row['difference']:.1e}  {row['remark']}".rstrip())
    print(f"{len(rows) - failed} of {len(rows)} models pass onnx {onnx.__version__}'s checker and agree in ONNX Runtime {onnxruntime.__version__} to {TOLERANCE:.0e}")
    if report:
        versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
        Path(report).write_text(json.dumps({"versions": versions, "models": rows}), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    arguments = [argument for argument in sys.argv[1:] if argument != "--report"]
    sys.exit(main(*arguments))
