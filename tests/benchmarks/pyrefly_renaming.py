"""Rename as an editor does with pyrefly: ask its language server, and write all that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.adapters.child_guard import ChildGuard
from bot.adapters.language_server import start_server

LIMIT_S = 300
# What an editor knows of a project that is installed: without it the tests find no package in src.
CONFIG = 'project-includes = ["**/*.py*"]\nsearch-path = ["src", "."]\n'
OPTIONS = ("lsp", "--indexing-mode", "lazy-blocking")


def rename_with_pyrefly(program: Path, root: Path, place: tuple[str, int, int], new: str) -> bool:
    """Rename what stands at a path, line from 1 and column; tell whether it answered edits."""
    path, line, column = place
    own = root / "pyrefly.toml"
    is_own = not own.exists()
    if is_own:
        own.write_text(CONFIG)
    try:
        answer = _ask(program, root, (path, line, column), new)
    finally:
        if is_own:
            own.unlink()
    by_file = dict(_read_edits(answer))
    for file, edits in by_file.items():
        _write(file, edits)
    return bool(by_file)


def _ask(program: Path, root: Path, place: tuple[str, int, int], new: str) -> dict[str, Any]:
    path, line, column = place
    command = [str(program), *OPTIONS]
    with start_server(ChildGuard(), command, root, LIMIT_S) as server:
        uri = root.as_uri()
        server.ask("initialize", [{"processId": None, "rootUri": uri, "capabilities": {}}])
        server.notify("initialized", {})
        document = {"uri": (root / path).as_uri()}
        text = (root / path).read_text()
        opened = {**document, "languageId": "python", "version": 1, "text": text}
        server.notify("textDocument/didOpen", {"textDocument": opened})
        position = {"line": line - 1, "character": column}
        question = {"textDocument": document, "position": position, "newName": new}
        answer: dict[str, Any] = server.ask("textDocument/rename", [question])[0] or {}
    return answer


def _read_edits(answer: Mapping[str, Any]) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """Read the edits by file, of either shape that the protocol has."""
    for uri, edits in (answer.get("changes") or {}).items():
        yield Path(unquote(urlsplit(uri).path)), edits
    for change in answer.get("documentChanges") or ():
        yield Path(unquote(urlsplit(change["textDocument"]["uri"]).path)), change["edits"]


def _write(file: Path, edits: list[dict[str, Any]]) -> None:
    """Make the edits from the last to the first; columns count units of UTF-16, here characters."""
    lines = file.read_text().split("\n")
    for edit in sorted(edits, key=lambda each: _order(each["range"]["start"]), reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        first, last = start["line"], end["line"]
        head, tail = lines[first][: start["character"]], lines[last][end["character"] :]
        lines[first : last + 1] = (head + edit["newText"] + tail).split("\n")
    file.write_text("\n".join(lines))


def _order(position: Mapping[str, int]) -> tuple[int, int]:
    return position["line"], position["character"]
