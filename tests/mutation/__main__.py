"""Make small faults one at a time, and tell which of them no test notices: `make mutate`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.mutation.parts import find_parts
from tests.mutation.run_mutants import PartResult, try_part

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Try what is named, and print a row for each part and what lived."""
    parser = argparse.ArgumentParser(prog="make mutate")
    parser.add_argument("modules", nargs="*", help="parts, files, packages or dotted names")
    parser.add_argument("--most", type=int, default=100, help="how many faults in each at most")
    parser.add_argument("--seed", type=int, default=1, help="which of them are drawn")
    arguments = parser.parse_args()
    try:
        for part in list(find_parts(ROOT, arguments.modules)):
            with tempfile.TemporaryDirectory(prefix="greenlit-mutate-") as work:
                show(try_part(ROOT, Path(work), part, arguments.most, arguments.seed))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def show(result: PartResult) -> None:
    """Print what lived, then the row of the part."""
    print("\n".join([*result.lives, _render_row(result)]), flush=True)


def _render_row(result: PartResult) -> str:
    noticed = result.tried - len(result.lives)
    return f"| {result.name} | {result.tried} | {noticed} | {len(result.lives)} |"


if __name__ == "__main__":
    sys.exit(main())
