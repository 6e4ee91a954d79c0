"""Choose the entry of a job's matrix that is nearest to a machine."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product
from types import MappingProxyType

from bot.checks.evaluate_expression import evaluate_all, render_value
from bot.checks.programs import parse_version
from bot.values import Machine

MOST_ROWS = 300
ELSEWHERE = re.compile(r"windows|macos|mac-|osx|\barm\b|aarch64|self-hosted|freebsd", re.IGNORECASE)
PYTHON_ENVIRONMENT = re.compile(r"\bpy(?:thon)?-?3\.?(\d{1,2})\b")
# By a word of the key, the program whose version its values are.
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {"python": "python3", "py": "python3", "node": "node", "go": "go", "java": "java"}
    | {"jdk": "java", "ruby": "ruby", "rust": "cargo", "toolchain": "cargo", "php": "php"}
)
Row = Mapping[str, object]


def choose_row(matrix: object, contexts: Mapping[str, object], machine: Machine) -> Row | None:
    """Choose one entry of a matrix; None where its values are not known before a run."""
    if matrix is None:
        return {}
    matrix = evaluate_all(matrix, contexts)
    if not isinstance(matrix, dict):
        return None
    rows = list(islice(_expand(matrix), MOST_ROWS))
    if not rows:
        return None
    return min(rows, key=lambda row: _measure_distance(row, machine))


def _expand(matrix: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Expand a matrix as GitHub does: what `include` adds goes into rows that it does not change,
    else it is a row of its own.
    """
    keys = [key for key in matrix if key not in ("include", "exclude")]
    columns = [_as_list(matrix[key]) for key in keys]
    values = islice(product(*columns), MOST_ROWS) if keys else ()
    rows = [dict(zip(keys, row, strict=True)) for row in values]
    excluded = _list_tables(matrix.get("exclude"))
    rows = [row for row in rows if not any(_fits(row, each) for each in excluded)]
    originals = [dict(row) for row in rows]
    for entry in _list_tables(matrix.get("include")):
        own = {key: value for key, value in entry.items() if key in keys}
        fitting = [index for index, row in enumerate(originals) if _fits(row, own)]
        for index in fitting:
            rows[index].update(entry)
        if not fitting:
            rows.append(dict(entry))
    return iter(rows)


def _measure_distance(row: Row, machine: Machine) -> tuple[int, int, float, int]:
    """Measure how far a row is from the machine: its system, its promise, its versions, and how
    much it adds to what is usual.
    """
    texts = [render_value(value) for value in row.values() if not isinstance(value, (dict, list))]
    is_elsewhere = sum(ELSEWHERE.search(text) is not None for text in texts)
    is_loose = sum(row.get(key) is True for key in ("experimental", "allow-failure", "continue"))
    distances = [_measure_version(key, value, machine) for key, value in row.items()]
    return is_elsewhere, is_loose, sum(distances), 0


def _measure_version(key: str, value: object, machine: Machine) -> float:
    """Measure how many minor versions lie between a value and the machine's; a newer one is
    farther than an older one.
    """
    text = render_value(value)
    words = re.split(r"[^a-z]+", key.lower())
    program = next((LANGUAGES[word] for word in words if word in LANGUAGES), "")
    if named := PYTHON_ENVIRONMENT.search(text):
        program, text = "python3", f"3.{named[1]}"
    present, wanted = parse_version(machine.programs.get(program, "")), parse_version(text)
    if not program or not present:
        return 0
    if not wanted or "pypy" in text or text.endswith("t"):
        return 500
    if len(wanted) == 1:
        wanted = (wanted[0], present[1] if wanted[0] == present[0] and len(present) > 1 else 0)
    minor = present[1] if len(present) > 1 else 0
    distance = 100 * (wanted[0] - present[0]) + wanted[1] - minor
    return distance * 1.5 if distance > 0 else -distance


def _fits(row: Row, values: Row) -> bool:
    """Tell whether a row has these values."""
    return all(render_value(row.get(key)) == render_value(value) for key, value in values.items())


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _list_tables(value: object) -> list[dict[str, object]]:
    return [table for table in _as_list(value) if isinstance(table, dict)]
