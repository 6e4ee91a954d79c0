"""Here lives what the model may look at: the tree with its patch laid over it, and the logs of CI."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from types import MappingProxyType

from bot.logs import clean_log
from bot.ports import Ports
from bot.search import find_symbol
from bot.steps.checkout import Files, laid_over
from bot.steps.fetch_job_log import fetch_job_log
from bot.steps.retrieve import request
from bot.steps.tools import FindSymbol, Grep, Input, ListDir, LogGrep, LogLines, ReadFile
from bot.values import Issue, Patch, Retrieval, Tree

LIMIT_CHARS = 12_000
LIMIT_LINES = 400
LIMIT_LINE_CHARS = 2_000
LIMIT_HITS = 120
ODD = MappingProxyType({"120000": "symbolic link", "160000": "submodule"})


class ToolRefusal(Exception):
    """What a call asked for is not there or not allowed: the text tells the model what to do
    instead.
    """


def cut(text: str) -> str:
    """Head and tail of what is too long, and how much is missing between."""
    if len(text) <= LIMIT_CHARS * 4:
        return text
    missing = len(text) - LIMIT_CHARS * 4
    return (
        f"{text[: LIMIT_CHARS * 3]}\n... {missing} characters left out ...\n{text[-LIMIT_CHARS:]}"
    )


def looked(look: TreeReader, asked: Input) -> str:
    """The answer to a call that only looks. Raises NotThere."""
    match asked:
        case ListDir():
            text = look.folder(asked.path)
        case Grep():
            text = look.grep(asked.pattern, asked.under)
        case ReadFile():
            text = look.file(asked.path, asked.start, asked.end)
        case FindSymbol():
            text = look.symbol(asked.name)
        case LogLines():
            text = look.log_lines(asked.job, asked.start, asked.end)
        case LogGrep():
            text = look.log_grep(asked.job, asked.text)
        case _:
            raise TypeError(f"{type(asked).__name__} is no looking")
    return text


@dataclass
class TreeReader:
    """Eyes on one state of the work."""

    ports: Ports
    base: Tree
    patch: Patch

    @cached_property
    def tree(self) -> Tree:
        return laid_over(self.ports, self.base, self.patch)

    @cached_property
    def files(self) -> Files:
        return Files(self.ports.mirrors, self.tree)

    def request(self, issue: Issue, clues: Retrieval, wish: str, instructions: str) -> str:
        return request(self.ports, self.base, issue, clues, wish, instructions)

    def text(self, path: str) -> str:
        """A file's text. Raises NotThere for what is missing, no regular file or no UTF-8."""
        if path in self.patch.files:
            written = self.patch.files[path]
            if written is None:
                raise ToolRefusal(f"{path} was deleted in this change.")
            return written
        found = self.ports.mirrors.read(self.base, [path])
        if path not in found:
            raise ToolRefusal(self._why_not(path))
        try:
            return found[path].decode()
        except UnicodeDecodeError:
            raise ToolRefusal(f"{path} is not UTF-8 text; leave it as it is.") from None

    def free(self, path: str) -> None:
        """Raises NotThere when a new file cannot stand at the path."""
        taken = {entry.path for entry in self.ports.mirrors.entries(self.tree)}
        if path in taken:
            raise ToolRefusal(f"{path} exists; use edit_file.")
        try:
            self.ports.mirrors.overlay(self.tree, Patch({path: ""}))
        except ValueError as refused:
            raise ToolRefusal(f"{path} cannot be written: {refused}.") from None

    def file(self, path: str, start: int, end: int | None) -> str:
        lines = _lines(self.text(path))
        last = min(end or len(lines), len(lines), start + LIMIT_LINES - 1)
        shown = [
            f"{number:>5}\t{_short(line)}"
            for number, line in enumerate(lines[start - 1 : last], start)
        ]
        more = f"\n({len(lines)} lines in all)" if last < len(lines) else ""
        return "\n".join(shown) + more if shown else f"{path} has {len(lines)} lines."

    def folder(self, path: str) -> str:
        under = path.strip("/")
        prefix = f"{under}/" if under and under != "." else ""
        found: dict[str, int | str] = {}
        for entry in self.ports.mirrors.entries(self.tree):
            if entry.path.startswith(prefix):
                name, slash, _ = entry.path[len(prefix) :].partition("/")
                before = found.get(name + slash, 0)
                size = before + entry.size if isinstance(before, int) else before
                found[name + slash] = (
                    size if slash or entry.mode not in ODD else f"({ODD[entry.mode]})"
                )
        if not found:
            raise ToolRefusal(f"There is no folder {path}.")
        shown = [f"{name}  {size}" for name, size in list(found.items())[:LIMIT_LINES]]
        more = f"\n({LIMIT_LINES} of {len(found)})" if len(found) > LIMIT_LINES else ""
        return "\n".join(shown) + more

    def grep(self, pattern: str, under: str) -> str:
        try:
            hits = self.ports.mirrors.grep(self.tree, pattern, under, LIMIT_HITS)
        except ValueError as wrong:
            raise ToolRefusal(f"The pattern does not work: {wrong}.") from None
        more = f"\n(the first {LIMIT_HITS})" if len(hits) == LIMIT_HITS else ""
        return (
            "\n".join(f"{hit.path}:{hit.line}: {hit.text[:300]}" for hit in hits) + more
            or "No line matches."
        )

    def symbol(self, name: str) -> str:
        last = name.rpartition(".")[2]
        if not last.isidentifier():
            raise ToolRefusal(f"{name!r} is no name; use grep for other text.")
        hits = self.ports.mirrors.grep(self.tree, rf"\b{last}\b", "", 2_000)
        paths = tuple(dict.fromkeys(hit.path for hit in hits))
        return find_symbol(Files(self.ports.mirrors, self.tree, paths), name)

    def log_lines(self, job: int, start: int, end: int) -> str:
        lines = self._log(job)
        chosen = lines[start - 1 : min(end, start + LIMIT_LINES)]
        return (
            "\n".join(f"{number}: {line}" for number, line in enumerate(chosen, start))
            or f"{len(lines)} lines."
        )

    def log_grep(self, job: int, text: str) -> str:
        found = [
            f"{number}: {line}" for number, line in enumerate(self._log(job), 1) if text in line
        ]
        return "\n".join(found[:LIMIT_HITS]) or "No line holds it."

    def _log(self, job: int) -> list[str]:
        raw = fetch_job_log(self.ports, self.base.repo, job)
        if not raw:
            raise ToolRefusal(f"GitHub has no log of job {job}.")
        return clean_log(raw)

    def _why_not(self, path: str) -> str:
        """Why there is no text at a path, and what to do instead."""
        for entry in self.ports.mirrors.entries(self.tree):
            if entry.path == path:
                return (
                    f"{path} is a {ODD[entry.mode]}, which is not followed and cannot be changed."
                )
            if entry.path.startswith(f"{path.rstrip('/')}/"):
                return f"{path} is a folder: use list_dir."
        folder, _, name = path.rpartition("/")
        known = self.files.paths()
        near = [other for other in known if other.rpartition("/")[2] == name]
        near = near or get_close_matches(
            path, [other for other in known if other.rpartition("/")[0] == folder]
        )
        return f"There is no file {path}." + (
            f" Did you mean {', '.join(near[:5])}?" if near else ""
        )


def _lines(text: str) -> list[str]:
    """Lines as git, compilers and traces count them: a form feed ends none."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines if lines[-1] else lines[:-1]


def _short(line: str) -> str:
    more = f" ... (this line has {len(line)} characters)" if len(line) > LIMIT_LINE_CHARS else ""
    return line[:LIMIT_LINE_CHARS] + more
