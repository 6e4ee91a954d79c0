"""`greenlit new --demo`: a project is made offline, with a written conversation as Claude."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from tempfile import mkdtemp

from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from bot.cli.new import NewProject, make_new_project
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import SandboxSettings, SolveSettings, load_settings

WISH = "an expense tracker for the terminal that sums up a month by category"


def play_new(console: Console, folder: Path | None, *, pace: float = 1.0) -> int:
    """Make the sample in the folder, or in a new one. Returns what `make_new_project` does."""
    place = folder or Path(mkdtemp(prefix="greenlit-new-")) / "expenses"
    headline = "A conversation written by hand plays Claude's part; all else is real."
    console.print(Text(headline, "bold"))
    console.print(Text(f'\nThe wish: "{WISH}"\n'), soft_wrap=True)
    with as_file(files("bot.cli.demo").joinpath("new_project.yml")) as path:
        double = ClaudeDouble([Script.load(path)], pace=pace)
    asked = NewProject(WISH, place, approves_all=True, is_demo=True)
    sandbox = load_settings(SandboxSettings)
    with serve_claude(double) as url:
        settings = SolveSettings(
            anthropic_api_key=SecretStr("the-double-takes-any"),
            anthropic_url=url,
            **sandbox.model_dump(exclude_unset=True),
        )
        return make_new_project(console, lambda: settings, asked)
