"""The network's file, and the network as NumPy asks it."""

from __future__ import annotations

import json
import shutil
from zipfile import ZIP_DEFLATED, ZipFile

import h5py
import numpy as np
import pytest

from bot.corpus.alphabet import encode_text
from bot.learning.lstm.network import build_network
from bot.learning.lstm.network_file import read_network
from bot.learning.lstm.save_network import compute_with_keras, save_network
from bot.learning.lstm.shape import BEFORE_FILE, Shape
from bot.learning.lstm_model import LstmModel, load_lstm
from bot.learning.model_card import BadModel

# Keras 3.15 hands its variables to NumPy in a way that NumPy 2 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
SHAPE = Shape(layers=2, units=12, dropout=0.2, embedding=8)
TEXT = encode_text("def greet(name):\n    return name\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a network of random weights."""
    weights = [4 * weight.value for weight in build_network(SHAPE, seed=3).trainable_variables]
    folder = tmp_path_factory.mktemp("lstm")
    save_network(SHAPE, weights, folder / "model.keras")
    return folder


def _rewrite(folder, tmp_path, name, change):
    """Copy the model file with one of its members changed."""
    path = tmp_path / "model.keras"
    with ZipFile(folder / "model.keras") as old, ZipFile(path, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            new.writestr(member, change(content) if member == name else content)
    return path


def _assert_refused(path, words):
    with pytest.raises(BadModel, match=words) as refused:
        load_lstm(path.parent)
    assert str(path) in str(refused.value)


def test_numpy_computes_what_keras_does(folder):
    """The file opens in Keras's safe mode, and NumPy says the same of every character."""
    model = load_lstm(folder)
    expected = compute_with_keras(folder / "model.keras", np.append(BEFORE_FILE, TEXT))

    state, rows = model.begin(TEXT[:0]), []
    for code in TEXT:
        rows.append(model.compute_bits([state])[0])
        state = model.advance([state], [code])[0]

    assert np.allclose(-np.log2(expected[:-1]), rows, atol=1e-4)
    bits = np.array(rows)[np.arange(len(TEXT)), TEXT]
    assert np.allclose(bits, model.compute_text_bits(TEXT), atol=1e-4)


def test_beams_are_one_batch(folder):
    """Several states at once come to what each comes to alone, and are not changed by it."""
    model = load_lstm(folder)
    states = [model.read(model.begin(TEXT[:0]), TEXT[:end]) for end in (3, 9, 20)]
    before = model.compute_bits(states)

    together = model.compute_bits(model.advance(states, [1, 2, 3]))
    alone = [
        model.compute_bits(model.advance([state], [code]))[0]
        for state, code in zip(states, [1, 2, 3], strict=True)
    ]

    assert np.allclose(alone, together, atol=1e-5)
    assert np.array_equal(before, model.compute_bits(states))


def test_reading_on_is_reading_at_once(folder):
    """A text read in parts leads to the same state, and probabilities sum to one."""
    model = load_lstm(folder)
    begun = model.begin(TEXT[:0])
    whole = model.read(begun, TEXT)
    parts = model.read(model.read(begun, TEXT[:7]), TEXT[7:])

    assert np.array_equal(whole.layers, parts.layers)
    assert np.exp2(-model.compute_bits([whole])).sum() == pytest.approx(1, abs=1e-5)


def test_a_network_is_read_as_it_was_built(folder):
    """The shape is told by the file."""
    shape, weights = read_network(folder / "model.keras")

    assert shape == SHAPE
    assert isinstance(LstmModel(shape, weights), LstmModel)


@pytest.mark.parametrize(
    ("ours", "planted"),
    [
        ('"class_name": "Dropout"', '"class_name": "Lambda"'),
        ('"module": "keras.layers"', '"module": "os"'),
        ('"activation": "tanh"', '"activation": "relu"'),
        ('"units": 12', '"units": 1200000'),
        ('"units": 12', '"units": 24'),
        ('"class_name": "LSTM"', '"class_name": "GRU"'),
        ('"mask_zero": false', '"mask_zero": true'),
        ('"units": 12', '"units": Infinity'),
        ('"layers": [', '"layers": ' + "[" * 100_000),
    ],
)
def test_another_network_is_refused(folder, tmp_path, ours, planted):
    """A description that is not of a network of ours is refused in a sentence."""

    def change(content):
        assert ours in content.decode()
        return content.decode().replace(ours, planted).encode()

    _assert_refused(_rewrite(folder, tmp_path, "config.json", change), "no network of Greenlit's")


def test_weights_of_another_file_are_refused(folder, tmp_path):
    """An array that stands in another file is not read, though HDF5 could."""
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(4 * 12 * 100))

    def change(content):
        draft = tmp_path / "draft.h5"
        draft.write_bytes(content)
        with h5py.File(draft, "a") as tree:
            del tree["layers/dense/vars/0"]
            place = [(str(secret), 0, 4 * 12 * 100)]
            tree.create_dataset("layers/dense/vars/0", (12, 100), np.float32, external=place)
        return draft.read_bytes()

    _assert_refused(_rewrite(folder, tmp_path, "model.weights.h5", change), "no array of such")


def test_numbers_that_are_none_are_refused(folder, tmp_path):
    """Weights that went out of bounds are not served."""

    def change(content):
        draft = tmp_path / "draft.h5"
        draft.write_bytes(content)
        with h5py.File(draft, "a") as tree:
            tree["layers/dense/vars/1"][:] = np.nan
        return draft.read_bytes()

    _assert_refused(_rewrite(folder, tmp_path, "model.weights.h5", change), "infinite or none")


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"PK\x03\x04 cut short"])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    """What is no archive is told in a sentence."""
    (tmp_path / "model.keras").write_bytes(content)

    _assert_refused(tmp_path / "model.keras", "no network of Greenlit's")


