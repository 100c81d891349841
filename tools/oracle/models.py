"""The small models that training.py, files.py and exchange.py use, with fixed weights. Makes no fixture itself."""

from common import keras, normal, np, rng_for, uniform

layers = keras.layers
SEED = []  # appended to the labels of every weight; exchange.py sets it, the fixtures leave it empty


@keras.saving.register_keras_serializable(package="tutorial", name="add_two")
def add_two(x):
    return x + 2


def set_weights(model):
    """Replaces every weight by fixed numbers that depend on its path alone; integer state is left as it is."""
    for variable in model.weights:
        rng = rng_for(model.name, variable.path, *SEED)
        shape = tuple(variable.shape)
        if variable.name in ("gamma", "moving_variance"):
            value = uniform(rng, shape, 0.6, 1.4)
        elif variable.name == "kernel":
            fan_in = int(np.prod(shape[:-1]))
            value = normal(rng, shape, 1.2 / fan_in**0.5)
        else:
            value = normal(rng, shape, 0.2)
        variable.assign(value)
    return model


def mlp():
    x = keras.Input((4,), name="input")
    h = layers.Dense(5, activation="relu", name="hidden")(x)
    return keras.Model(x, layers.Dense(3, activation="softmax", name="output")(h), name="mlp")


def tutorial(between=lambda x: layers.Lambda(add_two, name="lambda_layer")(x), name="tutorial"):
    x = keras.Input((8,), name="input_layer")
    h = layers.Dense(6, name="dense_layer_1")(x)
    h = layers.ReLU(name="relu_layer_1")(h)
    h = layers.Dense(5, name="dense_layer_2")(h)
    h = layers.ReLU(name="relu_layer_2")(h)
    h = layers.Dense(4, name="dense_layer_3")(h)
    h = between(h)
    h = layers.ReLU(name="relu_layer_3")(h)
    h = layers.Dense(3, name="dense_layer_4")(h)
    return keras.Model(x, layers.Softmax(name="output_layer")(h), name=name)


def conv():
    x = keras.Input((6, 6, 1), name="image")
    h = layers.Conv2D(3, 3, padding="same", use_bias=False, name="conv_1")(x)
    h = layers.BatchNormalization(momentum=0.9, name="norm_1")(h)
    h = layers.ReLU(name="relu_1")(h)
    h = layers.MaxPooling2D(2, name="pool_1")(h)
    h = layers.Conv2D(2, 2, activation="relu", name="conv_2")(h)
    h = layers.Flatten(name="flat")(h)
    return keras.Model(x, layers.Dense(3, name="logits")(h), name="conv")


def embedding():
    x = keras.Input((4,), dtype="int32", name="tokens")
    h = layers.Embedding(6, 3, name="words")(x)
    h = layers.Flatten(name="flat")(h)
    h = layers.Dense(4, activation="tanh", name="hidden")(h)
    return keras.Model(x, layers.Dense(1, activation="sigmoid", name="output")(h), name="embedding")


def regularized():
    x = keras.Input((3,), name="input")
    h = layers.Dense(4, activation="gelu", kernel_regularizer="l2", bias_regularizer=keras.regularizers.L1L2(0.01, 0.02),
                     activity_regularizer=keras.regularizers.L2(0.05), kernel_constraint=keras.constraints.MaxNorm(1.0),
                     name="hidden")(x)
    h = layers.LayerNormalization(name="norm")(h)
    return keras.Model(x, layers.Dense(2, name="output")(h), name="regularized")


def branches():
    """Two inputs, two outputs, merging layers."""
    a = keras.Input((3,), name="a")
    b = keras.Input((2,), name="b")
    left = layers.Dense(3, activation="relu", name="left")(a)
    right = layers.Dense(3, activation="tanh", name="right")(b)
    both = layers.Concatenate(name="both")([left, right])
    summed = layers.Add(name="summed")([left, right])
    score = layers.Dense(1, name="score")(both)
    label = layers.Dense(2, activation="softmax", name="label")(summed)
    return keras.Model([a, b], [score, label], name="branches")


