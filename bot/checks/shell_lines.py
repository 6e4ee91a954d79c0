"""Split shell scripts into plain commands, and those into words, without running anything."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType

LIMIT_CHARS = 20_000
LIMIT_COMMANDS = 60
# Lines of the shell's own grammar, which make the script one piece.
GRAMMAR = re.compile(
    r"^\s*(?:(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|function)(?:\s|$)|[{}()]"
    r"|;;|\w+\s*\(\)|\w[^#'\"]*\bthen\s*$|[A-Za-z_]\w*=(?:\$\(.*|\S*)$)|<<-?\s*['\"]?\w"
    r"|;\s*(?:then|do|fi|done)\b|[{(]\s*$"
)
# What `sh` does not have.
BASH = re.compile(r"\[\[|\bpipefail\b|<<<|\bdeclare\b|\$\{\w+(?:\[|//|\^|,|@)|=\(|<\(|\bshopt\b")
CONTINUED = re.compile(r"[ \t]*\\\n[ \t]*")
DEPTHS: Mapping[str, int] = MappingProxyType({"(": 1, ")": -1})
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")


def split_commands(script: str) -> list[str] | None:
    """Split a script into commands that run one after the other; None where it is more than that.

    `a && b` is two of them, because the shell ends at the first that fails.
    """
    if len(script) > LIMIT_CHARS:
        return None
    commands: list[str] = []
    for line in CONTINUED.sub(" ", script.replace("\r", "")).split("\n"):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if GRAMMAR.search(text):
            return None
        parts = _split_line(text)
        if parts is None:
            return None
        commands += parts
    return commands if len(commands) <= LIMIT_COMMANDS else None


def split_words(command: str) -> tuple[str, ...]:
    """Split a command into words; by blanks where its quotes are odd."""
    try:
        return tuple(shlex.split(command, comments=True))
    except ValueError:
        return tuple(command.split())


def needs_bash(script: str) -> bool:
    """Tell whether a script uses what only bash has."""
    return BASH.search(script) is not None


def wrap_script(script: str) -> str:
    """Write a script as one command of a shell of its own, which ends at the first failure."""
    shell = "bash -eo pipefail" if needs_bash(script) else "sh -e"
    return f"{shell} -c {shlex.quote(script.strip())}"


def join_folder(folder: str, further: str) -> str | None:
    """Join folders of the repository; None where that leads out of it, or is no plain path."""
    if re.search(r"[$`*?~\\\n]", further) or further.startswith("/"):
        return None
    parts: list[str] = []
    for part in f"{folder}/{further}".split("/"):
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _split_line(line: str) -> list[str] | None:
    """Split at `&&` and `;` outside of quotes; a line with `||` or a pipe stays as it is."""
    parts = list(_iter_parts(line))
    if parts and parts[-1] == "unbalanced":
        return None
    has_pipe = any(part in ("|", "||", "&") for part in parts[1::2])
    if has_pipe:
        return [line]
    return [part.strip() for part in parts[::2] if part.strip()]


def _iter_parts(line: str) -> Iterator[str]:
    """Give texts and the signs between them in turn; "unbalanced" at the end of open quotes."""
    start, quote, depth, skipped = 0, "", 0, 0
    for position, char in enumerate(line):
        if position < skipped:
            continue
        depth += 0 if quote else DEPTHS.get(char, 0)
        if char == "\\" and quote != "'":
            skipped = position + 2
        elif quote or char in "'\"`":
            quote = _follow_quote(quote, char)
        elif char == "#" and not line[max(position - 1, 0) : position].strip():
            line = line[:position]
            break
        elif not depth and (sign := _read_sign(line, position)):
            yield from (line[start:position], sign)
            start = skipped = position + len(sign)
    yield line[start:]
    if quote or depth:
        yield from ("", "unbalanced")


def _follow_quote(quote: str, char: str) -> str:
    """Return the quote that is open after a character; empty where it closes."""
    if not quote:
        return char
    return "" if char == quote else quote


def _read_sign(line: str, position: int) -> str:
    """Read the sign that ends a command here; the `&` of `2>&1` and `&>` is none."""
    pair = line[position : position + 2]
    if pair in ("&&", "||"):
        return pair
    char = line[position]
    if char == "&" and (pair == "&>" or line[position - 1 : position] in (">", "<")):
        return ""
    return char if char in ";|&" else ""