def test_a_member_that_is_damaged_is_refused(folder, tmp_path):
    """Packed bytes that cannot be unpacked, and a way of packing that nobody knows."""
    path = tmp_path / "model.keras"
    with ZipFile(folder / "model.keras") as old, ZipFile(path, "w", ZIP_DEFLATED) as new:
        for member in old.namelist():
            new.writestr(member, old.read(member))
    packed = path.read_bytes()
    body = packed.index(b"config.json") + len("config.json")

    path.write_bytes(packed[:body] + b"\xff" * 40 + packed[body + 40 :])
    _assert_refused(path, "no network of Greenlit's: it is damaged")
    path.write_bytes(packed.replace(b"\x14\x00\x00\x00\x08\x00", b"\x14\x00\x00\x00\x63\x00"))
    _assert_refused(path, "no network of Greenlit's: it is damaged")


def test_a_missing_file_is_told(tmp_path):
    """A folder without a network says how to learn one."""
    _assert_refused(tmp_path / "model.keras", "is missing. Learn the model again")


def test_a_description_that_is_huge_is_not_read(folder, tmp_path):
    """A member that is bigger than such a network's is refused before it is unpacked."""
    path = _rewrite(folder, tmp_path, "config.json", lambda content: content + b" " * (2 << 20))

    _assert_refused(path, "bigger than such a network's")


def test_lambda_layers_are_refused_by_keras_too(tmp_path):
    """A real file with a Lambda layer is refused by us, whatever Keras's safe mode says."""
    import keras

    network = keras.Sequential([keras.Input((None,)), keras.layers.Lambda(lambda row: row)])
    network.save(tmp_path / "model.keras")
    shutil.copy(tmp_path / "model.keras", tmp_path / "kept.keras")

    _assert_refused(tmp_path / "model.keras", "no network of Greenlit's")
    with ZipFile(tmp_path / "kept.keras") as kept:
        assert "Lambda" in json.dumps(json.loads(kept.read("config.json")))
