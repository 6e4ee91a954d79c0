"""Check that a changed file still parses, as far as it did before (gate "syntax")."""

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

from bot.gates.change import Change
from bot.gates.dialects import is_python_2, name_data_dialect, name_dialect, says_python_2
from bot.search.grammars import language_of, parse
from bot.text import as_code_span
from bot.values import Finding

GATE = "syntax"
MAX_FINDINGS = 5  # for one file: the rest follows from the first
SHOWN_CHARS = 120
MAX_NESTING = 200  # brackets in brackets
MAX_YAML_CHARS = 200_000  # PyYAML reads a megabyte in ten seconds

# Their grammars stumble over macros, here-documents and syntax younger than they are: a hint, no
# verdict.
UNSURE_LANGUAGES = frozenset({"bash", "c", "cpp", "csharp", "kotlin", "php", "scala", "swift"})
# What CPython 3.11 says of code that only a later Python can read.
YOUNGER_PYTHON = re.compile(
    r"^invalid syntax$|^expected '\('$|^f-string|^multiple exception types must be parenthesized$"
)
# JSON files that their own tools read with comments in them.
JSON_WITH_COMMENTS = re.compile(
    r"(^|/)([tj]sconfig[^/]*|\.eslintrc|devcontainer|\.?\w+rc)\.json$|(^|/)\.vscode/"
)


def check_syntax(
    path: str, text: str, before: str | None, *, python_2: bool = False
) -> tuple[Finding, ...]:
    """Find what does not parse in the text and did before; nothing in unknown languages.

    What did not parse before, and what is in a language that is not ours, only advises.
    """
    reader = READERS.get(PurePosixPath(path.lower()).suffix)
    if reader:
        return _check_data(path, text, before, reader)
    language = language_of(path)
    if language is None:
        return ()
    if language == "python":
        return _check_python(path, text, before, python_2=python_2)
    return _check_grammar(path, language, text, before)


def speaks_python_2(change: Change) -> bool:
    """Tell whether the repository is written for Python 2: by its manifests, or by its code."""
    if any(says_python_2(text) for text in change.context.values()):
        return True
    for path, text in (*change.before.items(), *change.neighbours.items()):
        error = _find_python_error(text) if text and path.endswith(".py") else None
        if text and error and is_python_2(_read_line(text, error[0])):
            return True
    return False


def parses_as_python(text: str) -> bool:
    """Tell whether the Python that we run on reads the text."""
    return _find_python_error(text) is None


def _check_grammar(path: str, language: str, text: str, before: str | None) -> tuple[Finding, ...]:
    errors = _find_errors(language, text)
    if errors is None:
        return (_note_unchecked(path, 0, "it takes too long to parse"),)
    old_errors = _find_errors(language, before or "") or ()
    old = Counter(message for _, message in old_errors)
    is_sure = not old_errors and language not in UNSURE_LANGUAGES
    findings = []
    notes: dict[str, Finding] = {}
    for line, message in errors:
        dialect = name_dialect(path, language, text, line)
        if old[message] > 0:
            old[message] -= 1
        elif dialect:
            notes.setdefault(dialect, _note_unchecked(path, line, f"this looks like {dialect}"))
        else:
            findings.append(Finding(GATE, path, line, message, is_sure))
    return (*findings[:MAX_FINDINGS], *notes.values())


def _note_unchecked(path: str, line: int, reason: str) -> Finding:
    """Say that something was not checked, so that silence is not taken for approval."""
    return Finding(GATE, path, line, f"Not checked whether this parses: {reason}.", blocks=False)


