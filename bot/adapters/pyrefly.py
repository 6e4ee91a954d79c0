"""Ask pyrefly which definitions names stand for: over texts in an empty folder, by its LSP."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from bot.adapters.child_guard import ChildGuard
from bot.adapters.language_server import LanguageServer, start_server
from bot.ports import CodePlace

SUFFIXES = (".py", ".pyi")
CONFIG_SUFFIXES = (".toml", ".ini", ".cfg", ".json")
PATIENCE_S = 120
BATCH = 200  # files that are open at a time
OPTIONS = ("lsp", "--indexing-mode", "none")
# A file of ours above all: none of the repository's configures it, and it asks no interpreter of
# this machine for packages.
CONFIG = """\
project-includes = ["**/*.py*"]
project-excludes = []
search-path = [{roots}]
disable-search-path-heuristics = true
disable-project-excludes-heuristics = true
use-ignore-files = false
site-package-path = []
skip-interpreter-query = true
check-unannotated-defs = true
infer-return-types = "checked"
"""


@dataclass(frozen=True, slots=True)
class Pyrefly:
    """The port TypeChecker. Pyrefly reads what it is given, and its own stubs of Python."""

    program: Path
    patience_s: float = PATIENCE_S
    guard: ChildGuard = field(default_factory=ChildGuard)

    def find_definitions(
        self, files: Mapping[str, str], places: Iterable[CodePlace]
    ) -> dict[CodePlace, tuple[CodePlace, ...]]:
        """Ask for all places, file by file. Raises Unreachable when it fails or takes too long."""
        by_path: dict[str, list[CodePlace]] = {}
        for place in places:
            by_path.setdefault(place.path, []).append(place)
        if not by_path:
            return {}
        with TemporaryDirectory(prefix="greenlit-types-") as folder:
            tree = Path(folder, "tree").resolve()
            _write_tree(tree, files)
            command = [str(self.program), *OPTIONS]
            with start_server(self.guard, command, tree, self.patience_s) as server:
                dialogue = _Dialogue(server, tree, files)
                dialogue.begin()
                return dialogue.ask_all(by_path)


def find_pyrefly() -> Pyrefly | None:
    """Find the program beside this Python; None where the extra `types` is not installed."""
    program = Path(sysconfig.get_path("scripts"), "pyrefly" + sysconfig.get_config_var("EXE"))
    return Pyrefly(program) if program.is_file() else None


def _write_tree(tree: Path, files: Mapping[str, str]) -> None:
    """Write the Python files; one whose path this system refuses is not there for the checker.

    The configuration goes first: a folder of its name cannot take its place.
    """
    tree.mkdir()
    config = tree / "pyrefly.toml"
    config.touch()
    for path, text in files.items():
        if path.endswith(SUFFIXES) and _stays_inside(path):
            file = tree / path
            with suppress(OSError):
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode("utf-8", "replace"))
    roots = ", ".join(f'"{root}"' for root in ("src", "lib", ".") if (tree / root).is_dir())
    config.write_text(CONFIG.format(roots=roots), encoding="utf-8")


def _stays_inside(path: str) -> bool:
    """Tell whether a path leads nowhere else, and through no folder with a configuration's name."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or "\0" in path:
        return False
    return not any(part == ".." or part.endswith(CONFIG_SUFFIXES) for part in pure.parts)


@dataclass(slots=True)
class _Dialogue:
    """What is said to one server about one tree."""

    server: LanguageServer
    tree: Path
    files: Mapping[str, str]
    _lines: dict[str, list[str]] = field(default_factory=dict)

    def begin(self) -> None:
        """Open the folder as the only one of a workspace."""
        root = self.tree.as_uri()
        folder = {"uri": root, "name": "tree"}
        capabilities = {"general": {"positionEncodings": ["utf-16"]}}
        params = {"rootUri": root, "workspaceFolders": [folder], "capabilities": capabilities}
        self.server.ask("initialize", [{"processId": None, **params}])
        self.server.notify("initialized", {})

    def ask_all(
        self, by_path: Mapping[str, list[CodePlace]]
    ) -> dict[CodePlace, tuple[CodePlace, ...]]:
        """Ask for the places of all files, some files at a time."""
        answers: dict[CodePlace, tuple[CodePlace, ...]] = {}
        paths = [path for path in by_path if path in self.files]
        for start in range(0, len(paths), BATCH):
            batch = paths[start : start + BATCH]
            for path in batch:
                self._open(path)
            places = [place for path in batch for place in by_path[path]]
            questions = [self._locate(place) for place in places]
            results = self.server.ask("textDocument/definition", questions)
            for place, result in zip(places, results, strict=True):
                if definitions := tuple(self._read_places(result)):
                    answers[place] = definitions
            for path in batch:
                self.server.notify("textDocument/didClose", {"textDocument": self._name(path)})
        return answers

    def _name(self, path: str) -> dict[str, str]:
        return {"uri": (self.tree / path).as_uri()}

    def _open(self, path: str) -> None:
        text = self.files[path].encode("utf-8", "replace").decode()
        document = {**self._name(path), "languageId": "python", "version": 1, "text": text}
        self.server.notify("textDocument/didOpen", {"textDocument": document})

    def _locate(self, place: CodePlace) -> dict[str, Any]:
        before = self._read_line(place.path, place.line).encode("utf-8", "surrogatepass")
        head = before[: place.column].decode("utf-8", "replace")
        position = {"line": place.line - 1, "character": _count_units(head)}
        return {"textDocument": self._name(place.path), "position": position}

    def _read_places(self, result: Any) -> list[CodePlace]:
        """Read one location or many, of either shape that the protocol has."""
        locations = result if isinstance(result, list) else list(filter(None, [result]))
        places = []
        for location in locations:
            uri = location.get("targetUri") or location["uri"]
            span = location.get("targetSelectionRange") or location["range"]
            places.append(self._read_place(uri, span["start"]))
        return places

    def _read_place(self, uri: str, start: Mapping[str, int]) -> CodePlace:
        root = self.tree.as_uri() + "/"
        line, character = start["line"] + 1, start["character"]
        path = next((path for path in self._match(uri, root)), "")
        if not path:
            return CodePlace(_shorten(uri), line, character, is_outside=True)
        text = self._read_line(path, line).encode("utf-16-le", "surrogatepass")
        head = text[: character * 2].decode("utf-16-le", "replace")
        return CodePlace(path, line, len(head.encode("utf-8", "surrogatepass")))

    def _match(self, uri: str, root: str) -> list[str]:
        """Give the path of the tree that an address names."""
        path = unquote(uri.removeprefix(root)) if uri.startswith(root) else ""
        return [path] if path in self.files else []

    def _read_line(self, path: str, line: int) -> str:
        if path not in self._lines:
            self._lines[path] = self.files[path].removeprefix("\ufeff").split("\n")
        lines = self._lines[path]
        return lines[line - 1] if line <= len(lines) else ""


def _count_units(text: str) -> int:
    """Count as the protocol does: a character beyond the first 65,536 is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _shorten(uri: str) -> str:
    """Give the part of a stub's address that tells what it is of: `builtins.pyi`."""
    parts = unquote(uri).split("/")
    folders = [index for index, part in enumerate(parts) if part.startswith("pyrefly_bundled")]
    return "/".join(parts[folders[-1] + 1 :] if folders else parts[-2:])
