"""The network itself, in Keras, and one step of its training, on all devices that there are."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import jax
import keras
import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET, Codes
from bot.learning.lstm.shape import Course, Shape

NATS_A_BIT = float(np.log(2))
Arrays = list[Any]  # of the library's: on whichever device they are


@dataclass(frozen=True, slots=True)
class Moment:
    """All that changes while a network is trained, after so many steps."""

    step: int
    weights: Arrays
    seeds: Arrays  # of dropout
    optimizer: Arrays

    def list_arrays(self) -> list[NDArray[Any]]:
        """List all arrays, as NumPy's."""
        return [np.asarray(array) for array in (*self.weights, *self.seeds, *self.optimizer)]


def build_network(
    shape: Shape, seed: int, ending: str | None = None, policy: str = "float32"
) -> Any:
    """Build the network; without an `ending` it gives logits, with "softmax" probabilities."""
    layers = [
        keras.Input((None,), dtype="int32", name="characters"),
        keras.layers.Embedding(
            len(ALPHABET),
            shape.embedding,
            embeddings_initializer=keras.initializers.RandomUniform(seed=seed),
            dtype=policy,
            name="embedding",
        ),
    ]
    for number in range(shape.layers):
        layers.append(_make_lstm(shape, number, seed, policy))
        if shape.dropout:
            layers.append(keras.layers.Dropout(shape.dropout, seed=seed + number, dtype=policy))
    initializer = keras.initializers.GlorotUniform(seed=seed)
    layers.append(
        keras.layers.Dense(len(ALPHABET), ending, kernel_initializer=initializer, name="dense")
    )
    return keras.Sequential(layers)


def _make_lstm(shape: Shape, number: int, seed: int, policy: str) -> Any:
    return keras.layers.LSTM(
        shape.units,
        return_sequences=True,
        kernel_initializer=keras.initializers.GlorotUniform(seed=seed + number),
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed + number),
        dtype=policy,
        name=f"lstm_{number}",
    )


class Trainer:
    """A network in training: computes the moment that follows a moment, and judges one."""

    def __init__(self, course: Course) -> None:
        devices = keras.distribution.list_devices()
        on_processor = jax.default_backend() == "cpu"
        policy = "float32" if on_processor else "mixed_bfloat16"
        self._spread = keras.distribution.DataParallel(devices=devices) if devices[1:] else None
        with self._spread.scope() if self._spread else nullcontext():
            self._network = build_network(course.shape, course.seed, policy=policy)
            self._optimizer = keras.optimizers.Adam(course.rate, clipnorm=1.0)
            self._optimizer.build(self._network.trainable_variables)
        self._learn = jax.jit(self._compute_step)
        self._judge = jax.jit(self._compute_bits)
        self._count = len(devices)
        self.devices = f"{len(devices)} x {jax.devices()[0].device_kind}"
        self.precision = policy

    def fit_batch(self, size: int) -> int:
        """Make the size of a batch one that the devices can share evenly."""
        return -(-size // self._count) * self._count

    def begin(self) -> Moment:
        """Make the moment before the first step."""
        network = self._network
        return Moment(
            0,
            _list_values(network.trainable_variables),
            _list_values(network.non_trainable_variables),
            _list_values(self._optimizer.variables),
        )

    def restore(self, step: int, arrays: list[NDArray[Any]]) -> Moment:
        """Make a moment of its arrays; the first one of none.

        Raises ValueError where they are not this network's.
        """
        new = self.begin()
        if not step:
            return new
        expected = [(array.shape, array.dtype) for array in new.list_arrays()]
        if [(array.shape, array.dtype) for array in arrays] != expected:
            raise ValueError("its arrays are not those of this network")
        last = len(new.weights)
        between = last + len(new.seeds)
        return Moment(step, arrays[:last], arrays[last:between], arrays[between:])

    def learn(
        self, moment: Moment, inputs: Codes, targets: Codes, rate: float
    ) -> tuple[Any, Moment]:
        """Learn from a batch; what it cost comes in bits a character, when somebody looks at it."""
        state = (moment.weights, moment.seeds, moment.optimizer)
        batch = (self._place(inputs), self._place(targets))
        bits, weights, seeds, optimizer = self._learn(state, *batch, np.float32(rate))
        return bits, Moment(moment.step + 1, weights, seeds, optimizer)

    def judge(self, moment: Moment, inputs: Codes, targets: Codes) -> float:
        """Compute the bits a character of a batch, without dropout."""
        batch = (self._place(inputs), self._place(targets))
        return float(self._judge(moment.weights, moment.seeds, *batch))

    def _compute_step(self, state: Any, inputs: Any, targets: Any, rate: Any) -> Any:
        weights, seeds, optimizer = state

        def compute(weights: Arrays) -> Any:
            call = self._network.stateless_call
            logits, changed = call(weights, seeds, inputs, training=True)
            return _average_bits(targets, logits), changed

        (bits, seeds), slopes = jax.value_and_grad(compute, has_aux=True)(weights)
        slopes = [slope * NATS_A_BIT for slope in slopes]
        names = [variable.name for variable in self._optimizer.variables]
        optimizer = list(optimizer)
        optimizer[names.index("learning_rate")] = rate
        weights, optimizer = self._optimizer.stateless_apply(optimizer, slopes, weights)
        return bits, weights, seeds, optimizer

    def _compute_bits(self, weights: Arrays, seeds: Arrays, inputs: Any, targets: Any) -> Any:
        logits, _ = self._network.stateless_call(weights, seeds, inputs, training=False)
        return _average_bits(targets, logits)

    def _place(self, codes: Codes) -> Any:
        """Spread a batch over the devices."""
        numbers = codes.astype(np.int32)
        if not self._spread:
            return numbers
        return keras.distribution.distribute_tensor(
            numbers, self._spread.get_data_layout(numbers.shape)
        )


def export_network(shape: Shape, weights: Arrays) -> Any:
    """Make the network that is kept: it gives probabilities, computed in single precision."""
    network = build_network(shape, seed=0, ending="softmax")
    for variable, weight in zip(network.trainable_variables, weights, strict=True):
        variable.assign(np.asarray(weight))
    return network


def _average_bits(targets: Any, logits: Any) -> Any:
    nats = keras.ops.sparse_categorical_crossentropy(targets, logits, from_logits=True)
    return keras.ops.mean(nats) / NATS_A_BIT


def _list_values(variables: Any) -> Arrays:
    return [variable.value for variable in variables]