def shared():
    """One layer applied to two inputs, and the same activation layer twice in a row."""
    a = keras.Input((3,), name="a")
    b = keras.Input((3,), name="b")
    encoder = layers.Dense(2, activation="tanh", name="encoder")
    difference = layers.Subtract(name="difference")([encoder(a), encoder(b)])
    return keras.Model([a, b], layers.Dense(1, name="distance")(difference), name="shared")


def nested():
    """A functional model and a sequential one inside a functional one; the functional one is called twice."""
    inner_input = keras.Input((3,), name="inner_input")
    inner_hidden = layers.Dense(4, activation="relu", name="inner_hidden")(inner_input)
    inner = keras.Model(inner_input, layers.Dense(3, name="inner_output")(inner_hidden), name="inner")
    head = keras.Sequential([keras.Input((3,), name="head_input"), layers.Dense(2, activation="tanh", name="head_1"),
                             layers.Dense(2, activation="softmax", name="head_2")], name="head")
    x = keras.Input((3,), name="input")
    return keras.Model(x, head(inner(inner(x))), name="nested")


def sequential():
    return keras.Sequential([keras.Input((4,), name="input"), layers.Dense(5, name="dense_1"), layers.LeakyReLU(name="leaky"),
                             layers.Dropout(0.25, name="drop"), layers.Dense(2, name="dense_2")], name="sequential")


def frozen():
    """Its first layers do not train: a frozen BatchNormalization also stays in inference mode."""
    x = keras.Input((3,), name="input")
    h = layers.Dense(4, name="fixed", trainable=False)(x)
    h = layers.BatchNormalization(name="fixed_norm", trainable=False)(h)
    return keras.Model(x, layers.Dense(2, name="output")(h), name="frozen")


def recurrent():
    """Cells of all kinds: a mask, states from one layer to the next, both directions, stacked cells, steps apart."""
    x = keras.Input((4,), dtype="int32", name="tokens")
    h = layers.Embedding(6, 3, mask_zero=True, name="words")(x)
    h, *states = layers.LSTM(2, return_sequences=True, return_state=True, name="memory")(h)
    h = layers.LSTM(2, return_sequences=True, name="again")(h, initial_state=states)
    h = layers.Bidirectional(layers.GRU(2, return_sequences=True), name="both")(h)
    h = layers.TimeDistributed(layers.Dense(3, activation="tanh"), name="each")(h)
    h = layers.RNN([layers.GRUCell(3, reset_after=False), layers.SimpleRNNCell(2)], return_sequences=True, name="stack")(h)
    h = layers.SimpleRNN(2, go_backwards=True, name="back")(h)
    return keras.Model(x, layers.Dense(1, activation="sigmoid", name="output")(h), name="recurrent")


def groups():
    """A class that .h5 calls as Python does, and .keras as Keras publishes it."""
    x = keras.Input((3, 4), name="input")
    return keras.Model(x, layers.GroupQueryAttention(2, 2, 1, name="groups")(x, value=x), name="groups")


def cells():
    """Layers inside layers: both directions, and cells stacked."""
    x = keras.Input((3, 2), name="steps")
    h = layers.Bidirectional(layers.GRU(1, return_sequences=True), name="both")(x)
    return keras.Model(x, layers.RNN([layers.LSTMCell(1), layers.LSTMCell(1)], name="stack")(h), name="cells")


def wrapped():
    """Models among the options of layers: a graph and a chain for each step of a sequence, and a chain in a pipeline."""
    inner = keras.Input((2,), name="step")
    h = layers.Dense(2, name="inside")(inner)
    graph = keras.Model(inner, layers.Add(name="sum")([h, inner]), name="graph")
    chain = keras.Sequential([keras.Input((2,), name="row"), layers.Dense(3, name="link")], name="chain")
    last = keras.Sequential([keras.Input((3, 3), name="rows"), layers.Dense(1, name="end")], name="last")
    x = keras.Input((3, 2), name="steps")
    h = layers.TimeDistributed(graph, name="graphs")(x)
    h = layers.TimeDistributed(chain, name="chains")(h)
    return keras.Model(x, layers.Pipeline([layers.Rescaling(2.0, name="twice"), last], name="pipe")(h), name="wrapped")


