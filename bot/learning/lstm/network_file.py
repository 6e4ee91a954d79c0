"""The `.keras` file of a network, read without Keras and without trust."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h5py
import numpy as np
from numpy.typing import NDArray

from bot.corpus.alphabet import ALPHABET
from bot.learning.damaged_file import DAMAGES, Damage, explain_damage
from bot.learning.lstm.shape import MOST_LAYERS, MOST_UNITS, Shape
from bot.learning.model_card import BadModel

CONFIG, WEIGHTS = "config.json", "model.weights.h5"
MOST_CONFIG_BYTES = 1 << 20
Weights = list[NDArray[np.float32]]


def read_network(path: Path) -> tuple[Shape, Weights]:
    """Read a network's shape and weights, in the order in which Keras lists them.

    Nothing of the file is run or unpickled: it must describe a network of ours, layer by layer,
    and hold plain numbers of the sizes that follow from it. Raises BadModel.
    """
    try:
        with ZipFile(path) as kept:
            shape = _read_shape(json.loads(_read_member(kept, CONFIG, MOST_CONFIG_BYTES)))
            sizes = list(_list_sizes(shape))
            limit = 2 * sum(4 * int(np.prod(size)) for _, size in sizes) + (1 << 20)
            content = _read_member(kept, WEIGHTS, limit)
        with h5py.File(io.BytesIO(content)) as tree:
            return shape, [_read_array(tree, name, size) for name, size in sizes]
    except FileNotFoundError:
        raise BadModel(f"{path} is missing. Learn the model again with: greenlit learn") from None
    except DAMAGES as error:
        raise BadModel(
            f"{path} is no network of Greenlit's: {explain_damage(error)}. "
            "Learn the model again with: greenlit learn"
        ) from error


def _read_member(kept: ZipFile, name: str, limit: int) -> bytes:
    if kept.getinfo(name).file_size > limit:
        raise Damage(f"{name} is bigger than such a network's")
    with kept.open(name) as file:
        return file.read(limit)


def _read_shape(config: Any) -> Shape:
    """Read the shape from the description, which must be that of a network of this shape."""
    layers = config["config"]["layers"]
    recurrent = [layer["config"] for layer in layers if layer["class_name"] == "LSTM"]
    dropouts = [layer["config"] for layer in layers if layer["class_name"] == "Dropout"]
    shape = Shape(
        layers=len(recurrent),
        units=int(recurrent[0]["units"]) if recurrent else 0,
        dropout=float(dropouts[0]["rate"]) if dropouts else 0.0,
        embedding=int(layers[1]["config"]["output_dim"]) if layers[1:] else 0,
    )
    if not (1 <= shape.layers <= MOST_LAYERS and 1 <= shape.units <= MOST_UNITS):
        raise Damage("it has no layers of LSTM units, or too many")
    if not 1 <= shape.embedding <= MOST_UNITS:
        raise Damage("its embedding has no such size")
    if config["class_name"] != "Sequential" or not _is_alike(layers, list(_list_layers(shape))):
        raise Damage("its layers are others")
    return shape


def _is_alike(layers: list[Any], expected: list[tuple[str, dict[str, Any]]]) -> bool:
    names = [layer["class_name"] for layer in layers]
    if names != [name for name, _ in expected]:
        return False
    return all(
        _has_settings(layer, settings)
        for layer, (_, settings) in zip(layers, expected, strict=True)
    )


def _has_settings(layer: Any, expected: dict[str, Any]) -> bool:
    """Say whether a layer is Keras's own, and set as one of ours is."""
    return (
        layer["module"] == "keras.layers"
        and layer["registered_name"] is None
        and all(layer["config"][key] == value for key, value in expected.items())
    )


def _list_layers(shape: Shape) -> Iterator[tuple[str, dict[str, Any]]]:
    """List the layers of a network of a shape, with what decides what they compute."""
    yield "InputLayer", {"batch_shape": [None, None]}
    yield "Embedding", {"input_dim": len(ALPHABET), "mask_zero": False}
    for _ in range(shape.layers):
        yield (
            "LSTM",
            {
                "units": shape.units,
                "activation": "tanh",
                "recurrent_activation": "sigmoid",
                "use_bias": True,
                "go_backwards": False,
            },
        )
        if shape.dropout:
            yield "Dropout", {"rate": shape.dropout}
    yield "Dense", {"units": len(ALPHABET), "activation": "softmax", "use_bias": True}


def _list_sizes(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """List where the arrays of a network stand in its file, and their sizes."""
    gates = 4 * shape.units
    yield "layers/embedding/vars/0", (len(ALPHABET), shape.embedding)
    for number in range(shape.layers):
        place = "layers/lstm" + (f"_{number}" if number else "") + "/cell/vars"
        yield f"{place}/0", (shape.units if number else shape.embedding, gates)
        yield f"{place}/1", (shape.units, gates)
        yield f"{place}/2", (gates,)
    yield "layers/dense/vars/0", (shape.units, len(ALPHABET))
    yield "layers/dense/vars/1", (len(ALPHABET),)


def _read_array(tree: Any, name: str, size: tuple[int, ...]) -> NDArray[np.float32]:
    """Read one array that stands in the file itself: HDF5 can name data of other files."""
    parts = name.split("/")
    places = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    links = [tree.get(place, getlink=True) for place in places]
    if any(not isinstance(link, h5py.HardLink) for link in links):
        raise Damage(f"{name} is missing, or in another file")
    array = tree[name]
    plain = isinstance(array, h5py.Dataset) and not (array.is_virtual or array.external)
    if not plain or array.shape != size or array.dtype != np.float32:
        raise Damage(f"{name} is no array of such a network")
    weights: NDArray[np.float32] = array[()]
    if not np.isfinite(weights).all():
        raise Damage(f"{name} has numbers that are infinite or none")
    return weights
