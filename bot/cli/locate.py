"""Here live `greenlit locate` and `greenlit map`: what a request is about in any repository on this
machine.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from rich.text import Text

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.git_process import GitUnfitError
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.repository_folder import NoRepositoryError
from bot.adapters.sqlite_cache import SqliteCache
from bot.cli.retrieval_view import print_retrieval
from bot.cli.terminal import terminal
from bot.ports import Clock, Embedder, Model, Ports, Unreachable
from bot.search import INDEX_FORMAT
from bot.steps.repo_index import load_repo_index, render_map
from bot.steps.retrieve import search_repo
from bot.text import extract_visible
from bot.text.terminal_text import strip_control
from bot.values import Issue, Retrieval, SearchHit, SimilarCommit, Tree

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


def located(
    place: Place, request: str, top: int, *, as_json: bool, embedder: Embedder | None = None
) -> int:
    """Print the files that the request is about, best first, with the reasons, and under them the
    definitions.
    """

    def look(ports: Ports, tree: Tree) -> int:
        index = load_repo_index(ports, tree)
        clues = search_repo(ports, tree, index, Issue(0, title, body, author=""), top)
        if as_json:
            sys.stdout.write(json.dumps(_data(clues), ensure_ascii=False, indent=1) + "\n")
        else:
            print_retrieval(terminal(), clues)
        return FOUND if clues.files or clues.symbols else NOTHING

    try:
        title, body = _request(request)
    except WrongUseError as wrong:
        return _refused(wrong)
    return _looking(place, look, embedder)


def mapped(place: Place, tokens: int) -> int:
    """Print the repository's layout and its most telling signatures."""

    def look(ports: Ports, tree: Tree) -> int:
        text = render_map(load_repo_index(ports, tree), tokens)
        sys.stdout.write(f"{strip_control(text)}\n" if text else "")
        return FOUND if text else NOTHING

    return _looking(place, look)


def _looking(
    place: Place, look: Callable[[Ports, Tree], int], embedder: Embedder | None = None
) -> int:
    """Look at this commit, in a world with nothing else in it."""
    nobody = None
    memory = SqliteCache(place.cache.expanduser(), INDEX_FORMAT)
    with TemporaryDirectory(prefix="greenlit-") as home:
        try:
            git = GitMirrors(Path(home), ())
            ports = Ports(
                git,
                cast("Model", nobody),
                cast("Clock", nobody),
                cache=memory,
                embedder=embedder,
            )
            return look(ports, borrow(Path(home), place.repo, place.rev))
        except (NoRepositoryError, GitUnfitError, Unreachable) as wrong:
            return _refused(wrong)


def _refused(wrong: Exception) -> int:
    terminal(stderr=True).print(Text(strip_control(str(wrong)), "red"), soft_wrap=True)
    return WRONG_USE


def _request(source: str) -> tuple[str, str]:
    try:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1) if source == "-" else Path(source).read_bytes()
    except OSError as wrong:
        raise WrongUseError(f"The request {source} cannot be read: {wrong.strerror}.") from None
    text = extract_visible(raw[:MOST_BYTES].decode("utf-8-sig", "replace")).strip()
    if not text:
        raise WrongUseError(
            "The request is empty. Its first line is the title, the rest says what is wanted."
        )
    title, _, body = text.partition("\n")
    return title.lstrip("# "), body.strip()


def _data(clues: Retrieval) -> dict[str, object]:
    return {
        "files": [
            {"path": clue.path, "score": clue.score, "why": list(clue.why)} for clue in clues.files
        ],
        "symbols": [_symbol(clue) for clue in clues.symbols],
        "tests": [{"path": clue.path, "score": clue.score} for clue in clues.tests],
        "similar_changes": [_precedent(it) for it in clues.similar],
        "skipped": list(clues.skipped),
    }


def _precedent(it: SimilarCommit) -> dict[str, object]:
    return {"commit": it.sha, "message": it.message, "files": list(it.paths), "diff": it.diff}


def _symbol(clue: SearchHit) -> dict[str, object]:
    where = {"path": clue.path, "name": clue.name, "kind": clue.kind}
    return where | {"line": clue.line, "end_line": clue.end_line, "score": clue.score}
