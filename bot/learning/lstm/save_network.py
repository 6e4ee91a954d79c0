"""Keep a trained network as a `.keras` file."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET, Codes
from bot.learning.lstm.network import Arrays, export_network
from bot.learning.lstm.shape import Shape

Floats = NDArray[np.float32]


def save_network(shape: Shape, weights: Arrays, path: Path) -> None:
    """Save a network that gives probabilities."""
    export_network(shape, weights).save(path)


def compute_with_keras(path: Path, codes: Codes) -> Floats:
    """Compute what Keras itself, in its safe mode, says comes after each of some characters."""
    network = keras.saving.load_model(path, safe_mode=True, compile=False)
    rows = network.predict(codes[None].astype(np.int32), verbose=0)[0]
    if rows.shape != (len(codes), len(ALPHABET)):
        raise ValueError(f"{path} gives no probabilities for {len(ALPHABET)} characters")
    return np.asarray(rows, np.float32)
