"""The wishes of `tests/wishes`, each made by `greenlit new` in the sandbox of this machine.

`python -m tests.benchmarks.wishes [NAME ...]` prints a table of them. Claude's part is written by
hand; planning, gates, git, packages, compilers and tests are real.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bot.cli.new import NewProject, make_new_project
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import SandboxSettings, SolveSettings, load_settings
from bot.values.making import OWN_FILES
from tests.benchmarks.table import Row

WISHES = Path(__file__).parents[1] / "wishes"
WIDTH = 200


@dataclass(frozen=True, slots=True)
class PlayedWish:
    """What came of a wish: how often the model was asked and the project tried, and the end."""

    name: str
    wish: str
    code: int
    files: int
    turns: int
    trials: int
    took_s: float
    printed: str

    @property
    def language(self) -> str:
        """The language, with which the name begins."""
        return self.name.partition("_")[0]

    @property
    def result(self) -> str:
        """What was said at the end, in a line."""
        ends = ("Made. ", "Not made. ", "Written, not tried. ")
        lines = self.printed.splitlines()
        return next((line for line in lines if line.startswith(ends)), f"exit {self.code}")


def list_wishes(names: Sequence[str] = ()) -> list[Path]:
    """List the conversations, all or those of the names."""
    paths = sorted(WISHES.glob("*.yml"))
    return [path for path in paths if not names or path.stem in names]


def play_wish(path: Path, folder: Path) -> PlayedWish:
    """Make the project of a conversation in a folder."""
    script = Script.load(path)
    double = ClaudeDouble([script], pace=0)
    printed = StringIO()
    began = time.monotonic()
    with serve_claude(double) as url:
        settings = SolveSettings(
            anthropic_api_key=SecretStr("the-double-takes-any"),
            anthropic_url=url,
            **load_settings(SandboxSettings).model_dump(exclude_unset=True),
        )
        asked = NewProject(script.about, folder, approves_all=True)
        code = make_new_project(Console(file=printed, width=WIDTH), lambda: settings, asked)
    took_s = time.monotonic() - began
    errors = "".join(request.error for request in double.requests if request.error)
    steps = list(_read_steps(folder))
    counts = Counter(step["step"] for step in steps)
    return PlayedWish(
        path.stem,
        script.about,
        code,
        _count_files(folder),
        counts["ask_model"],
        counts["try_project"],
        took_s,
        printed.getvalue() + errors,
    )


def _read_steps(folder: Path) -> list[Mapping[str, Any]]:
    record = folder / ".greenlit/record.jsonl"
    lines = record.read_text("utf-8").splitlines()[1:] if record.exists() else []
    return [json.loads(line) for line in lines]


def _count_files(folder: Path) -> int:
    """Count the files that were committed, without the two of the bot's own."""
    command = ["git", "-C", str(folder), "ls-files"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return len(set(done.stdout.splitlines()) - set(OWN_FILES))


def rows(work: Path) -> list[Row]:
    """Make all of them."""
    played = [play_wish(path, work / path.stem) for path in list_wishes()]
    return [Row(f"{each.name}: {each.wish}", _describe(each), "made", "") for each in played]


def _describe(played: PlayedWish) -> str:
    end = "made" if played.code == 0 else played.result
    return (
        f"{end}: {played.files} files, {played.turns} turns, {played.trials} trials, "
        f"{played.took_s:.0f} s"
    )


def main() -> int:
    """Print the table, a wish at a time; return how many were not made."""
    table = Table("wish", "language", "files", "turns", "trials", "seconds", "result")
    failures = 0
    for path in list_wishes(sys.argv[1:]):
        with TemporaryDirectory(prefix="greenlit-wish-") as work:
            played = play_wish(path, Path(work) / path.stem)
        failures += played.code != 0
        counts = map(str, (played.files, played.turns, played.trials, round(played.took_s)))
        result = "made" if played.code == 0 else played.result
        table.add_row(played.wish, played.language, *counts, result)
        if played.code:
            print(played.printed)  # what went wrong, before the table
    Console(width=WIDTH).print(table)
    return failures


if __name__ == "__main__":
    sys.exit(main())
