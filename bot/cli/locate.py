"""`greenlit locate` and `greenlit map`: find what a request is about in any repository here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sqlite_cache import SqliteCache
from bot.cli.inputs import MISTAKES, WrongUseError, print_error, read_request, require_folder
from bot.cli.progress_line import show_progress
from bot.cli.retrieval_view import print_retrieval
from bot.cli.terminal import open_console, print_sentences
from bot.ports import Clock, DerivedCache, Embedder, Model, NullCache, Ports, Unreachable
from bot.search import INDEX_FORMAT
from bot.steps.repo_index import load_repo_index, render_map
from bot.steps.retrieve import search_repo
from bot.text.terminal_text import strip_control
from bot.values import CodeFamily, Issue, Retrieval, SearchHit, SimilarCommit, Tree

FOUND, NOTHING, WRONG_USE = 0, 1, 2
LIMIT_CHARS = 1_000_000
READING = "Reading the code; the next time only what changed"


@dataclass(frozen=True, slots=True)
class CommitSource:
    """A commit of a repository, and where to remember what was learned of it."""

    repo: Path
    rev: str
    cache: Path


def print_locations(
    source: CommitSource,
    request: str,
    top: int,
    *,
    as_json: bool,
    embedder: Embedder | None = None,
) -> int:
    """Print the files that the request is about, best first, with reasons and definitions.

    Returns 0 when something is found, 1 when nothing is, 2 for wrong use.
    """

    def search(ports: Ports, tree: Tree) -> int:
        retrieval = _rank(ports, tree, Issue(0, title, body, author=""), top)
        if as_json:
            _print_json(retrieval)
        else:
            print_retrieval(open_console(), retrieval)
        return FOUND if retrieval.files or retrieval.symbols else NOTHING

    try:
        require_folder(source.repo)
        title, body = read_request(request, LIMIT_CHARS, any_text=True)
    except WrongUseError as wrong:
        print_error(wrong)
        return WRONG_USE
    return _with_repository(source, search, embedder)


def _rank(ports: Ports, tree: Tree, issue: Issue, top: int) -> Retrieval:
    with show_progress(READING) as describe:
        index = load_repo_index(ports, tree)
        describe("Ranking")
        return search_repo(ports, tree, index, issue, top)


def print_repo_map(source: CommitSource, tokens: int) -> int:
    """Print the repository's layout and its most telling signatures; exit codes as above."""

    def render(ports: Ports, tree: Tree) -> int:
        with show_progress(READING):
            text = render_map(load_repo_index(ports, tree), tokens)
        sys.stdout.write(f"{strip_control(text)}\n" if text else "")
        return FOUND if text else NOTHING

    return _with_repository(source, render)


def _with_repository(
    source: CommitSource, act: Callable[[Ports, Tree], int], embedder: Embedder | None = None
) -> int:
    """Borrow the repository and act on its commit, with no model and no clock."""
    nobody = None
    with TemporaryDirectory(prefix="greenlit-") as home:
        try:
            require_folder(source.repo)
            cache = _open_cache(source.cache)
            ports = Ports(
                GitMirrors(Path(home), ()),
                cast("Model", nobody),
                cast("Clock", nobody),
                cache=cache,
                embedder=embedder,
            )
            return act(ports, borrow(Path(home), source.repo, source.rev))
        except (*MISTAKES, Unreachable) as wrong:
            print_error(wrong)
            return WRONG_USE


def _open_cache(folder: Path) -> DerivedCache:
    """Open the memory of what was learned; say once when nothing can be kept there."""
    folder = folder.expanduser()
    if os.access(folder, os.F_OK):
        require_folder(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(folder, os.W_OK)
    except OSError:
        is_writable = False
    if is_writable:
        return SqliteCache(folder, INDEX_FORMAT)
    text = f"Nothing can be kept in {folder}, so the next time takes as long."
    print_sentences(open_console(stderr=True), text, "dim")
    return NullCache()


def _print_json(retrieval: Retrieval) -> None:
    """Print it as JSON; the README documents the shape."""
    document = {
        "files": list(map(_describe_file, retrieval.files)),
        "symbols": list(map(_describe_symbol, retrieval.symbols)),
        "tests": list(map(_describe_test, retrieval.tests)),
        "similar_changes": list(map(_describe_commit, retrieval.similar)),
        "family": _describe_family(retrieval.family) if retrieval.family else None,
        "skipped": list(retrieval.skipped),
    }
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def _describe_family(family: CodeFamily) -> dict[str, object]:
    return {
        "kind": family.kind,
        "place": family.place,
        "size": family.size,
        "examples": list(map(_describe_symbol, family.examples)),
        "last_addition": _describe_commit(family.addition) if family.addition else None,
        "additions": family.additions,
        "places": [{"path": place.path, "commits": place.commits} for place in family.places],
    }


def _describe_test(hit: SearchHit) -> dict[str, object]:
    return {"path": hit.path, "score": hit.score}


def _describe_file(hit: SearchHit) -> dict[str, object]:
    return {"path": hit.path, "score": hit.score, "why": list(hit.why)}


def _describe_symbol(hit: SearchHit) -> dict[str, object]:
    return {
        "path": hit.path,
        "name": hit.name,
        "kind": hit.kind,
        "line": hit.line,
        "end_line": hit.end_line,
        "score": hit.score,
    }


def _describe_commit(commit: SimilarCommit) -> dict[str, object]:
    return {
        "commit": commit.sha,
        "message": commit.message,
        "files": list(commit.paths),
        "diff": commit.diff,
    }
