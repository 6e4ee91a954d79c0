"""Take the programs off a command that only start another one, such as `uv run` or `npx`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.checks.shell_lines import ASSIGNMENT

PYTHON = re.compile(r"(?:.*/)?(?:python(?:3(?:\.\d+)?)?|pypy3?|py)$")
FOLDER_OF_PROGRAMS = re.compile(
    r"^(?:\S*/)?(?:\.?venv|env|node_modules/\.bin|node_modules)/(?:bin/|Scripts/|\.bin/)?"
)
# Each with those of its options that take a value.
WRAPPERS: Mapping[tuple[str, ...], frozenset[str]] = MappingProxyType(
    {
        ("uv", "run"): frozenset(
            {"--extra", "--group", "--only-group", "--no-group", "--with", "--with-editable"}
            | {"--with-requirements", "--python", "-p", "--package", "--project", "--directory"}
            | {"--env-file", "--index", "--resolution", "--no-extra"}
        ),
        ("uvx",): frozenset({"--from", "--with", "--python", "-p"}),
        ("uv", "tool", "run"): frozenset({"--from", "--with", "--python", "-p"}),
        ("poetry", "run"): frozenset(),
        ("pdm", "run"): frozenset({"-p", "--project"}),
        ("rye", "run"): frozenset(),
        ("pipenv", "run"): frozenset(),
        ("pipx", "run"): frozenset({"--spec"}),
        ("npx",): frozenset({"-p", "--package", "-w", "--workspace"}),
        ("npm", "exec"): frozenset({"-p", "--package", "-w", "--workspace"}),
        ("pnpm", "exec"): frozenset(),
        ("pnpm", "dlx"): frozenset(),
        ("yarn", "exec"): frozenset(),
        ("yarn", "dlx"): frozenset(),
        ("bunx",): frozenset(),
        ("bun", "x"): frozenset(),
        ("bundle", "exec"): frozenset(),
        ("cross-env",): frozenset(),
        ("env",): frozenset({"-u"}),
        ("xvfb-run",): frozenset({"-s", "--server-args", "-n"}),
    }
)
NODE_COVERAGE = frozenset({"--reporter", "-r", "--exclude", "-x", "--include", "-n", "--src"})
# What only watches or limits the program: left out where files are chosen.
WATCHERS: Mapping[tuple[str, ...], frozenset[str]] = MappingProxyType(
    {
        ("coverage", "run"): frozenset({"--source", "--rcfile", "--omit", "--include"}),
        ("c8",): NODE_COVERAGE,
        ("nyc",): NODE_COVERAGE,
        ("time",): frozenset(),
        ("command",): frozenset(),
        ("exec",): frozenset(),
    }
)
MOST_WRAPPERS = 6


@dataclass(frozen=True, slots=True)
class WrappedCommand:
    """The words of a tool, and those before it that start it."""

    prefix: tuple[str, ...]
    words: tuple[str, ...]
    wrappers: tuple[tuple[str, ...], ...] = ()

    @property
    def tool(self) -> str:
        """The program at the core, without its folder."""
        name, _, _ = self.words[0].partition("@") if self.words else ("", "", "")
        return strip_program_folder(name or self.words[0]) if self.words else ""


def unwrap(words: tuple[str, ...]) -> WrappedCommand:
    """Find the tool that a command runs in the end."""
    prefix: list[str] = []
    wrappers: list[tuple[str, ...]] = []
    for _ in range(MOST_WRAPPERS):
        while words and ASSIGNMENT.match(words[0]):
            prefix.append(words[0])
            words = words[1:]
        name, length, is_kept = _find_wrapper(words)
        if not length or length >= len(words):
            break
        if is_kept:
            prefix += words[:length]
        wrappers.append(name)
        words = words[length:]
    return WrappedCommand(tuple(prefix), words, tuple(wrappers))


def strip_program_folder(program: str) -> str:
    """Name a program that is called by its path in an environment, `.venv/bin/pytest`."""
    return FOLDER_OF_PROGRAMS.sub("", program)


def _find_wrapper(words: tuple[str, ...]) -> tuple[tuple[str, ...], int, bool]:
    """Find the wrapper that a command begins with: its name, its length, whether it is kept."""
    if words and PYTHON.match(words[0]):
        return ("python", "-m"), _count_python_words(words), True
    for table in (WRAPPERS, WATCHERS):
        for name, valued in table.items():
            if words[: len(name)] == name:
                return name, _count_words(words, len(name), valued), table is WRAPPERS
    return (), 0, False


def _count_python_words(words: tuple[str, ...]) -> int:
    """Count the words up to the module of `python -m`; 0 where a file or code is run."""
    for index, word in enumerate(words[1:], 1):
        if word == "-m":
            return index + 1
        is_value = words[index - 1] in ("-W", "-X")
        if not is_value and (not word.startswith("-") or word == "-c"):
            return 0
    return 0


def _count_words(words: tuple[str, ...], start: int, valued: frozenset[str]) -> int:
    """Count the words of a wrapper with its options and their values."""
    index = start
    while index < len(words) and words[index].startswith("-"):
        if words[index] == "--":
            return index + 1
        if words[index] == "-m" and words[0] == "coverage":
            return index + 1
        index += 2 if words[index] in valued else 1
    return index