def masked():
    """Its mask is an op node (NotEqual) that BatchNormalization receives as a keyword argument."""
    x = keras.Input((4,), dtype="int32", name="tokens")
    h = layers.Embedding(5, 2, mask_zero=True, name="words")(x)
    h = layers.BatchNormalization(name="norm")(h)
    h = layers.Flatten(name="flat")(h)
    return keras.Model(x, layers.Dense(2, name="output")(h), name="masked")


def records():
    """Inputs and outputs are dicts, one of them nested; their keys are not the names of layers."""
    inputs = {"right": keras.Input((3,), name="b_input"), "left": keras.Input((2,), name="a_input")}
    h = layers.Concatenate(name="joined")([inputs["left"], inputs["right"]])
    zeta = layers.Dense(2, name="zeta")(h)
    alpha = layers.Dense(1, name="alpha")(h)
    return keras.Model(inputs, {"score": zeta, "more": [alpha, layers.ReLU(name="positive")(zeta)]}, name="records")


def nested_records():
    """A model of dicts inside another one, called twice, on a dict and on other outputs of its own."""
    ends = {"query": keras.Input((2,), name="query_input"), "value": keras.Input((2,), name="value_input")}
    product = layers.Multiply(name="product")([ends["query"], ends["value"]])
    inner = keras.Model(ends, {"product": product, "sum": layers.Add(name="sum")([ends["query"], product])}, name="inner")
    x, y = keras.Input((2,), name="x"), keras.Input((2,), name="y")
    first = inner({"query": layers.Dense(2, name="dense")(x), "value": y})
    second = inner({"value": first["sum"], "query": first["product"]})
    return keras.Model([[x], {"y": y}], [second["product"], {"sum": [second["sum"]]}], name="nested_records")


def image_records():
    """Layers of images on records of images, boxes, labels and masks, which pass where a model predicts."""
    boxes = {"boxes": keras.Input((2, 4), name="boxes"), "labels": keras.Input((2,), name="box_labels")}
    record = {"images": keras.Input((4, 3, 3), name="images"), "bounding_boxes": boxes, "labels": keras.Input((3,), name="labels"), "segmentation_masks": keras.Input((4, 3, 1), name="segmentation_masks")}
    found = record
    for layer in (layers.RandomFlip(bounding_box_format="xywh", seed=1, name="flip"), layers.RandomZoom(0.1, bounding_box_format="xyxy", seed=2, name="zoom")):
        found = layer({**found, "bounding_boxes": dict(found["bounding_boxes"])})
    return keras.Model({**record, "bounding_boxes": dict(boxes)}, found, name="image_records")


def given_masks():
    """Masks that are inputs, given to calls by keyword: of one tensor, and of a list with none for one of them."""
    x = keras.Input((4,), name="x")
    m = keras.Input((4,), dtype="bool", name="m")
    h = layers.Softmax(name="weights")(layers.Dense(4, name="hidden")(inputs=x), mask=m)
    words = layers.Embedding(5, 4, mask_zero=True, name="words")(keras.Input((4,), dtype="int32", name="tokens"))
    return keras.Model([x, m, words._keras_history.operation.input],
                       [h, layers.Softmax(axis=1, name="over_words")(words, mask=layers.Reshape((4, 1), name="wide")(m))],
                       name="given_masks")


