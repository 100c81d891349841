"""Makes fixtures/keras/training/own_steps.json: ten steps of a tiny GAN (two models, two optimizers) and of a tiny VAE (a loss that
a layer adds), with noise that is given, so that both can be followed number for number.
"""

from common import flat, header, keras, normal, np, number, rng_for, tensor, write

import jax
import jax.numpy as jnp
import models

layers = keras.layers
STEPS = 10


def dense(units, activation, name):
    return layers.Dense(units, activation=activation, name=name)


def values(variables):
    return [v.value for v in variables]


def stored(variables):
    return [tensor(v.numpy(), path=v.path) for v in variables]


def assign(variables, new):
    for variable, value in zip(variables, new):
        variable.assign(value)


def apply(optimizer, gradients, variables):
    """One step of an optimizer, as Keras' trainer on JAX takes it."""
    if not optimizer.built:
        optimizer.build(variables)
    new, state = optimizer.stateless_apply(values(optimizer.variables), gradients, values(variables))
    assign(variables, new)
    assign(optimizer.variables, state)


def gan():
    keras.backend.clear_session()
    point, noise = keras.Input((2,), name="point"), keras.Input((2,), name="noise")
    critic = keras.Model(point, dense(1, None, "verdict")(dense(3, "tanh", "look")(point)), name="discriminator")
    maker = keras.Model(noise, dense(2, None, "place")(dense(3, "tanh", "think")(noise)), name="generator")
    for model in (critic, maker):
        models.set_weights(model)
    of_critic, of_maker = keras.optimizers.Adam(0.05, name="of_critic"), keras.optimizers.SGD(0.1, momentum=0.5, name="of_maker")
    crossentropy = keras.losses.BinaryCrossentropy(from_logits=True)
    record = {"weights": stored(critic.weights + maker.weights), "steps": []}
    rng = rng_for("gan")
    for _ in range(STEPS):
        real, first, second = normal(rng, (4, 2)) + np.float32(2), normal(rng, (4, 2)), normal(rng, (4, 2))
        labels = jnp.concatenate([jnp.ones((4, 1)), jnp.zeros((4, 1))])

        def critic_loss(weights):
            fake, _ = maker.stateless_call(values(maker.weights), [], jnp.asarray(first))
            verdict, _ = critic.stateless_call(weights, [], jnp.concatenate([fake, jnp.asarray(real)]))
            return crossentropy(labels, verdict)

        d_loss, gradients = jax.value_and_grad(critic_loss)(values(critic.weights))
        apply(of_critic, gradients, critic.weights)

        def maker_loss(weights):
            fake, _ = maker.stateless_call(weights, [], jnp.asarray(second))
            verdict, _ = critic.stateless_call(values(critic.weights), [], fake)
            return crossentropy(jnp.zeros((4, 1)), verdict)

        g_loss, gradients = jax.value_and_grad(maker_loss)(values(maker.weights))
        apply(of_maker, gradients, maker.weights)
        record["steps"].append({
            "real": tensor(real), "first": tensor(first), "second": tensor(second),
            "logs": {"d_loss": number(d_loss), "g_loss": number(g_loss)},
            "weights": [flat(v.numpy()) for v in critic.weights + maker.weights],
        })
    record["optimizer_variables"] = [flat(v.numpy()) for v in of_critic.variables + of_maker.variables]
    return record


class Sampling(layers.Layer):
    """mean + exp(log variance / 2) * noise; adds the divergence from the normal distribution to the loss."""

    def call(self, inputs):
        mean, log_variance, noise = inputs
        divergence = -0.5 * (1 + log_variance - keras.ops.square(mean) - keras.ops.exp(log_variance))
        self.add_loss(keras.ops.mean(keras.ops.sum(divergence, axis=1)))
        return mean + keras.ops.exp(0.5 * log_variance) * noise


def vae():
    keras.backend.clear_session()
    x, noise = keras.Input((3,), name="x"), keras.Input((2,), name="noise")
    h = dense(4, "tanh", "encode")(x)
    z = Sampling(name="sampling")([dense(2, None, "mean")(h), dense(2, None, "log_variance")(h), noise])
    model = models.set_weights(keras.Model([x, noise], dense(3, None, "decode")(z), name="vae"))
    model.compile(keras.optimizers.Adam(0.05), "mse")
    record = {"weights": stored(model.weights), "steps": []}
    rng = rng_for("vae")
    for _ in range(STEPS):
        given, drawn = normal(rng, (5, 3)), normal(rng, (5, 2))
        model.reset_metrics()
        logs = model.train_on_batch([given, drawn], given, return_dict=True)
        record["steps"].append({"x": tensor(given), "noise": tensor(drawn), "logs": {k: number(v) for k, v in logs.items()},
                                "weights": [flat(v.numpy()) for v in model.weights]})
    return record


def main():
    write("training/own_steps.json", {**header("own_steps.py"), "gan": gan(), "vae": vae()})


if __name__ == "__main__":
    main()
