"""Here lives what a row of the table is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.values import Category

AT = r"(?P<path>(?:[A-Za-z]:)?[^\s:()'\"\[\]|]+\.\w+)"
LC = r":(?P<line>\d+)(?::(?P<col>\d+))?"
PY = r"(?P<path>[^\s:]+\.(?:pyi?|ipynb)):(?P<line>\d+)(?::(?P<col>\d+))?"


@dataclass(frozen=True, slots=True)
class Row:
    """One dialect: what a line of it looks like. Groups: path, line, code, text."""

    tool: str
    category: Category
    pattern: re.Pattern[str]
    sign: str  # what stands in every such line: cheap to look for
    below: bool = False  # a line that begins with an arrow, some lines below, says where
    text_below: bool = False  # the next line that says anything is the message


def row(tool: str, category: Category, sign: str, pattern: str, **how: bool) -> Row:
    return Row(tool, category, re.compile(pattern), sign, **how)