def positional_masks():
    """Masks that stand at their place in a call, without their name; one follows the channels, one broadcasts."""
    x = keras.Input((3, 4), name="x")
    steps, channels = keras.Input((3,), dtype="int32", name="steps"), keras.Input((4,), dtype="bool", name="channels")
    h = layers.Dense(4, name="hidden")(x)
    return keras.Model([x, steps, channels],
                       [layers.GlobalAveragePooling1D(name="pooled")(h, steps),
                        layers.GlobalAveragePooling1D("channels_first", name="over_channels")(h, channels),
                        layers.Softmax(name="shares")(h, layers.Reshape((1, 4), name="wide")(channels))], name="positional_masks")


@keras.saving.register_keras_serializable(package="tutorial")
class Blend(layers.Layer):
    """x * factor, with tensors that come by name: a list that is added and taken away, a dict that limits; and a flag."""

    def build(self, input_shape):
        self.factor = self.add_weight(name="factor", shape=(input_shape[-1],))

    def call(self, inputs, initial_state=None, limits=None, is_reversed=False):
        y = inputs * self.factor
        if initial_state is not None:
            y = y + initial_state[0] - initial_state[1]
        if limits is not None:
            y = keras.ops.clip(y, limits["low"], limits["high"])
        return -y if is_reversed else y


def keyword_tensors():
    """Tensors as keyword arguments of shared calls: a list, a dict, beside a plain value."""
    x, a, b = (keras.Input((2,), name=name) for name in ("x", "a", "b"))
    blend = Blend(name="blend")
    first = blend(x, initial_state=[a, b], is_reversed=True)
    high = layers.Dense(2, activation="softplus", name="high")(first)
    low = layers.Rescaling(-1.0, name="low")(high)
    return keras.Model([x, a, b], blend(first, limits={"low": low, "high": high}), name="keyword_tensors")


def op_nodes():
    return tutorial(lambda x: x + 2, name="op_nodes")


def more_op_nodes():
    x = keras.Input((4,), name="input")
    h = layers.Dense(4, name="hidden")(x)
    a = 2 - h[:, 1:3]
    b = -(h[:, 0:2] / 2.0) * 0.5
    total = keras.ops.sum(keras.ops.square(a) + b, axis=1, keepdims=True)
    return keras.Model(x, keras.ops.concatenate([keras.ops.relu(a), total], axis=-1), name="more_op_nodes")


def lambda_bytecode():
    """A Python lambda: Keras stores its bytecode. Compiled under a neutral file name, which the bytecode holds."""
    scope = {}
    exec(compile("double_plus_two = lambda x: x * 2.0 + 2.0", "lambda.py", "exec"), scope)
    x = keras.Input((3,), name="input")
    h = layers.Dense(2, name="hidden")(x)
    return keras.Model(x, layers.Lambda(scope["double_plus_two"], output_shape=(2,), name="double_plus_two")(h), name="lambda_bytecode")


@keras.saving.register_keras_serializable(package="tutorial", name="scaled")
def scaled(x, factor=1.0, training=None):
    return x * factor


def lambda_arguments():
    x = keras.Input((3,), name="input")
    h = layers.Lambda(scaled, arguments={"factor": 3.0}, name="scaled_by_three")(x)
    return keras.Model(x, layers.Dense(2, name="output")(h), name="lambda_arguments")


def non_finite():
    """Its config.json holds Infinity, which is not JSON."""
    x = keras.Input((3,), name="input")
    h = layers.Dense(3, name="hidden")(x)
    return keras.Model(x, layers.ReLU(max_value=float("inf"), name="unlimited")(h), name="non_finite")


def shared_objects():
    """Two layers that hold the same initializer object, which Keras marks with shared_object_id."""
    initializer = keras.initializers.HeNormal(seed=5)
    regularizer = keras.regularizers.L2(0.02)
    x = keras.Input((3,), name="input")
    h = layers.Dense(2, kernel_initializer=initializer, kernel_regularizer=regularizer, name="first")(x)
    h = layers.Dense(2, kernel_initializer=initializer, kernel_regularizer=regularizer, name="second")(h)
    return keras.Model(x, h, name="shared_objects")
