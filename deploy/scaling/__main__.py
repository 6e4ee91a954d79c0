"""Compute what a fleet takes for so many runs a day, from what one run takes: costs.toml.

    python -m deploy.scaling            prints the tables of deploy/SCALING.md
    python -m deploy.scaling --write    writes them there
    python -m deploy.scaling --runs 5000 --runs 20000

It needs nothing but Python.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from deploy.scaling.costs import Costs, load_costs
from deploy.scaling.day import simulate
from deploy.scaling.needs import list_installation_limits, list_needs, list_walls

PAGE = Path(__file__).parents[1] / "SCALING.md"
COSTS = Path(__file__).with_name("costs.toml")
BEGIN, END = "<!-- tables -->\n", "<!-- end of the tables -->\n"
RUNS = (1_000, 10_000, 100_000, 1_000_000)


def render(costs: Costs, runs: Sequence[float] = RUNS) -> str:
    """Render the tables, in Markdown."""
    columns = [list_needs(costs, simulate(costs, count)) for count in runs]
    needs = [[title, *(_round(column[title]) for column in columns)] for title in columns[0]]
    limits = [[name, _round(count)] for name, count in list_installation_limits(costs).items()]
    walls = [[name, _round(count)] for name, count in list_walls(costs).items()]
    tables = (
        _render_table(["runs a day", *(f"{count:,.0f}" for count in runs)], needs),
        _render_table(["GitHub allows an installation", "runs an hour"], limits),
        _render_table(["what ends first", "at runs a day"], walls),
    )
    return "\n".join(tables)


def _render_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *("---:" for _ in head[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in (head, rule, *rows))


def _round(number: float) -> str:
    """Write two digits that tell something: more would say more than is known."""
    if number < 100 and number == int(number):
        return str(int(number))
    places = 1 - math.floor(math.log10(number))
    return f"{round(number, places):,.{max(0, places)}f}"


def main() -> None:
    """Print the tables, or write them into SCALING.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write them into SCALING.md")
    parser.add_argument("--runs", type=int, action="append", help="a day; may be given again")
    asked = parser.parse_args()
    tables = render(load_costs(COSTS), asked.runs or RUNS)
    if asked.write:
        text = PAGE.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}{tables}{END}{rest.partition(END)[2]}", encoding="utf-8")
    else:
        print(tables, end="")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
