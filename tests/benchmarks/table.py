"""The table in which the benchmarks are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: what, how much, how much was aimed at, and the least that is possible."""

    what: str
    value: str
    aim: str
    floor: str


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the rows."""
    table = Table("what", "measured", "aim", "floor", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.what, row.value, row.aim, row.floor)
    Console().print(table)
