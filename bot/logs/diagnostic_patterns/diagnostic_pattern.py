"""Define what a line of a linter or a compiler looks like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.values import Category

PATH = r"(?P<path>(?:[A-Za-z]:)?[^\s:()'\"\[\]|]+\.\w+)"
LINE_COLUMN = r":(?P<line>\d+)(?::(?P<col>\d+))?"
PYTHON_PLACE = r"(?P<path>[^\s:]+\.(?:pyi?|ipynb)):(?P<line>\d+)(?::(?P<col>\d+))?"


@dataclass(frozen=True, slots=True)
class DiagnosticPattern:
    """One form of diagnostic of one tool.

    The groups of the expression are `text` and, where the form has them, `path`, `line` or `line2`,
    `col` and `code`.
    """

    tool: str
    category: Category
    expression: re.Pattern[str]
    marker: str  # stands in every such line: cheap to look for
    below: bool = False  # the place stands some lines below, behind an arrow
    begins_with_place: bool = False
    suffix: str = ""  # of the file: what tells two tools of one form apart


def compile_pattern(
    tool: str, category: Category, marker: str, expression: str, *, below: bool = False
) -> DiagnosticPattern:
    """Compile the expression of a pattern."""
    has_place = expression.startswith(f"{PATH}{LINE_COLUMN}")
    return DiagnosticPattern(tool, category, re.compile(expression), marker, below, has_place)
