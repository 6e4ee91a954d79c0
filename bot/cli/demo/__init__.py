"""`greenlit demo`: an issue becomes a green pull request on this machine, live in the terminal.

The forge, git, the webhooks, the bot (`greenlit serve`, as its own process), its record and the
sample's CI are real. Without a key a conversation written by hand plays Claude's part.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import FrameType
from typing import Any

from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bot.adapters.git.git_process import GitProcess
from bot.cli.demo.bot_process import BotDied
from bot.cli.demo.staging import ASKER, REPO, Cast, Stage, read_issue, set_stage
from bot.cli.terminal import colour_diff, render_markdown, render_step
from bot.run import Summary
from bot.settings import ModelSettings, SettingsError, load_settings
from bot.stories.recorded_steps import summarize_result
from bot.text.terminal_text import strip_control

GREEN, NOT_GREEN, WRONG_USE, STOPPED = 0, 1, 2, 130
PATIENCE_S = 900
POLL_S = 0.1
ERROR_CHARS = 240
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Whether Claude itself plays, where the files go, and whether all stays up at the end."""

    live: bool = False
    keep: Path | None = None
    stay: bool = True
    conversation: Path | None = None  # another one than the demo's own


def play_demo(console: Console, options: DemoOptions) -> int:
    """Play it in the folder `keep`, or in a new one.

    Returns 0 when the pull request opened green, 1 when not, 2 for wrong use, 130 when stopped.
    """
    try:
        cast = Cast(load_settings(ModelSettings) if options.live else None, options.conversation)
    except SettingsError as wrong:
        console.print(Text("--live needs Claude.", "bold red"), f"\n{wrong}", sep="")
        return WRONG_USE
    player = "A conversation written by hand"
    if cast.model:
        player = f"Claude itself ({cast.model.model})"
    console.print(Text(f"{player} plays Claude's part; all else is real.", "bold"), "\n")
    home = options.keep.absolute() if options.keep else Path(mkdtemp(prefix="greenlit-demo-"))
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        text = f"{home} is not empty: choose another place for the demo's files."
        console.print(Text(text, "red"), soft_wrap=True)
        return WRONG_USE
    began = time.monotonic()
    code = _play(console, home, cast)
    duration = f"{time.monotonic() - began:.0f} s in all; nothing is left running."
    console.print(f"\n{duration}\nIts files: {home}\nIts log: {home / 'bot.log'}", soft_wrap=True)
    return code


def _play(console: Console, home: Path, cast: Cast) -> int:
    try:
        with _end_on_signals(), set_stage(home, cast) as stage:
            _open_issue(console, stage)
            _watch_run(console, stage)
            _print_results(console, stage)
            green = any(pull.draft is False for pull in stage.forge.list_pulls(REPO))
            return GREEN if green and not stage.list_misfits() else NOT_GREEN
    except BotDied as died:
        headline = Text("The bot ended by itself:", "bold red")
        console.print(headline, f"\n{strip_control(str(died))}", sep="")
        return NOT_GREEN
    except KeyboardInterrupt:
        console.print("Stopped.")
        return STOPPED


@contextmanager
def _end_on_signals() -> Iterator[None]:
    """Let Ctrl-C, a closed terminal and SIGTERM end the demo; what comes later changes nothing."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in END_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    # Who is cut off then need not complain here.
    logging.getLogger("uvicorn").addHandler(logging.NullHandler())
    before = {number: signal.signal(number, end) for number in END_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_issue(console: Console, stage: Stage) -> None:
    title, body = read_issue()
    number = stage.forge.open_issue(REPO, ASKER, title, body)
    console.print(_render_panel(f"issue #{number} of {REPO}: {title}", render_markdown(body)))
    label = ("autogen", "bold")
    console.print(
        Text.assemble(f"@{ASKER} adds the label ", label, f". The runs: {stage.bot.page_url}\n")
    )
    stage.forge.add_label(REPO, number, "autogen", ASKER)


def _watch_run(console: Console, stage: Stage) -> None:
    """Print each step as it is done, until the run has ended."""
    deadline = time.monotonic() + PATIENCE_S
    printed: set[tuple[str, int]] = set()
    with console.status("working"):
        while time.monotonic() < deadline:
            runs = stage.bot.list_runs()
            for run in reversed(runs):
                _print_new_steps(console, stage.bot.fetch_run(run["key"]), printed)
            if any(run["outcome"] or run["error"] for run in runs):
                return
            time.sleep(POLL_S)
    console.print(Text(f"It has not ended in {PATIENCE_S // 60} minutes.", "bold red"))


def _print_new_steps(
    console: Console, run: Mapping[str, Any], printed: set[tuple[str, int]]
) -> None:
    for step in run["steps"]:
        if (run["key"], step["number"]) in printed:
            continue
        printed.add((run["key"], step["number"]))
        if step["error"]:
            error = strip_control(step["error"][:ERROR_CHARS])
            summary: Summary | None = (step["name"], Text(error, "red"))
        else:
            summary = summarize_result(step["name"], step["result"])
        if summary:
            console.print(render_step(step["ended"] - step["began"], *summary))


def _print_results(console: Console, stage: Stage) -> None:
    """Print what people see on GitHub in the end, and where the conversation did not fit."""
    console.print()
    for comment in stage.forge.list_comments(REPO, stage.issue):
        title = f"the comment of {comment.author} on the issue"
        console.print(_render_panel(title, render_markdown(comment.body)))
    for pull in stage.forge.list_pulls(REPO):
        title = f"pull request #{pull.number}: {pull.title}"
        console.print(_render_panel(title, render_markdown(pull.body)))
        console.print(colour_diff(_fetch_diff(stage, pull.base, pull.head)))
    for misfit in stage.list_misfits()[:1]:
        headline = "The conversation written by hand no longer fits what the bot says."
        console.print(Text(headline, "bold red"))
        console.print(strip_control(misfit), style="red")


def _render_panel(title: str, inside: RenderableType) -> Panel:
    return Panel(
        inside,
        title=Text(strip_control(title), "bold not dim"),
        title_align="left",
        border_style="dim",
    )


def _fetch_diff(stage: Stage, base: str, head: str) -> str:
    git = GitProcess(stage.forge.git_dir(REPO), stage.home)
    return git.run("diff", "--end-of-options", f"{base}...{head}").decode(errors="replace")
