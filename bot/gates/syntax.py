"""Here lives the gate "syntax": a changed file must still parse, as far as it did before."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import PurePosixPath
from types import MappingProxyType

import yaml
from tree_sitter import Node

from bot.search.grammars import language_of, parse
from bot.values import Finding

GATE = "syntax"
MOST = 5  # findings for one file: the rest follows from the first
SHOWN_CHARS = 120
MOST_OPEN = 200  # brackets in brackets
YAML_CHARS = 200_000  # PyYAML reads a megabyte in ten seconds

# Their grammars stumble over macros, here-documents and syntax younger than they are: a hint, no
# verdict.
UNSURE = frozenset({"bash", "c", "cpp", "csharp", "kotlin", "php", "scala", "swift"})
# What CPython 3.11 says of code that only a later Python can read.
YOUNGER = re.compile(
    r"^invalid syntax$|^expected '\('$|^f-string|^multiple exception types must be parenthesized$"
)


def parses(path: str, text: str, before: str | None) -> tuple[Finding, ...]:
    """What does not parse in the text and did before; nothing for files of unknown languages."""
    suffix = PurePosixPath(path.lower()).suffix
    if read := READERS.get(suffix):
        return _by_reader(path, text, before, read)
    language = language_of(path)
    if language is None:
        return ()
    if language == "python":
        return _python(path, text, before)
    return _by_grammar(path, language, text, before, blocks=language not in UNSURE)


def _by_grammar(
    path: str, language: str, text: str, before: str | None, *, blocks: bool
) -> tuple[Finding, ...]:
    errors = _errors(language, text)
    if errors is None:
        return (
            Finding(
                GATE, path, 0, "This takes too long to parse: it was not checked.", blocks=False
            ),
        )
    old = Counter(what for _, what in _errors(language, before or "") or ())
    new = []
    for line, what in errors:
        if old[what] > 0:
            old[what] -= 1
        else:
            new.append(Finding(GATE, path, line, what, blocks))
    return tuple(new[:MOST])


def _errors(language: str, text: str) -> list[tuple[int, str]] | None:
    """Line and words for each place the grammar does not take; None when the parser lost its way."""
    data = text.encode(errors="replace")
    tree = parse(language, data)
    if tree is None:
        return None
    lines = data.split(b"\n")
    found, waiting = [], [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append((node.start_point.row + 1, _words(node, lines)))
        elif node.has_error:
            waiting.extend(reversed(node.children))
    return found


def _words(node: Node, lines: list[bytes]) -> str:
    line = (
        lines[min(node.start_point.row, len(lines) - 1)]
        .decode(errors="replace")
        .strip()[:SHOWN_CHARS]
    )
    what = f"`{node.type}` is missing" if node.is_missing else "This does not parse"
    return f"{what}: {line}"


def _python(path: str, text: str, before: str | None) -> tuple[Finding, ...]:
    """CPython's own parser is exact, but only about the Python we run on."""
    wrong = _python_error(text)
    if wrong is None:
        return ()
    grammars = _by_grammar(path, "python", text, before, blocks=True)
    if before is not None and _python_error(before):  # Python 2, or younger than ours
        return grammars
    line, message = wrong
    shown = (text.split("\n")[line - 1 : line] or [""])[0].strip()[:SHOWN_CHARS]
    blocks = bool(grammars) or not YOUNGER.search(message)
    return (Finding(GATE, path, line, f"{message}: {shown}", blocks),)


def _python_error(text: str) -> tuple[int, str] | None:
    try:
        ast.parse(text)
    except SyntaxError as wrong:
        if wrong.msg.startswith(
            "invalid escape sequence"
        ):  # a warning, where warnings are made errors
            return None
        return wrong.lineno or 1, wrong.msg
    except ValueError as wrong:  # NUL and lone surrogates
        return 1, str(wrong)
    except (RecursionError, MemoryError):
        return 1, "nested too deep for Python to parse"
    return None


# --- data files
# ---------------------------------------------------------------------------------------------------


def _by_reader(
    path: str, text: str, before: str | None, read: Callable[[str], None]
) -> tuple[Finding, ...]:
    wrong = _reading(read, text)
    if wrong is None or _is_template(text) or _may_have_comments(path):
        return ()
    if before is not None and _reading(read, before):
        return ()
    return (Finding(GATE, path, wrong[0], wrong[1]),)


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text


def _may_have_comments(path: str) -> bool:
    """JSON files that their own tools read with comments in them."""
    return bool(
        re.search(
            r"(^|/)([tj]sconfig[^/]*|\.eslintrc|devcontainer|\.?\w+rc)\.json$|(^|/)\.vscode/", path
        )
    )


def _reading(read: Callable[[str], None], text: str) -> tuple[int, str] | None:
    try:
        read(text)
    except json.JSONDecodeError as wrong:
        return wrong.lineno, f"{wrong.msg} (column {wrong.colno})"
    except tomllib.TOMLDecodeError as wrong:
        line = re.search(r"at line (\d+)", str(wrong))
        return int(line[1]) if line else 1 + text.count("\n"), str(wrong)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark
        return (mark.line + 1 if mark else 1), f"{wrong.context or ''} {wrong.problem}".strip()
    except (yaml.YAMLError, ValueError, RecursionError) as wrong:
        return 1, str(wrong).partition("\n")[0]
    return None


def _read_json(text: str) -> None:
    # Digits are syntax; a number too long for Python's int is still JSON.
    json.loads(text, parse_int=str)


def _read_toml(text: str) -> None:
    tomllib.loads(text)


def _read_yaml(text: str) -> None:
    """Only the syntax: no tag is built and no alias followed."""
    if len(text) <= YAML_CHARS and not nested_deep(text):
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass


def nested_deep(text: str) -> bool:
    """Whether brackets nest so deep that PyYAML, which takes time by the square of it, would read
    for minutes.
    """
    depth = deepest = 0
    for found in re.finditer(r"[\[\]{}]", text):
        depth += 1 if found[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MOST_OPEN


READERS = MappingProxyType(
    {".json": _read_json, ".toml": _read_toml, ".yaml": _read_yaml, ".yml": _read_yaml}
)
