"""Makes fixtures/keras/optimizers.json: ten steps of each optimizer on two small variables with given gradients,
with every variable and every optimizer variable after every step; and values of the learning rate schedules.
"""

import copy

from common import flat, header, keras, normal, np, number, plain, rng_for, tensor, write

import jax.numpy as jnp
from keras.src import optimizers

SHAPES = {"kernel": (2, 3), "bias": (2,)}
STEPS = 10


def start():
    rng = rng_for("optimizer variables")
    return {name: normal(rng, shape) for name, shape in SHAPES.items()}


def gradient_steps():
    """Ordinary gradients, then tiny ones (where epsilon matters), zeros, and large ones (where clipping matters)."""
    rng = rng_for("optimizer gradients")
    steps = [[normal(rng, shape) for shape in SHAPES.values()] for _ in range(STEPS)]
    steps[4] = [g * np.float32(1e-4) for g in steps[4]]
    steps[5] = [g * np.float32(1e-6) for g in steps[5]]
    steps[7][1] = np.zeros(SHAPES["bias"], np.float32)
    steps[8] = [g * np.float32(20) for g in steps[8]]
    return steps


def optimizer_case(name, config, label, exclude=None, skip_bias=False):
    keras.backend.clear_session()
    variables = [keras.Variable(value, name=key) for key, value in start().items()]
    is_object = lambda value: isinstance(value, dict) and "class_name" in value  # noqa: E731
    made = keras.saving.deserialize_keras_object
    resolved = {key: made(copy.deepcopy(value)) if is_object(value) else value for key, value in config.items()}
    optimizer = getattr(keras.optimizers, name)(**resolved)
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=exclude)
    optimizer.build(variables)
    record = {"optimizer": name, "name": label, "config": config}
    if exclude:
        record["exclude_from_weight_decay"] = exclude
    if skip_bias:
        record["without_gradient"] = ["bias"]
    record["optimizer_variables"] = [tensor(v.numpy(), name=v.name, path=v.path) for v in optimizer.variables]
    record["steps"] = []
    for gradients in gradient_steps():
        given = [jnp.asarray(g) for g in gradients]
        if skip_bias:
            given[1] = None
        optimizer.apply(given, variables)
        record["steps"].append({"variables": [flat(v.numpy()) for v in variables],
                                "optimizer_variables": [flat(v.numpy()) for v in optimizer.variables]})
    if config.get("use_ema"):
        optimizer.finalize_variable_values(variables)
        record["finalized_variables"] = [flat(v.numpy()) for v in variables]
    record["keras_config"] = plain(optimizer)
    return record


EXPONENTIAL = {"module": "keras.optimizers.schedules", "class_name": "ExponentialDecay", "registered_name": None,
               "config": {"initial_learning_rate": 0.1, "decay_steps": 4, "decay_rate": 0.5, "staircase": False,
                          "name": "ExponentialDecay"}}

MAIN = {
    "SGD": [("defaults", {}), ("learning_rate", {"learning_rate": 0.1}), ("momentum", {"learning_rate": 0.1, "momentum": 0.9}),
            ("nesterov", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
            ("schedule", {"learning_rate": EXPONENTIAL, "momentum": 0.5})],
    "RMSprop": [("defaults", {}), ("rho and epsilon", {"learning_rate": 0.1, "rho": 0.7, "epsilon": 0.001}),
                ("momentum", {"learning_rate": 0.05, "momentum": 0.8}), ("centered", {"learning_rate": 0.05, "centered": True}),
                ("momentum and centered", {"learning_rate": 0.05, "momentum": 0.8, "centered": True})],
    "Adam": [("defaults", {}), ("betas and epsilon", {"learning_rate": 0.1, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.001}),
             ("amsgrad", {"learning_rate": 0.1, "amsgrad": True}), ("schedule", {"learning_rate": EXPONENTIAL})],
    "AdamW": [("defaults", {}), ("weight_decay", {"learning_rate": 0.1, "weight_decay": 0.1}),
              ("amsgrad", {"learning_rate": 0.1, "amsgrad": True})],
}
COMMON = [
    ("clipnorm", {"learning_rate": 0.1, "clipnorm": 0.5}), ("clipvalue", {"learning_rate": 0.1, "clipvalue": 0.3}),
    ("global_clipnorm", {"learning_rate": 0.1, "global_clipnorm": 0.8}),
    ("weight_decay", {"learning_rate": 0.1, "weight_decay": 0.05}),
    ("use_ema", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.9}),
    ("use_ema, overwrite every 4", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 4}),
    ("gradient_accumulation_steps", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    ("loss_scale_factor", {"learning_rate": 0.1, "loss_scale_factor": 8.0}),
]
def envelope(name, config):
    return {"module": "keras.optimizers", "class_name": name, "config": config, "registered_name": None}


