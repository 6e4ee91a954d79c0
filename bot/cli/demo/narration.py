"""Tell the demo's story while it happens: the issue, and each step of the run as it is done."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.cli.demo.staging import ASKER, Stage
from bot.cli.progress_line import Describe, show_progress
from bot.cli.terminal import StepLine, render_markdown
from bot.forge import PullRecord
from bot.run import Summary
from bot.stories.recorded_steps import summarize_result
from bot.text import extract_visible
from bot.text.terminal_text import strip_control

PATIENCE_S = 900
POLL_S = 0.4
LOOKED_AT_OFTEN = ("CI", "review")
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


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed of a run: its steps, and the last line of each name."""

    steps: set[tuple[str, int]] = field(default_factory=set)
    lines: dict[str, str] = field(default_factory=dict)

    def is_repeated(self, name: str, text: Text) -> bool:
        """Tell whether a line only says again how CI or the review stands; remember it.

        Behind a push CI speaks of another commit, so the same words are news.
        """
        if name == "push":
            self.lines.pop("CI", None)
        last = self.lines.get(name)
        self.lines[name] = text.plain
        return name in LOOKED_AT_OFTEN and last == text.plain


def open_issue(console: Console, stage: Stage) -> None:
    """Open the issue and label it, as a person would."""
    title, body = stage.sample.read_issue()
    repo = stage.sample.repo
    number = stage.forge.open_issue(repo, ASKER, title, body)
    heading = Text(strip_control(f"issue #{number} of {repo}: {title}"), "bold")
    console.print(heading, Panel(render_markdown(body), border_style="dim"), sep="\n")
    label = ("autogen", "bold")
    console.print(Text.assemble(f"@{ASKER} adds the label ", label, ", and the bot begins.\n"))
    stage.forge.add_label(repo, number, "autogen", ASKER)


def watch_run(console: Console, stage: Stage, earlier: Collection[str] = ()) -> None:
    """Print each step of the next run as it is done, until it has ended.

    `earlier` has the keys of the runs before it.
    """
    deadline = time.monotonic() + PATIENCE_S
    printed = Printed()
    with show_progress("The bot reads the request", console) as describe:
        while time.monotonic() < deadline:
            runs = [run for run in stage.bot.list_runs() if run["key"] not in earlier]
            for run in reversed(runs):
                _print_new_steps(console, stage.bot.fetch_run(run["key"]), printed, describe)
            if any(run["outcome"] or run["error"] for run in runs):
                return
            time.sleep(POLL_S)
    console.print(Text(f"It has not ended in {PATIENCE_S // 60} minutes.", "bold red"))


def print_pull(console: Console, pull: PullRecord) -> None:
    """Show what the pull request says, as a person would read it."""
    heading = Text(strip_control(f"\npull request #{pull.number}: {pull.title}"), "bold")
    body = render_markdown(extract_visible(pull.body))
    console.print(heading, Panel(body, border_style="dim"), sep="\n")


def _print_new_steps(
    console: Console,
    run: Mapping[str, Any],
    printed: Printed,
    describe: Describe,
) -> None:
    for step in run["steps"]:
        if (run["key"], step["number"]) in printed.steps:
            continue
        printed.steps.add((run["key"], step["number"]))
        summary = _summarize(step)
        if summary and not printed.is_repeated(*summary):
            console.print(StepLine(step["ended"] - step["began"], *summary))
        describe(NEXT_WORK.get(step["name"], "The bot works"))


def _summarize(step: Mapping[str, Any]) -> Summary | None:
    if step["error"]:
        return "trouble", Text("This did not work. The bot's log says why.", "red")
    return summarize_result(step["name"], step["result"])
