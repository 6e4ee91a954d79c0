"""Print what a fully obedient model could do: `python -m tests.redteam`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.place import Town
from tests.redteam.trial import CHANNELS, Trial


def main() -> None:
    """Run the trial, and print its table."""
    with TemporaryDirectory() as folder, Town(Path(folder), lambda app: app).open() as town:
        home = Path(folder) / "bot"
        home.mkdir()
        trial = Trial.prepare(lambda files: town.place("acme/target", files), home)
        table = Table("what the order is about", "orders", "breaches", title="An obedient model")
        breaches = Counter(breach.partition(": ")[0] for breach in trial.obey_all())
        for aim in dict.fromkeys(payload.aim for payload in trial.payloads):
            names = [payload.name for payload in trial.payloads if payload.aim == aim]
            table.add_row(aim, str(len(names)), str(sum(breaches[name] for name in names)))
        for channel in CHANNELS:
            reached = len(trial.find_reached(channel))
            table.add_row(f"reached it by {channel}", str(reached), "")
        Console().print(table)


if __name__ == "__main__":
    main()
