"""The n-gram model's folder: written whole, read again, and refused where it is not sound."""

from __future__ import annotations

import io
import pickle
import resource
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.corpus.alphabet import encode_text
from bot.learning.learn_ngram import learn_ngram
from bot.learning.load_model import load_model
from bot.learning.measure_bits import JUDGED_CHARACTERS, measure_bits
from bot.learning.model_card import BadModel, ModelCard, read_card
from bot.learning.ngram_file import MODEL
from bot.learning.ngram_model import load_ngram
from bot.learning.split_corpus import CorpusSplit, split_corpus
from tests.learn.python_sources import draw_source
from tests.learn.text_folder import write_texts


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> CorpusSplit:
    """Six small repositories, one of them held out."""
    files = {f"acme/{number}": [draw_source(number), ""] for number in range(6)}
    return split_corpus(write_texts(tmp_path_factory.mktemp("texts"), files))


@pytest.fixture(scope="module")
def folder(split: CorpusSplit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model of them."""
    path = tmp_path_factory.mktemp("models") / "ngram"
    learn_ngram(split, path)
    return path


def test_learnt_model_is_loaded_as_it_was(split: CorpusSplit, folder: Path) -> None:
    """A model read from its folder does on held-out files what its card says."""
    model = load_model(folder)
    card = read_card(folder)

    assert card.held_out_bits == measure_bits(model, split.held_out, JUDGED_CHARACTERS)
    assert card.held_out_bits < card.figures["bits_without_cache"] < 4


def test_learning_again_gives_the_same_file(
    split: CorpusSplit, folder: Path, tmp_path: Path
) -> None:
    """The same corpus gives the same model."""
    learn_ngram(split, tmp_path)

    for ours, theirs in zip(read_arrays(folder), read_arrays(tmp_path), strict=True):
        assert np.array_equal(ours, theirs)


def test_card_names_the_corpus(split: CorpusSplit, folder: Path) -> None:
    """The card and the README name each repository, its licence, and what was held out."""
    card = read_card(folder)
    readme = (folder / "README.md").read_text()

    names = [part.name for part in card.corpus]
    assert names == [f"acme/{number}" for number in range(6)]
    assert {"MIT"} == {part.licence for part in card.corpus}
    held_out = [part.name for part in card.corpus if part.held_out]
    assert held_out == [split.held_out[0].text.name]
    assert f"| `{held_out[0]}` | `000000000000` | `MIT` |" in readme
    assert f"{card.held_out_bits:.3f}" in readme


def test_progress_ends_with_all(split: CorpusSplit, tmp_path: Path) -> None:
    """Who asks hears how far the counting is."""
    shares: list[float] = []
    card = learn_ngram(split, tmp_path, report=shares.append)

    assert isinstance(card, ModelCard)
    assert shares[-1] == 1


def test_model_that_cannot_be_written_leaves_the_old_one(
    split: CorpusSplit, folder: Path, tmp_path: Path
) -> None:
    """Where the new one does not fit on the disk, the old one serves on, and nothing else stays."""
    path = tmp_path / "ngram"
    learn_ngram(split, path)
    names = {file.name for file in path.iterdir()}
    size = (path / MODEL).stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            learn_ngram(split, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert names == {file.name for file in path.iterdir()}
    assert load_model(path)


def test_model_without_its_file_is_refused(folder: Path, tmp_path: Path) -> None:
    """A folder with a card and no model is told to lack it."""
    (tmp_path / "card.json").write_bytes((folder / "card.json").read_bytes())

    with pytest.raises(BadModel, match=r"model\.npz cannot be used .*No such file.*greenlit learn"):
        load_model(tmp_path)


def test_pickle_is_never_opened(folder: Path, tmp_path: Path) -> None:
    """An array of objects, which NumPy keeps as a pickle, is refused before it is read."""
    trap = tmp_path / "trapped"
    objects = np.array([Trap(trap)], dtype=object)

    assert "another kind" in refuse(folder, tmp_path, keys=objects)
    (tmp_path / MODEL).write_bytes(pickle.dumps(Trap(trap)))
    assert "it is damaged, or of another kind" in read_refusal(tmp_path)
    assert not trap.exists()


class Trap:
    """What makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        """Be pickled as a call."""
        return (Path.touch, (self.path,))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("keys", np.array([3, 2, 1], np.uint64), "not in order"),
        ("keys", np.array([1, 2, 2**63], np.uint64), "not in order"),
        ("keys", np.array([1, 2, 101], np.uint64), "characters beyond the 100"),
        ("keys", np.array([1, 2, 3], np.int64), "another kind of numbers"),
        ("keys", np.array([[1, 2, 3]], np.uint64), "another kind of numbers"),
        ("counts", np.array([1, 1], np.uint16), "not a count each"),
        ("counts", np.array([1, 1, 0], np.uint16), "not a count each"),
        ("steps", np.array([[0, 0, 0.5, 1, 1]]), "form"),
        ("steps", np.zeros((0, 6)), "form"),
        ("steps", np.array([[0, 0, np.nan, 1, 1, 1]]), "discounts"),
        ("steps", np.array([[0, 0, 1.5, 1, 1, 1]]), "discounts"),
        ("steps", np.array([[0, 0, 0.5, 1, 1, 0]]), "strengths"),
        ("steps", np.array([[0, 0.5, 0.5, 1, 1, 1]]), "whole numbers"),
        ("steps", np.array([[0, 99, 0.5, 1, 1, 1]]), "ascend"),
        ("steps", np.array([[0, 2, 0.5, 1, 1, 1], [0, 1, 0.5, 1, 1, 1]]), "ascend"),
    ],
)
def test_unsound_model_is_refused_with_its_reason(
    folder: Path, tmp_path: Path, name: str, value: np.ndarray[Any, Any], sentence: str
) -> None:
    """A model whose numbers cannot be right is refused, and says which."""
    sound: dict[str, np.ndarray[Any, Any]] = {
        "keys": np.array([1, 2, 3], np.uint64),
        "counts": np.array([1, 1, 1], np.uint16),
    }

    assert sentence in refuse(folder, tmp_path, **(sound | {name: value}))


