"""Here live `greenlit locate` and `greenlit map`: what a request is about in any repository on this machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from rich.console import Console
from rich.text import Text

from bot.adapters.git import Mirrors
from bot.adapters.git_borrowed import NoRepositoryError, borrow
from bot.adapters.git_plumbing import GitUnfitError
from bot.adapters.memory import Remembered
from bot.source import FORMAT, locate
from bot.steps.know import know
from bot.terminal import plain, terminal
from bot.text import visible
from bot.values import Clue, Clues, Tree
from bot.world import Clock, GitHub, Model, Unreachable, World

FOUND, NOTHING, WRONG_USE = 0, 1, 2
MOST_BYTES = 1_000_000


class WrongUseError(Exception):
    """What was typed cannot be meant; the text says why, and what can."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which commit of which repository, and where to remember what was learned of it."""

    repo: Path
    rev: str
    cache: Path


def located(place: Place, request: str, top: int, *, as_json: bool) -> int:
    """Print the files that the request is about, best first, with the reasons, and under them the definitions."""
    try:
        title, body = _request(request)
        with _looking(place) as (world, tree):
            known = know(world, tree)
            clues = locate(known.knowledge, title, body, known.notebook.leaves, top)
    except (WrongUseError, NoRepositoryError, GitUnfitError, Unreachable) as wrong:
        terminal(stderr=True).print(Text(plain(str(wrong)), "red"), soft_wrap=True)
        return WRONG_USE
    if as_json:
        sys.stdout.write(json.dumps(_data(clues), ensure_ascii=False, indent=1) + "\n")
    else:
        _show(terminal(), clues)
    return FOUND if clues.files or clues.symbols else NOTHING


@contextmanager
def _looking(place: Place) -> Iterator[tuple[World, Tree]]:
    """A world with nothing in it but this commit."""
    with TemporaryDirectory(prefix="greenlit-") as home:
        git = Mirrors(Path(home), ())
        tree = borrow(Path(home), place.repo, place.rev)
        nobody = None
        memory = Remembered(place.cache.expanduser(), FORMAT)
        yield World(cast("GitHub", nobody), git, cast("Model", nobody), cast("Clock", nobody), memory=memory), tree


def _request(source: str) -> tuple[str, str]:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if source == "-" else Path(source).read_bytes()
    except OSError as wrong:
        raise WrongUseError(f"The request {source} cannot be read: {wrong.strerror}.") from None
    text = visible(raw[:MOST_BYTES].decode("utf-8-sig", "replace")).strip()
    if not text:
        raise WrongUseError("The request is empty. Its first line is the title, the rest says what is wanted.")
    title, _, body = text.partition("\n")
    return title.lstrip("# "), body.strip()


def _data(clues: Clues) -> dict[str, object]:
    return {
        "files": [{"path": clue.path, "score": clue.score, "why": list(clue.why)} for clue in clues.files],
        "symbols": [_symbol(clue) for clue in clues.symbols],
        "tests": [{"path": clue.path, "score": clue.score} for clue in clues.tests],
        "skipped": list(clues.skipped),
    }


def _symbol(clue: Clue) -> dict[str, object]:
    where = {"path": clue.path, "name": clue.name, "kind": clue.kind}
    return where | {"line": clue.line, "end_line": clue.end_line, "score": clue.score}


def _show(out: Console, clues: Clues) -> None:
    for clue in clues.files:
        out.print(plain(clue.path))
