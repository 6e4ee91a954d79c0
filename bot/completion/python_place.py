"""Tell whether a text parses at a place of a Python file, as far as the code before it does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, cached_property

from tree_sitter import Parser, Query, QueryCursor

from bot.completion.python_lines import stands_well
from bot.completion.scan_python import PYTHON, Scan, scan_python
from bot.search.grammars import load_grammar

MOST_BEFORE, MOST_BEHIND = 2500, 500  # characters around the cursor that are parsed
_OUTER_START = re.compile(r"^(?:async|def|class|import|from|if|for|while|with|try)\b", re.MULTILINE)
_INNER_START = re.compile(r"^[ \t]*(?:async|def|class)\b", re.MULTILINE)
_HEADER = re.compile(
    r"\s*(?:async|class|def|elif|else|except|finally|for|if|try|while|with|match|case)\b"
)
_OPERAND = re.compile(r"[\w)\]}\"':]\s*\Z")
_DECORATOR = re.compile(r"(\s*)@")
# What may be missing behind a text for it to be whole, by what stands in its line.
_MISSING = (
    (re.compile(r"\basync\b"), (" def _()",)),
    (re.compile(r"\bdef\b"), (" _()", "()")),
    (re.compile(r"\bfor\b"), (" in _", " _ in _")),
    (re.compile(r"\bif\b"), (" else _", " _ else _")),
    (re.compile(r"\blambda\b|\{"), (": _", " _: _")),
    (re.compile(r"\bfrom\b"), (" import _", " _ import _")),
)


class PythonPlace:
    """A place in Python code, and what may stand there."""

    def __init__(self, before: str, after: str) -> None:
        self._before = _take_window(before)
        self._scan = scan_python(self._before)
        self._after = _take_statement(self._scan, after)
        self._parser, self._faults = _make_parser()

    def takes(self, text: str) -> bool:
        """Tell whether the code parses with the text as it does without, and its lines stand well.

        A text need not end its statement: what is missing is thought behind it.
        """
        scan = scan_python(self._before + text)
        if not stands_well(self._before, text, scan):
            return False
        allowed = self._faults_before
        return any(self._count_faults(code) <= allowed for code in self._complete(text, scan))

    @cached_property
    def _faults_before(self) -> int:
        """How many faults the code has already, however it is completed."""
        fewest = 1 << 30
        for code in self._complete("", self._scan):
            fewest = min(fewest, self._count_faults(code))
            if not fewest:
                break
        return fewest

    def _complete(self, text: str, scan: Scan) -> Iterator[str]:
        """Complete the code with what may be missing behind a text."""
        written = self._before + text
        line = written[scan.line_starts[-1] :]
        behind = f"{self._after}{_decorate(line)}"
        if scan.is_comment:
            yield f"{written}{self._after}"
        elif scan.quote and scan.quote in self._after:
            rest = scan_python(self._after, scan.quote)
            yield f"{written}{self._after}{_find_needed(scan, rest)}"
        elif scan.quote:
            padding = " " if written.endswith(("\\", scan.quote[0])) else ""
            for tail in _list_tails(line, self._after):
                yield f"{written}{padding}{scan.quote}{scan.needed_closers}{tail}{behind}"
        else:
            closers = _find_needed(scan, scan_python(self._after))
            for missing in _list_missing(line):
                for tail in _list_tails(line, self._after):
                    yield f"{written}{missing}{closers}{tail}{behind}"

    def _count_faults(self, code: str) -> int:
        root = self._parser.parse(code.encode(errors="replace")).root_node
        if not root.has_error:
            return 0
        captures = QueryCursor(self._faults).captures(root)
        return max(1, len(captures.get("fault", ())))


@cache
def _make_parser() -> tuple[Parser, Query]:
    """Make the parser, and the query for faults, which takes some milliseconds."""
    grammar = load_grammar(PYTHON)
    if grammar is None:
        raise RuntimeError("the grammar of Python is missing")
    return Parser(grammar), Query(grammar, "(ERROR) @fault (MISSING) @fault")


def _find_needed(scan: Scan, rest: Scan) -> str:
    """Find the closers that do not stand behind the cursor yet."""
    return scan.needed_closers.removesuffix("".join(rest.unopened))


def _list_missing(line: str) -> Iterator[str]:
    """List what may be missing for the last line to be an expression's or a statement's end."""
    yield from ("", " _") if _OPERAND.search(line) else (" _", "")
    for words, missing in _MISSING:
        if words.search(line):
            yield from missing


def _list_tails(line: str, after: str) -> tuple[str, ...]:
    """List how the line may have to end: with a colon, where a block begins with it."""
    if not _HEADER.match(line):
        return ("",)
    has_end = line.rstrip().endswith(":") or bool(after.strip())
    return ("", ":") if has_end else (":", "")


def _decorate(line: str) -> str:
    """Make what a decorator stands above."""
    decorator = _DECORATOR.match(line)
    return f"\n{decorator[1]}def _(): pass" if decorator else ""


def _take_window(before: str) -> str:
    """Take the end of the text, from the beginning of a definition or a statement on."""
    tail = before[-MOST_BEFORE:]
    starts = [match.start() for match in _OUTER_START.finditer(tail)]
    if starts:
        return tail[starts[-1] :]
    if len(tail) == len(before):
        return tail
    inner = _INNER_START.search(tail)
    return tail[inner.start() :] if inner else tail.partition("\n")[2]


def _take_statement(scan: Scan, after: str) -> str:
    """Take what ends the statement that the cursor is in: the line, or the lines to its closers."""
    near = after[:MOST_BEHIND]
    lines = near.splitlines(keepends=True)
    taken = ""
    for line in lines:
        taken += line
        rest = scan_python(taken, scan.quote)
        if not rest.quote and not rest.brackets and len(rest.unopened) >= len(scan.brackets):
            return taken
    return lines[0] if lines else ""
