"""Here lives `greenlit demo`: an issue becomes a green pull request on this machine, live in the
terminal.

The forge, git, the webhooks, the bot (`greenlit serve`, as its own process), its record and the
sample's CI are real.
Without a key a conversation written by hand plays Claude's part.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType
from typing import Any

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.adapters.git.git_process import GitProcess
from bot.cli.demo.bot_process import BotDied
from bot.cli.demo.staging import ASKER, REPO, Cast, Stage, issue, staged
from bot.cli.terminal import diff, markdown, step
from bot.settings import ModelSettings, SettingsError, load_settings
from bot.stories.recorded_steps import summarize_result
from bot.text.terminal_text import strip_control

GREEN, NOT_GREEN, WRONG_USE, STOPPED = 0, 1, 2, 130
PATIENCE_S = 900
LOOK_S = 0.1
ERROR_CHARS = 240
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def show(
    console: Console, *, live: bool, keep: Path | None, conversation: Path | None = None
) -> int:
    """Play it; 0 when the pull request opened green, 1 when not, 2 for wrong use, 130 when stopped."""
    try:
        cast = Cast(load_settings(ModelSettings) if live else None, conversation)
    except SettingsError as wrong:
        console.print(Text("--live needs Claude.", "bold red"), f"\n{wrong}", sep="")
        return WRONG_USE
    who = f"Claude itself ({cast.model.model})" if cast.model else "A conversation written by hand"
    console.print(Text(f"{who} plays Claude's part; all else is real.", "bold"), "\n")
    home = keep.absolute() if keep else Path(mkdtemp(prefix="greenlit-demo-"))
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        console.print(
            Text(f"{home} is not empty: choose another place for the demo's files.", "red"),
            soft_wrap=True,
        )
        return WRONG_USE
    began = time.monotonic()
    code = _played(console, home, cast)
    took = f"{time.monotonic() - began:.0f} s in all; nothing is left running."
    console.print(f"\n{took}\nIts files: {home}\nIts log: {home / 'bot.log'}", soft_wrap=True)
    return code


def _played(console: Console, home: Path, cast: Cast) -> int:
    try:
        with _ended_by_signals(), staged(home, cast) as stage:
            _asked(console, stage)
            _watched(console, stage)
            _told(console, stage)
            green = any(pull.draft is False for pull in stage.forge.list_pulls(REPO))
            return GREEN if green and not stage.misfits() else NOT_GREEN
    except BotDied as died:
        console.print(
            Text("The bot ended by itself:", "bold red"), f"\n{strip_control(str(died))}", sep=""
        )
        return NOT_GREEN
    except KeyboardInterrupt:
        console.print("Stopped.")
        return STOPPED


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Ctrl-C, a closed terminal and SIGTERM end the demo; what comes while it clears up changes
    nothing.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        for known in ENDS:
            signal.signal(known, signal.SIG_IGN)
        raise KeyboardInterrupt

    logging.getLogger("uvicorn").addHandler(
        logging.NullHandler()
    )  # who is cut off then need not complain here
    before = {number: signal.signal(number, end) for number in ENDS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _asked(console: Console, stage: Stage) -> None:
    title, body = issue()
    number = stage.forge.open_issue(REPO, ASKER, title, body)
    console.print(_panel(f"issue #{number} of {REPO}: {title}", markdown(body)))
    console.print(
        Text.assemble(
            f"@{ASKER} adds the label ", ("autogen", "bold"), f". The runs: {stage.bot.pages}\n"
        )
    )
    stage.forge.add_label(REPO, number, "autogen", ASKER)


def _watched(console: Console, stage: Stage) -> None:
    """Print each step as it is done, until the run has ended."""
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
    console.print(Text(f"It has not ended in {PATIENCE_S // 60} minutes.", "bold red"))


def _news(console: Console, run: Mapping[str, Any], told: set[tuple[str, int]]) -> None:
    """The steps that were not told yet, a line each."""
    for done in run["steps"]:
        if (run["key"], done["number"]) in told:
            continue
        told.add((run["key"], done["number"]))
        failed = (done["name"], Text(strip_control(done["error"][:ERROR_CHARS]), "red"))
        said = failed if done["error"] else summarize_result(done["name"], done["result"])
        if said:
            console.print(step(done["ended"] - done["began"], *said))


def _told(console: Console, stage: Stage) -> None:
    """What people see on GitHub in the end: the comment, the pull request, the diff; and what is
    wrong here.
    """
    console.print()
    for comment in stage.forge.list_comments(REPO, stage.issue):
        console.print(
            _panel(f"the comment of {comment.author} on the issue", markdown(comment.body))
        )
    for pull in stage.forge.list_pulls(REPO):
        console.print(_panel(f"pull request #{pull.number}: {pull.title}", markdown(pull.body)))
        console.print(diff(_changed(stage, pull.base, pull.head)))
    for misfit in stage.misfits()[:1]:
        console.print(
            Text("The conversation written by hand no longer fits what the bot says.", "bold red")
        )
        console.print(strip_control(misfit), style="red")


def _panel(title: str, inside: RenderableType) -> Panel:
    return Panel(
        inside,
        title=Text(strip_control(title), "bold not dim"),
        title_align="left",
        border_style="dim",
    )


def _changed(stage: Stage, base: str, head: str) -> str:
    process = GitProcess(stage.forge.git_dir(REPO), Path("/"))
    return process.run("diff", f"{base}...{head}", "--").decode("utf-8", "replace")