def _find_errors(language: str, text: str) -> list[tuple[int, str]] | None:
    """Find line and words of each place that the grammar does not take.

    None when the parser lost its way.
    """
    data = text.encode(errors="replace")
    tree = parse(language, data)
    if tree is None:
        return None
    lines = data.split(b"\n")
    errors, waiting = [], [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            errors.append((node.start_point.row + 1, _describe_error(node, lines)))
        elif node.has_error:
            waiting.extend(reversed(node.children))
    return errors


def _describe_error(node: Node, lines: list[bytes]) -> str:
    line = lines[min(node.start_point.row, len(lines) - 1)].decode(errors="replace")
    problem = f"`{node.type}` is missing" if node.is_missing else "This does not parse"
    return _quote_code(problem, line)


def _quote_code(problem: str, line: str) -> str:
    """Put the code behind what is wrong with it, apart from the sentence."""
    shown = line.strip()[:SHOWN_CHARS]
    return f"{problem}: {as_code_span(shown)}" if shown else problem


def _check_python(
    path: str, text: str, before: str | None, *, python_2: bool
) -> tuple[Finding, ...]:
    """Ask CPython's own parser, which is exact, but only about the Python we run on."""
    error = _find_python_error(text)
    if error is None:
        return ()
    by_grammar = _check_grammar(path, "python", text, before)
    if before is not None and not parses_as_python(before):  # Python 2, or younger than ours
        return by_grammar
    line, message = error
    shown = _read_line(text, line)
    is_broken = any(finding.blocks for finding in by_grammar)
    dialect = name_dialect(path, "python", text, line)
    if python_2 and (is_python_2(shown) or not is_broken):
        dialect = "Python 2"
    if dialect and not is_broken:
        return (_note_unchecked(path, line, f"this looks like {dialect}"),)
    if dialect:
        return by_grammar
    blocks = is_broken or is_python_2(shown) or not YOUNGER_PYTHON.search(message)
    return (Finding(GATE, path, line, _quote_code(message, shown), blocks),)


def _read_line(text: str, number: int) -> str:
    lines = text.split("\n")
    return lines[number - 1] if number <= len(lines) else ""


def _find_python_error(text: str) -> tuple[int, str] | None:
    try:
        ast.parse(text)
    except SyntaxError as error:
        # A mere warning, where warnings are made errors.
        if error.msg.startswith("invalid escape sequence"):
            return None
        return error.lineno or 1, error.msg
    except ValueError as error:  # NUL and lone surrogates
        return 1, str(error)
    except (RecursionError, MemoryError):
        return 1, "nested too deep for Python to parse"
    return None


# --- data files -----------------------------------------------------------------------------------


def _check_data(
    path: str, text: str, before: str | None, reader: Callable[[str], None]
) -> tuple[Finding, ...]:
    error = _find_data_error(reader, text)
    if error is None or JSON_WITH_COMMENTS.search(path):
        return ()
    if before is not None and _find_data_error(reader, before):
        return ()
    line, message = error
    dialect = name_data_dialect(path, text, message)
    if dialect:
        return (_note_unchecked(path, line, f"this looks like {dialect}"),)
    return (Finding(GATE, path, line, message),)


def _find_data_error(reader: Callable[[str], None], text: str) -> tuple[int, str] | None:
    try:
        reader(text)
    except json.JSONDecodeError as error:
        return error.lineno, f"{error.msg} (column {error.colno})"
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        return int(line[1]) if line else 1 + text.count("\n"), str(error)
    except yaml.MarkedYAMLError as error:
        line_number = error.problem_mark.line + 1 if error.problem_mark else 1
        return line_number, f"{error.context or ''} {error.problem}".strip()
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return 1, str(error).partition("\n")[0]
    return None


def _read_json(text: str) -> None:
    # Digits are syntax; a number too long for Python's int is still JSON.
    json.loads(text.removeprefix("\ufeff"), parse_int=str)


def _read_toml(text: str) -> None:
    tomllib.loads(text)


def _read_yaml(text: str) -> None:
    """Read the syntax alone: no tag is built and no alias followed."""
    if len(text) <= MAX_YAML_CHARS and not is_nested_deep(text):
        for _ in yaml.parse(text, Loader=yaml.SafeLoader):
            pass


def is_nested_deep(text: str) -> bool:
    """Tell whether brackets nest so deep that PyYAML, which takes time by the square of the depth,
    would read for minutes.
    """
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_NESTING


READERS = MappingProxyType(
    {".json": _read_json, ".toml": _read_toml, ".yaml": _read_yaml, ".yml": _read_yaml}
)
