"""Keep the n-gram model in a file, and read one that may come from anywhere.

The file is NumPy's archive of three plain arrays, not compressed. Nothing in it is run: objects are
refused, sizes are checked before anything of that size is made, and values before they are used.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as array_format
from numpy.typing import NDArray

from bot.learning.damaged_file import DAMAGES, Damage, explain_damage
from bot.learning.model_card import BadModel
from bot.learning.ngram_keys import CODE_BITS, CODE_MASK, HASH_BITS
from bot.learning.ngram_steps import CHARACTERS, Interpolation, InterpolationStep
from bot.learning.ngram_table import NgramTable

MODEL = "model.npz"
MOST_NGRAMS = 200_000_000
MOST_STEPS = 100
LONGEST_ORDER = 64
_COLUMNS = 6  # of a step: cached, order, three discounts, strength
_LAYOUT: dict[str, tuple[Any, int]] = {
    "keys": (np.dtype("<u8"), 1),
    "counts": (np.dtype("<u2"), 1),
    "steps": (np.dtype("<f8"), 2),
}


def write_ngram_file(folder: Path, table: NgramTable, interpolation: Interpolation) -> Path:
    """Write the model into a folder."""
    path = folder / MODEL
    rows = [
        (step.cached, step.order, *step.discounts, step.strength) for step in interpolation.steps
    ]
    np.savez(path, keys=table.keys, counts=table.counts, steps=np.array(rows, np.float64))
    return path


def read_ngram_file(folder: Path) -> tuple[NgramTable, Interpolation]:
    """Read the model in a folder. Raises BadModel, with a sentence, where it is none."""
    path = folder / MODEL
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {name: _read_array(archive, name) for name in _LAYOUT}
        return _check_table(arrays), _check_steps(arrays["steps"])
    except DAMAGES as error:
        raise BadModel(
            f"{path} cannot be used as an n-gram model: {explain_damage(error)}. "
            "Learn it again with: greenlit learn"
        ) from error


def _read_array(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        raise Damage(f"{name} is compressed or encrypted")
    with archive.open(entry) as file:
        shape = _read_shape(file, name)
        kind = _LAYOUT[name][0]
        content = file.read(int(np.prod(shape)) * kind.itemsize + 1)
    if len(content) != int(np.prod(shape)) * kind.itemsize:
        raise Damage(f"{name} has not the size that it says")
    return np.frombuffer(content, kind).reshape(shape)


def _read_shape(file: IO[bytes], name: str) -> tuple[int, ...]:
    """Read the head of an array, and check that it is of the kind that stands here."""
    if array_format.read_magic(file) != (1, 0):
        raise Damage(f"{name} has a version that is not known")
    shape, by_column, kind = array_format.read_array_header_1_0(file)
    if (kind, len(shape)) != _LAYOUT[name] or by_column:
        raise Damage(f"{name} holds another kind of numbers than it should")
    if any(size < 0 for size in shape) or np.prod(shape, dtype=np.float64) > MOST_NGRAMS:
        raise Damage(f"{name} has more than {MOST_NGRAMS:,} numbers")
    return shape


def _check_table(arrays: dict[str, NDArray[Any]]) -> NgramTable:
    keys, counts = arrays["keys"], arrays["counts"]
    if len(keys) != len(counts) or not np.all(counts > 0):
        raise Damage("its n-grams have not a count each")
    if not np.all(keys[1:] > keys[:-1]) or np.any(keys >> (CODE_BITS + np.uint64(HASH_BITS))):
        raise Damage("its n-grams are not in order")
    if np.any(keys & CODE_MASK >= CHARACTERS):
        raise Damage(f"its n-grams have characters beyond the {CHARACTERS} that there are")
    return NgramTable(keys, counts)


def _check_steps(rows: NDArray[np.float64]) -> Interpolation:
    if rows.shape[1] != _COLUMNS or not 1 <= len(rows) <= MOST_STEPS:
        raise Damage("its steps have not the form that they should have")
    discounts = rows[:, 2:5]
    if not np.all(np.isfinite(rows)) or np.any(discounts < 0) or np.any(discounts > (1, 2, 3)):
        raise Damage("its discounts are out of bounds")
    if np.any(rows[:, 5] <= 0) or np.any(rows[:, 5] > 1e6):
        raise Damage("its strengths are out of bounds")
    if np.any(rows[:, 0] != (rows[:, 0] != 0)) or np.any(rows[:, 1] != np.rint(rows[:, 1])):
        raise Damage("its orders are no whole numbers")
    interpolation = Interpolation(tuple(_make_step(row) for row in rows.tolist()))
    _check_orders(interpolation)
    return interpolation


def _make_step(row: list[float]) -> InterpolationStep:
    cached, order, first, second, more, strength = row
    return InterpolationStep(bool(cached), int(order), (first, second, more), strength)


def _check_orders(interpolation: Interpolation) -> None:
    for cached in (False, True):
        orders = interpolation.list_orders(cached=cached)
        if list(orders) != sorted(set(orders)) or any(not 0 <= o <= LONGEST_ORDER for o in orders):
            raise Damage("its orders do not ascend")