OTHERS = [
    ("MultiOptimizer", "a map", {"loss_scale_factor": 4.0, "optimizer_map": envelope("OptimizerMap", {
        "default_optimizer": envelope("SGD", {"learning_rate": 0.1, "momentum": 0.9, "name": "first"}),
        "optimizer_map": {".*bias": envelope("Adam", {"learning_rate": 0.05, "name": "second"})}})}),
    ("Adagrad", "defaults", {}), ("Adagrad", "options", {"learning_rate": 0.1, "initial_accumulator_value": 0.5, "epsilon": 0.001}),
    ("Adamax", "defaults", {}), ("Adamax", "learning_rate", {"learning_rate": 0.1}),
    ("Nadam", "defaults", {}), ("Nadam", "learning_rate", {"learning_rate": 0.1}),
    ("Adadelta", "defaults", {}), ("Adadelta", "options", {"learning_rate": 1.0, "rho": 0.8, "epsilon": 0.001}),
    ("Ftrl", "defaults", {}), ("Ftrl", "options", {"learning_rate": 0.1, "l1_regularization_strength": 0.1,
                                                  "l2_regularization_strength": 0.2, "l2_shrinkage_regularization_strength": 0.1, "beta": 0.3}),
    ("Lion", "defaults", {}), ("Lion", "weight_decay", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("Lamb", "defaults", {}), ("Lamb", "learning_rate", {"learning_rate": 0.1}),
    ("Adafactor", "defaults", {}), ("ScheduleFreeAdamW", "defaults", {}), ("ScheduleFreeAdamW", "warmup", {"learning_rate": 0.1, "warmup_steps": 3}),
    ("Muon", "defaults", {}), ("Muon", "options", {"learning_rate": 0.1, "nesterov": False, "ns_steps": 2, "rms_rate": None,
                                                   "adam_lr_ratio": 0.5, "adam_weight_decay": None}),
    ("Muon", "excluded", {"learning_rate": 0.1, "exclude_layers": ["ker"], "weight_decay": None}),
    *((name, "gradient_accumulation_steps", {"learning_rate": 0.1, "gradient_accumulation_steps": 3})
      for name in ("Nadam", "ScheduleFreeAdamW", "Adafactor")),
    ("ScheduleFreeAdamW", "weight_decay", {"learning_rate": 0.1, "weight_decay": 0.1}),
    ("Adafactor", "schedule", {"learning_rate": EXPONENTIAL}), ("Adafactor", "not relative", {"learning_rate": 0.5, "relative_step": False}),
]
SCHEDULES = [
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.9}),
    ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.9, "staircase": True}),
    ("PiecewiseConstantDecay", {"boundaries": [3, 7], "values": [0.1, 0.05, 0.01]}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 6}),
    ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 6, "end_learning_rate": 0.01, "power": 2.0, "cycle": True}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5}),
    ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5, "staircase": True}),
    ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 10}),
    ("CosineDecay", {"initial_learning_rate": 0.0, "decay_steps": 8, "alpha": 0.1, "warmup_target": 0.1, "warmup_steps": 4}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4}),
    ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4, "t_mul": 1.5, "m_mul": 0.8, "alpha": 0.05}),
]


def schedule_case(name, config):
    schedule = getattr(keras.optimizers.schedules, name)(**config)
    steps = list(range(0, 16))
    return {"schedule": name, "config": config, "steps": steps, "values": [number(schedule(s)) for s in steps],
            "keras_config": plain(schedule)}


def main():
    cases = []
    for name, wanted in MAIN.items():
        for label, config in wanted:
            cases.append(optimizer_case(name, config, label))
        for label, config in COMMON:
            if not any(label == done for done, _ in wanted):
                cases.append(optimizer_case(name, config, label))
        cases.append(optimizer_case(name, {"learning_rate": 0.1, "weight_decay": 0.1}, "weight_decay, not of the bias", exclude=["bias"]))
        cases.append(optimizer_case(name, {"learning_rate": 0.1}, "no gradient of the bias", skip_bias=True))
    for name, label, config in OTHERS:
        cases.append(optimizer_case(name, config, label))
    identifiers = {name: target.__name__ for name, target in sorted(optimizers.ALL_OBJECTS_DICT.items())}
    write("optimizers.json", {
        **header("optimizers.py"),
        "identifiers": identifiers,
        "variables": [tensor(value, name=name) for name, value in start().items()],
        "gradients": [[flat(g) for g in step] for step in gradient_steps()],
        "cases": cases,
        "schedules": [schedule_case(*s) for s in SCHEDULES],
    })


if __name__ == "__main__":
    main()
