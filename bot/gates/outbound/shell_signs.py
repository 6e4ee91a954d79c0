"""Find what new lines of a shell read of the environment, send, decode and run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from bot.gates.outbound.shell_patterns import SHELL_SIGNS
from bot.gates.outbound.sign import Sign, names_secret

VARIABLE = re.compile(
    r"\$(?:\{!?|\()?(?P<name>[A-Za-z_]\w*)|%(?P<dos>[A-Za-z_]\w*)%|\$env:(?P<ps>\w+)"
)
INDIRECT = re.compile(r"\$\{!\s*\w+|\$\{!\w+[@*]\}")
DEQUOTED = re.compile(
    r"(?<=\w)(?:''|\"\"|\\(?=[A-Za-z]))|(?:''|\"\")(?=\w)|(?<=\w)\$@(?=\w)|\\(?=[a-z]{2})"
)
ANSI_C = re.compile(r"\$'((?:\\x[0-9a-fA-F]{2}|\\[0-7]{3}|\w)+)'")


def find_shell_signs(lines: Sequence[tuple[int, str]], secrets: Collection[str]) -> Iterator[Sign]:
    """Find the signs on lines of a shell, of a Makefile's or a Dockerfile's commands."""
    for number, line in _join_continued(lines):
        for text in sorted({line, _undo_quotes(line)}):
            yield from _find_on_line(number, text, secrets)


def _find_on_line(number: int, text: str, secrets: Collection[str]) -> Iterator[Sign]:
    for signs in SHELL_SIGNS:
        for _, sign in signs.find(text):
            yield replace(sign, line=number)
    if INDIRECT.search(text):
        yield Sign(number, "environment", "a variable by a computed name", "is read")
    for variable in VARIABLE.finditer(text):
        name = next(filter(None, variable.groups()), "")
        if names_secret(name, secrets):
            yield Sign(number, "environment", name, "is read from the environment")


def _undo_quotes(text: str) -> str:
    """Write a word as the shell reads it, which drops quotes and backslashes from its midst."""
    plain = ANSI_C.sub(lambda match: _decode_escapes(match[1]), text)
    plain = DEQUOTED.sub("", plain)
    return re.sub(r"(?<=[a-z])(['\"])([a-z]+)\1|(['\"])([a-z]{1,3})\3(?=[a-z])", r"\2\4", plain)


def _decode_escapes(text: str) -> str:
    def decode(match: re.Match[str]) -> str:
        return chr(int(match[1], 16) if match[1] else int(match[2], 8))

    return re.sub(r"\\x([0-9a-fA-F]{2})|\\([0-7]{3})", decode, text)


def _join_continued(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join a line that a backslash continues with the new lines that follow it."""
    start, text = 0, ""
    for number, line in lines:
        start = start or number
        if line.rstrip().endswith("\\"):
            text += f"{line.rstrip()[:-1]} "
            continue
        yield start, text + line
        start, text = 0, ""
    if text:
        yield start, text
