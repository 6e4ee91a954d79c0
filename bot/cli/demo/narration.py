"""Tell the demo's story while it happens: the issue, and each step of the run as it is done."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.cli.demo.staging import ASKER, REPO, Stage, read_issue
from bot.cli.progress_line import Describe, show_progress
from bot.cli.terminal import StepLine, render_markdown
from bot.run import Summary
from bot.stories.recorded_steps import summarize_result
from bot.text.terminal_text import strip_control

PATIENCE_S = 900
POLL_S = 0.1
MODEL, CI = "The model thinks", "CI runs"
# What comes after a step, by the step's name in the record.
NEXT_WORK: Mapping[str, str] = {
    "retrieve": MODEL,
    "open_conversation": MODEL,
    "use_tools": MODEL,
    "ask_model": "The bot does what the model asked",
    "push": CI,
    "predict_ci": CI,
    "fetch_checks": CI,
}


def open_issue(console: Console, stage: Stage) -> None:
    """Open the issue and label it, as a person would."""
    title, body = read_issue()
    number = stage.forge.open_issue(REPO, ASKER, title, body)
    heading = Text(strip_control(f"issue #{number} of {REPO}: {title}"), "bold")
    console.print(heading, Panel(render_markdown(body), border_style="dim"), sep="\n")
    label = ("autogen", "bold")
    console.print(Text.assemble(f"@{ASKER} adds the label ", label, ", and the bot begins.\n"))
    stage.forge.add_label(REPO, number, "autogen", ASKER)


def watch_run(console: Console, stage: Stage) -> None:
    """Print each step as it is done, until the run has ended."""
    deadline = time.monotonic() + PATIENCE_S
    printed: set[tuple[str, int]] = set()
    with show_progress("The bot reads the request", console) as describe:
        while time.monotonic() < deadline:
            runs = stage.bot.list_runs()
            for run in reversed(runs):
                _print_new_steps(console, stage.bot.fetch_run(run["key"]), printed, describe)
            if any(run["outcome"] or run["error"] for run in runs):
                return
            time.sleep(POLL_S)
    console.print(Text(f"It has not ended in {PATIENCE_S // 60} minutes.", "bold red"))


def _print_new_steps(
    console: Console,
    run: Mapping[str, Any],
    printed: set[tuple[str, int]],
    describe: Describe,
) -> None:
    for step in run["steps"]:
        if (run["key"], step["number"]) in printed:
            continue
        printed.add((run["key"], step["number"]))
        if summary := _summarize(step):
            console.print(StepLine(step["ended"] - step["began"], *summary))
        describe(NEXT_WORK.get(step["name"], "The bot works"))


def _summarize(step: Mapping[str, Any]) -> Summary | None:
    if step["error"]:
        return "trouble", Text("This did not work. The bot's log says why.", "red")
    return summarize_result(step["name"], step["result"])
