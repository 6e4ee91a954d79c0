"""Print what a fully obedient model could do: `python -m tests.redteam`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.landlock import Landlock
from tests.place import Town
from tests.redteam.host import furnish_host
from tests.redteam.shell_orders import ORDERS
from tests.redteam.shell_trial import obey_in_tier
from tests.redteam.trial import CHANNELS, Trial


def main() -> None:
    """Run the trials, and print their table; what got through is named below it."""
    table = Table("what the order is about", "orders", "breaches", title="An obedient model")
    breaches = [*_add_orders(table), *_add_shell_orders(table)]
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
        for aim in dict.fromkeys(payload.aim for payload in trial.payloads):
            names = tuple(f"{each.name}: " for each in trial.payloads if each.aim == aim)
            breaches = [breach for breach in found if breach.startswith(names)]
            table.add_row(aim, str(len(names)), str(len(breaches)))
        for channel in CHANNELS:
            reached = len(trial.find_reached(channel))
            table.add_row(f"reached it by {channel}", str(reached), "")
    return found


def _add_shell_orders(table: Table) -> list[str]:
    found = []
    for tier in (Bubblewrap(), Landlock()):
        obstacle = tier.find_obstacle()
        if obstacle:
            table.add_row(f"run in {tier.name}", "0", obstacle)
            continue
        with furnish_host() as host:
            breaches = obey_in_tier(tier, host)
        table.add_row(f"run in {tier.name}", str(len(ORDERS)), str(len(breaches)))
        found += breaches
    return found


if __name__ == "__main__":
    main()
