"""Expand a job's `strategy.matrix` into its cells."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from bot.forge.runner.expressions import Contexts, fill_expressions, format_value
from bot.forge.runner.workflow_yaml import as_list, as_mapping

Cell = dict[str, object]


def expand_matrix(matrix: Mapping[str, object]) -> list[Cell]:
    """Return the product of the axes less `exclude`, with `include`; one empty cell for none."""
    cells = _multiply_axes(matrix)
    bans = _read_cells(matrix, "exclude")
    cells = [cell for cell in cells if not _is_banned(cell, bans)]
    # `include` adds to the cells that it fits, as they were before any of it, or stands alone.
    extended, alone = [dict(cell) for cell in cells], []
    for extra in _read_cells(matrix, "include"):
        fits = [{**extra, **cell}.items() >= extra.items() for cell in cells]
        for cell in itertools.compress(extended, fits):
            cell.update(extra)
        if not any(fits):
            alone.append(extra)
    return [*extended, *alone] or [{}]


def _is_banned(cell: Cell, bans: list[Cell]) -> bool:
    return any(ban.items() <= cell.items() for ban in bans)


def name_cell(name: str, cell: Mapping[str, object]) -> str:
    """Return the name of a job in a cell: its own expressions filled, or the values behind it."""
    if "${{" in name:
        empty: dict[str, object] = {key: {} for key in ("github", "inputs", "needs", "vars")}
        return fill_expressions(name, Contexts({**empty, "matrix": cell}))
    if not cell:
        return name
    return f"{name} ({', '.join(map(format_value, cell.values()))})"


def _multiply_axes(matrix: Mapping[str, object]) -> list[Cell]:
    axes = {
        axis: as_list(values, f"strategy.matrix.{axis}")
        for axis, values in matrix.items()
        if axis not in {"include", "exclude"}
    }
    if not axes:
        return []
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


def _read_cells(matrix: Mapping[str, object], key: str) -> list[Cell]:
    cells = as_list(matrix.get(key, []), f"strategy.matrix.{key}")
    return [as_mapping(cell, f"matrix.{key}") for cell in cells]
