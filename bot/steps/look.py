"""Here lives what the model may look at: the tree with its patch laid over it, and the logs of CI."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bot.logs import cleaned
from bot.source import definitions_and_references
from bot.steps.checkout import Files, laid_over
from bot.steps.retrieve import request
from bot.steps.tools import FindSymbol, Grep, Input, ListDir, LogGrep, LogLines, ReadFile
from bot.values import Clues, Issue, Patch, Tree
from bot.world import World

LIMIT_CHARS = 12_000
LIMIT_LINES = 400
LIMIT_HITS = 120
LIMIT_LOG_BYTES = 8_000_000


class NotThere(Exception):
    """What a call asked for is not there or not allowed: the text tells the model what to do instead."""


def cut(text: str) -> str:
    """Head and tail of what is too long, and how much is missing between."""
    if len(text) <= LIMIT_CHARS * 4:
        return text
    missing = len(text) - LIMIT_CHARS * 4
    return f"{text[: LIMIT_CHARS * 3]}\n... {missing} characters left out ...\n{text[-LIMIT_CHARS:]}"


def looked(look: Looker, asked: Input) -> str:
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
class Looker:
    """Eyes on one state of the work."""

    world: World
    base: Tree
    patch: Patch

    @cached_property
    def tree(self) -> Tree:
        return laid_over(self.world, self.base, self.patch)

    @cached_property
    def files(self) -> Files:
        return Files(self.world.git, self.tree)

    def request(self, issue: Issue, clues: Clues, wish: str, instructions: str) -> str:
        return request(self.world, self.base, issue, clues, wish, instructions)

    def text(self, path: str) -> str:
        """A file's text. Raises NotThere for what is missing, no regular file or no UTF-8."""
        if path in self.patch.files:
            written = self.patch.files[path]
            if written is None:
                raise NotThere(f"{path} was deleted in this change.")
            return written
        found = self.world.git.read(self.base, [path])
        if path not in found:
            raise NotThere(f"There is no file {path}.{self._like(path)}")
        try:
            return found[path].decode()
        except UnicodeDecodeError:
            raise NotThere(f"{path} is not UTF-8 text; leave it as it is.") from None

    def free(self, path: str) -> None:
        """Raises NotThere when a new file cannot stand at the path."""
        taken = {entry.path for entry in self.world.git.entries(self.tree)}
        if path in taken:
            raise NotThere(f"{path} exists; use edit_file.")
        try:
            self.world.git.overlay(self.tree, Patch({path: ""}))
        except ValueError as refused:
            raise NotThere(f"{path} cannot be written: {refused}.") from None

    def file(self, path: str, start: int, end: int | None) -> str:
        lines = self.text(path).splitlines()
        last = min(end or len(lines), len(lines), start + LIMIT_LINES - 1)
        shown = [f"{number:>5}\t{line[:500]}" for number, line in enumerate(lines[start - 1 : last], start)]
        more = f"\n({len(lines)} lines in all)" if last < len(lines) else ""
        return "\n".join(shown) + more if shown else f"{path} has {len(lines)} lines."

    def folder(self, path: str) -> str:
        under = path.strip("/")
        prefix = f"{under}/" if under and under != "." else ""
        files: dict[str, int] = {}
        for entry in self.world.git.entries(self.tree):
            if entry.path.startswith(prefix):
                name, slash, _ = entry.path[len(prefix) :].partition("/")
                files[name + slash] = files.get(name + slash, 0) + entry.size
        if not files:
            raise NotThere(f"There is no folder {path}.")
        return "\n".join(f"{name}  {size}" for name, size in list(files.items())[:LIMIT_LINES])

    def grep(self, pattern: str, under: str) -> str:
        try:
            hits = self.world.git.grep(self.tree, pattern, under, LIMIT_HITS)
        except ValueError as wrong:
            raise NotThere(f"The pattern does not work: {wrong}.") from None
        more = f"\n(the first {LIMIT_HITS})" if len(hits) == LIMIT_HITS else ""
        return "\n".join(f"{hit.path}:{hit.line}: {hit.text[:300]}" for hit in hits) + more or "No line matches."

    def symbol(self, name: str) -> str:
        last = name.rpartition(".")[2]
        if not last.isidentifier():
            raise NotThere(f"{name!r} is no name; use grep for other text.")
        hits = self.world.git.grep(self.tree, rf"\b{last}\b", "", 2_000)
        paths = tuple(dict.fromkeys(hit.path for hit in hits))
        return definitions_and_references(Files(self.world.git, self.tree, paths), name)

    def log_lines(self, job: int, start: int, end: int) -> str:
        lines = self._log(job)
        chosen = lines[start - 1 : min(end, start + LIMIT_LINES)]
        return "\n".join(f"{number}: {line}" for number, line in enumerate(chosen, start)) or f"{len(lines)} lines."

    def log_grep(self, job: int, text: str) -> str:
        found = [f"{number}: {line}" for number, line in enumerate(self._log(job), 1) if text in line]
        return "\n".join(found[:LIMIT_HITS]) or "No line holds it."

    def _log(self, job: int) -> list[str]:
        raw = self.world.github.job_log(self.base.repo, job, LIMIT_LOG_BYTES)
        if not raw:
            raise NotThere(f"GitHub has no log of job {job}.")
        return cleaned(raw)

    def _like(self, path: str) -> str:
        name = path.rpartition("/")[2]
        near = [entry for entry in self.files.paths() if entry.rpartition("/")[2] == name][:5]
        return f" Did you mean {', '.join(near)}?" if near else ""
