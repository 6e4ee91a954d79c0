"""Here lives `greenlit demo`: an issue becomes a green pull request on this machine, live in the terminal.

The forge, git, the webhooks, the bot (`greenlit serve`, as its own process), its record and the sample's CI are real.
Without a key a conversation written by hand plays Claude's part.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax

from bot.demo.bot_process import Bot, BotDied, path, running
from bot.demo.saying import line
from bot.forge import Forge, serving
from bot.forge.claude import Double, claude_serving
from bot.forge.claude_script import Script
from bot.settings import ModelSettings, SettingsError, load

REPO = "acme/orders"
ASKER = "ada"
PATIENCE_S = 900
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demo plays."""

    forge: Forge
    bot: Bot
    issue: int


def show(console: Console, *, live: bool, keep: Path | None) -> int:
    """Play it; 0 when the pull request was opened green, 1 when not, 2 when there is no key for `live`."""
    try:
        model = load(ModelSettings) if live else None
    except SettingsError as wrong:
        console.print(f"[bold red]--live needs Claude.[/]\n{wrong}", highlight=False)
        return 2
    who = f"Claude itself ({model.model})" if model else "a conversation written by hand, so no key and no cost"
    console.print(f"[bold]Claude's part is played by {who}.[/] All else is real.\n", highlight=False)
    home = keep or Path(mkdtemp(prefix="greenlit-demo-"))
    began = time.monotonic()
    try:
        with _staged(home, model) as stage:
            _watched(console, stage)
            _told(console, stage, home)
            green = any(pull.draft is False for pull in stage.forge.pulls(REPO))
    except BotDied as died:
        console.print(f"[bold red]The bot ended:[/]\n{escape(str(died))}", highlight=False)
        green = False
    console.print(f"\n{time.monotonic() - began:.0f} s in all. Its files are in {home}; nothing is left running.")
    return 0 if green else 1


@contextmanager
def _staged(home: Path, model: ModelSettings | None) -> Iterator[Stage]:
    """The forge with the sample, the bot beside it, and the issue with its label."""
    forge = Forge(home / "forge")
    forge.runner_env = {"PATH": path(), "HOME": str(home)}
    forge.create_repository(REPO, _sample(), people={ASKER: "admin"})
    app = yaml.safe_load(files("deploy").joinpath("app.yml").read_text())
    keys = forge.create_app("greenlit", app["default_permissions"], app["default_events"])
    forge.install(keys, REPO)
    with ExitStack() as stack:
        url = stack.enter_context(serving(forge))
        settings = {
            "GREENLIT_APP_ID": str(keys.id),
            "GREENLIT_PRIVATE_KEY": keys.private_key,
            "GREENLIT_WEBHOOK_SECRET": keys.webhook_secret,
            "GREENLIT_GITHUB_URL": url,
            "GREENLIT_GITHUB_API_URL": f"{url}/api/v3",
            "GREENLIT_HOME": str(home / "bot"),
            "GREENLIT_PORT": "0",
            "GREENLIT_PAGE_PORT": "0",
            "GREENLIT_WRITE_PAUSE_S": "0",
            **(_claude(model) if model else _scripted(stack)),
        }
        bot = stack.enter_context(running(home, settings))
        forge.hook_to(keys, bot.webhooks)
        title, _, body = _text("sample_issue.md").partition("\n")
        issue = forge.open_issue(REPO, ASKER, title, body.strip())
        forge.label(REPO, issue, "autogen", ASKER)
        yield Stage(forge, bot, issue)


def _claude(model: ModelSettings) -> dict[str, str]:
    key = model.anthropic_api_key.get_secret_value()
    return {"GREENLIT_ANTHROPIC_API_KEY": key, "GREENLIT_MODEL": model.model, "GREENLIT_EFFORT": model.effort}


def _scripted(stack: ExitStack) -> dict[str, str]:
    with as_file(files("bot.demo").joinpath("conversation.yml")) as script:
        double = Double(Script.load(script), pace=1.0)
    url = stack.enter_context(claude_serving(double))
    return {"GREENLIT_ANTHROPIC_URL": url, "GREENLIT_ANTHROPIC_API_KEY": "the-double-takes-any"}


def _watched(console: Console, stage: Stage) -> None:
    """Print each step as it is done, until the run has ended."""
    console.print(f"[bold]{REPO}#{stage.issue}[/] {escape(_text('sample_issue.md').splitlines()[0])}", highlight=False)
    console.print(f"@{ASKER} adds the label [bold]autogen[/]\n", highlight=False)
    deadline = time.monotonic() + PATIENCE_S
    told: set[tuple[str, int]] = set()
    with console.status("working"):
        while time.monotonic() < deadline:
            runs = stage.bot.runs()
            for summary in reversed(runs):
                _news(console, stage.bot.run(summary["key"]), told)
            ended = [run for run in runs if run["story"] == "solve_issue" and run["outcome"]]
            if ended or any(run["error"] for run in runs):
                return
            time.sleep(LOOK_S)


def _news(console: Console, run: Mapping[str, Any], told: set[tuple[str, int]]) -> None:
    """The steps that were not told yet, a line each."""
    for step in run["steps"]:
        if (run["key"], step["number"]) in told:
            continue
        told.add((run["key"], step["number"]))
        said = line(step["name"], step["result"]) if not step["error"] else (step["name"], f"[red]{step['error']}[/]")
        if said:
            took = step["ended"] - step["began"]
            console.print(f"[dim]{took:5.1f} s[/]  [bold]{said[0]:<20}[/] {said[1]}", highlight=False)


def _told(console: Console, stage: Stage, home: Path) -> None:
    """What people see on GitHub in the end: the comment, the pull request, the diff."""
    for comment in stage.forge.comments(REPO, stage.issue):
        console.print(Panel(Markdown(_shown(comment.body)), title=f"the comment of {comment.author} on the issue"))
    for pull in stage.forge.pulls(REPO):
        title = f"pull request #{pull.number}: {pull.title}"
        console.print(Panel(Markdown(_shown(pull.body)), title=escape(title)))
        console.print(Syntax(_diff(stage.forge, pull.base, pull.head), "diff", background_color="default"))
    console.print(f"Its log is {home / 'bot.log'}.")


def _diff(forge: Forge, base: str, head: str) -> str:
    told = ["git", "-C", str(forge.git_dir(REPO)), "diff", f"{base}...{head}"]
    return subprocess.run(told, capture_output=True, text=True, check=True).stdout


def _shown(body: str) -> str:
    """Markdown as a terminal can show it: without what is hidden, and without HTML tags for small print."""
    lines = [text for text in body.splitlines() if not text.startswith("<!--")]
    return "\n".join(lines).replace("<sub>", "").replace("</sub>", "")


def _sample() -> dict[str, str]:
    with as_file(files("bot.demo").joinpath("sample")) as root:
        return {
            str(found.relative_to(root)): found.read_text(encoding="utf-8")
            for found in sorted(Path(root).rglob("*"))
            if found.is_file() and "__pycache__" not in found.parts
        }


def _text(name: str) -> str:
    return files("bot.demo").joinpath(name).read_text(encoding="utf-8")
