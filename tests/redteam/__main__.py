"""Make the attacks by kind, and print how many there were: `python -m tests.redteam`."""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.landlock import Landlock
from bot.adapters.sandbox.probes.__main__ import ATTACKS
from tests.cli.test_hostile_folder import WAYS
from tests.place import Town
from tests.redteam.attacks import list_kinds
from tests.redteam.host import furnish_host
from tests.redteam.shell_orders import ORDERS
from tests.redteam.shell_trial import obey_in_tier
from tests.redteam.trial import Trial

IN_TESTS = "0 in the tests"


def main() -> None:
    """Run the trials, and print their table; what got through is named below it."""
    table = Table("attack", "how many", "breaches")
    logging.disable(logging.WARNING)  # the door tells of each that it turns away
    breaches = [*_add_orders(table), *_add_shell_orders(table)]
    table.add_row("a folder that names programs, over 14 commands", str(len(WAYS)), IN_TESTS)
    table.add_row("a tier of the sandbox, in each", str(len(ATTACKS)), IN_TESTS)
    total = sum(int(str(number)) for number in table.columns[1].cells)
    table.add_section()
    table.add_row("in all", str(total), str(len(breaches)))
    console = Console()
    console.print(table)
    for breach in breaches:
        console.print(breach, markup=False)


def _add_orders(table: Table) -> list[str]:
    with TemporaryDirectory() as folder, Town(Path(folder), lambda app: app).open() as town:
        home = Path(folder) / "bot"
        home.mkdir()
        trial = Trial.prepare(lambda files: town.place("acme/target", files), home)
        found = trial.obey_all()
        kinds = list_kinds(town.place("acme/asked", {"README.md": "# A\n"}))
        for aim in dict.fromkeys(payload.aim for payload in trial.payloads):
            names = tuple(f"{each.name}: " for each in trial.payloads if each.aim == aim)
            breaches = [breach for breach in found if breach.startswith(names)]
            table.add_row(f"an obeyed order: {aim}", str(len(names)), str(len(breaches)))
        for kind in kinds:
            breaches = kind.find_breaches()
            table.add_row(kind.name, str(len(kind.attacks)), str(len(breaches)))
            found += breaches
    return found


def _add_shell_orders(table: Table) -> list[str]:
    found = []
    for tier in (Bubblewrap(), Landlock()):
        obstacle = tier.find_obstacle()
        if obstacle:
            table.add_row(f"an order of the shell, in {tier.name}", "0", obstacle)
            continue
        with furnish_host() as host:
            breaches = obey_in_tier(tier, host)
        table.add_row(
            f"an order of the shell, in {tier.name}", str(len(ORDERS)), str(len(breaches))
        )
        found += breaches
    return found


if __name__ == "__main__":
    main()
