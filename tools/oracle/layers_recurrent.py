"""The cases of recurrent layers, cells and wrappers for layers.py. Makes nothing itself."""

from common import np

MASK = np.array([[0, 1, 1, 0], [1, 1, 0, 1]], bool)
END = np.array([[1, 1, 0, 0], [1, 1, 1, 0]], bool)
SEQUENCES = (2, 4, 3)
L1L2 = {"module": "keras.regularizers", "class_name": "L1L2", "config": {"l1": 0.1, "l2": 0.2}, "registered_name": None}


def layer(class_name, **config):
    return {"module": "keras.layers", "class_name": class_name, "config": config, "registered_name": None}


def define_recurrent(case):
    for name, states in (("SimpleRNN", 1), ("LSTM", 2), ("GRU", 1)):
        initial = {"initial_state": [(2, 2)] * states}
        case(name, "defaults", {"units": 2}, SEQUENCES)
        case(name, "sequences and states", {"units": 2, "return_sequences": True, "return_state": True}, SEQUENCES)
        case(name, "backwards, sequences", {"units": 2, "go_backwards": True, "return_sequences": True}, SEQUENCES)
        case(name, "backwards, no bias", {"units": 2, "go_backwards": True, "use_bias": False}, SEQUENCES)
        case(name, "initial states", {"units": 2, "return_state": True}, SEQUENCES, args=initial)
        case(name, "a mask", {"units": 2, "return_sequences": True, "return_state": True}, SEQUENCES, masks=[MASK])
        case(name, "a mask, the last output, initial states", {"units": 2}, SEQUENCES, masks=[END], args=initial)
        case(name, "a mask, zeros", {"units": 2, "return_sequences": True, "zero_output_for_mask": True}, SEQUENCES,
             masks=[MASK])
        case(name, "a mask, the last output, zeros, backwards",
             {"units": 2, "zero_output_for_mask": True, "go_backwards": True}, SEQUENCES, masks=[MASK])
        case(name, "written out", {"units": 2, "unroll": True, "return_sequences": True, "go_backwards": True}, SEQUENCES)
        case(name, "written out, a mask, initial states", {"units": 2, "unroll": True, "return_sequences": True}, SEQUENCES,
             masks=[MASK], args=initial)
        seed = {} if name == "SimpleRNN" else {"seed": 3}  # which SimpleRNN leaves out of its config
        case(name, "dropout at inference", {"units": 2, "dropout": 0.5, "recurrent_dropout": 0.25, **seed}, SEQUENCES)
        case(name, "one step, one unit, relu", {"units": 1, "activation": "relu"}, (3, 1, 2))
        case(name, "regularizers and constraints",
             {"units": 2, "kernel_regularizer": "l2", "recurrent_regularizer": "l1", "bias_regularizer": L1L2,
              "kernel_constraint": "max_norm", "recurrent_constraint": "non_neg", "bias_constraint": "unit_norm"}, SEQUENCES)
        if name != "SimpleRNN":
            case(name, "hard_sigmoid and softsign",
                 {"units": 2, "recurrent_activation": "hard_sigmoid", "activation": "softsign"}, SEQUENCES)
            case(name, "activity regularizer", {"units": 2, "activity_regularizer": "l2", "return_state": True}, SEQUENCES)
        one = {"states": [(2, 2)] * states}
        case(f"{name}Cell", "defaults", {"units": 2}, (2, 3), args=one)
        case(f"{name}Cell", "no bias, linear", {"units": 2, "use_bias": False, "activation": "linear"}, (2, 3), args=one)
    case("LSTM", "no unit_forget_bias", {"units": 2, "unit_forget_bias": False}, SEQUENCES)
    for bias in (True, False):
        suffix = "" if bias else ", no bias"
        options = {"units": 2, "reset_after": False, "use_bias": bias}
        case("GRU", f"reset before{suffix}", {**options, "return_sequences": True}, SEQUENCES)
        case("GRUCell", f"reset before{suffix}", options, (2, 3), args={"states": [(2, 2)]})
    case("GRU", "reset before, a mask", {"units": 2, "reset_after": False}, SEQUENCES, masks=[MASK])

    cells = (("SimpleRNNCell", 1), ("LSTMCell", 2), ("GRUCell", 1))
    for cell, states in cells:
        case("RNN", f"a {cell}", {"cell": layer(cell, units=2, name="cell"), "return_sequences": True, "return_state": True},
             SEQUENCES, masks=[MASK], args={"initial_state": [(2, 2)] * states})

    stack = layer("StackedRNNCells", name="stack", cells=[layer("LSTMCell", units=3, name="first"), layer("GRUCell", units=2, name="second")])
    case("RNN", "stacked cells", {"cell": stack, "return_sequences": True, "return_state": True}, SEQUENCES, masks=[MASK])
    case("StackedRNNCells", "two cells", {"cells": stack["config"]["cells"]}, (2, 3), args={"states": [[(2, 3), (2, 3)], [(2, 2)]]})

    def both(class_name, **config):
        return layer(class_name, units=2, name="inner", **config)

    sequences = both("LSTM", return_sequences=True)
    case("Bidirectional", "defaults", {"layer": both("GRU")}, SEQUENCES)
    case("Bidirectional", "sequences", {"layer": sequences}, SEQUENCES)
    for mode in ("sum", "mul", "ave", None):
        case("Bidirectional", f"merge_mode {mode}", {"layer": both("SimpleRNN", return_sequences=True), "merge_mode": mode}, SEQUENCES)
    case("Bidirectional", "states", {"layer": both("LSTM", return_state=True)}, SEQUENCES, args={"initial_state": [(2, 2)] * 4})
    case("Bidirectional", "a mask", {"layer": sequences}, SEQUENCES, masks=[END])
    case("Bidirectional", "a mask, the last output", {"layer": both("GRU")}, SEQUENCES, masks=[END])
    case("Bidirectional", "another layer backwards",
         {"layer": both("SimpleRNN"), "backward_layer": layer("GRU", units=2, name="back", go_backwards=True)}, SEQUENCES)

    case("TimeDistributed", "Dense", {"layer": layer("Dense", units=2, name="each", activation="tanh")}, SEQUENCES)
    case("TimeDistributed", "BatchNormalization in training", {"layer": layer("BatchNormalization", name="each", momentum=0.5)},
         (3, 2, 2), training=True)
    case("TimeDistributed", "LSTM, a mask", {"layer": layer("LSTM", units=2, name="each")}, (2, 2, 4, 3),
         masks=[np.stack([MASK, END], 1)])

    padded = np.array([[[1, 2], [0, 0], [0, 3]], [[-1, 0], [4, 4], [0, 0]]], np.float32)
    case("Masking", "defaults", {}, padded, masks=[np.ones((2, 3), bool)])
    case("Masking", "mask_value", {"mask_value": 4.0}, padded, masks=[np.ones((2, 3), bool)])