def test_array_that_claims_to_be_huge_takes_no_memory(folder: Path, tmp_path: Path) -> None:
    """The head of an array is checked against what there is of it."""
    head = io.BytesIO()
    size: dict[str, Any] = {"descr": "<u8", "fortran_order": False}
    np.lib.format.write_array_header_1_0(head, size | {"shape": (10**15,)})
    write_entry(folder, tmp_path, "keys.npy", head.getvalue())
    assert "more than 200,000,000" in read_refusal(tmp_path)

    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, size | {"shape": (10**8,)})
    write_entry(folder, tmp_path, "keys.npy", head.getvalue())
    assert "not the size" in read_refusal(tmp_path)


@pytest.mark.parametrize(
    "head",
    [
        b"{'descr': '<u8', 'fortran_order': False, 'shape': (" + b"9" * 400 + b",)}",
        b"{'descr': '<u8', 'fortran_order': False, 'shape': (None,)}",
        b"-" * 9000 + b"1",
        b"{{{",
    ],
)
def test_array_with_an_odd_head_is_refused(folder: Path, tmp_path: Path, head: bytes) -> None:
    """The head of an array is text that NumPy parses: whatever it trips over ends in a sentence."""
    content = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + bytes(100)
    write_entry(folder, tmp_path, "keys.npy", content)

    assert "it is damaged, or of another kind" in read_refusal(tmp_path)


def test_compressed_model_is_refused(folder: Path, tmp_path: Path) -> None:
    """An archive that could unpack to any size is refused unread."""
    with zipfile.ZipFile(tmp_path / MODEL, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("keys", "counts", "steps"):
            archive.writestr(f"{name}.npy", bytes(1000))

    assert "compressed" in read_refusal(tmp_path)


@pytest.mark.parametrize("kept", [0, 10, 1000, -30])
def test_cut_file_is_refused(folder: Path, tmp_path: Path, kept: int) -> None:
    """A file that was cut, as by a full disk, is refused in a sentence."""
    (tmp_path / MODEL).write_bytes((folder / MODEL).read_bytes()[:kept])

    assert "it is damaged, or of another kind" in read_refusal(tmp_path)


def test_model_with_odd_bits_is_refused_or_works(folder: Path, tmp_path: Path) -> None:
    """Bits that flip anywhere in the file end in a sentence, or in a model that can be asked."""
    content = (folder / MODEL).read_bytes()
    for place in np.random.default_rng(1).integers(0, len(content), 60).tolist():
        odd = bytearray(content)
        odd[place] ^= 1 << place % 8
        (tmp_path / MODEL).write_bytes(odd)
        try:
            model = load_ngram(tmp_path)
        except BadModel:
            continue
        state = model.read(model.begin(encode_text("")), encode_text("def load"))
        assert np.all(np.isfinite(model.compute_bits([state])))


def refuse(folder: Path, into: Path, **arrays: np.ndarray[Any, Any]) -> str:
    """Write a model with some arrays of its own; return why it is refused."""
    with np.load(folder / MODEL) as archive:
        np.savez(into / MODEL, **({name: archive[name] for name in archive.files} | arrays))
    return read_refusal(into)


def write_entry(folder: Path, into: Path, name: str, content: bytes) -> None:
    """Write a model in which one entry has other bytes."""
    with zipfile.ZipFile(folder / MODEL) as sound, zipfile.ZipFile(into / MODEL, "w") as archive:
        for entry in sound.namelist():
            archive.writestr(entry, content if entry == name else sound.read(entry))


def read_refusal(folder: Path) -> str:
    """Load a model that is not sound; return what is said of it."""
    with pytest.raises(BadModel, match="cannot be used as an n-gram model") as refusal:
        load_ngram(folder)
    return str(refusal.value)


def read_arrays(folder: Path) -> list[np.ndarray[Any, Any]]:
    """Read the arrays of a model."""
    with np.load(folder / MODEL) as archive:
        return [archive[name] for name in archive.files]
