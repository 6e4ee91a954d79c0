"""Render the demo's last screen: what came of it, where to look at it, and what to do next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from rich.text import Text

from bot.cli.demo.reviewer import ReviewedThread
from bot.cli.demo.staging import ASKER
from bot.forge import PullRecord
from bot.text import count_noun
from bot.text.terminal_text import strip_control

LABEL_CHARS = 14


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came of the demo, and where it can be looked at."""

    repo: str
    pull: PullRecord | None
    threads: tuple[ReviewedThread, ...]
    misfit: str  # how the conversation written by hand did not fit; "" when it did
    took_s: float
    forge_url: str
    page_url: str
    git_dir: Path
    log: Path

    @property
    def is_green(self) -> bool:
        """The pull request is open and green, each thread has its answer, and the conversation was
        played as written.
        """
        is_open = self.pull is not None and not self.pull.draft
        return is_open and not self.misfit and all(thread.answer for thread in self.threads)


def find_command() -> str:
    """Tell how `greenlit` is called here, as short as it can be typed."""
    script = Path(sys.executable).with_name("greenlit")
    if not script.is_file() or which("greenlit") == str(script):
        return "greenlit"
    folder = Path.cwd()
    if script.is_relative_to(folder):
        return str(script.relative_to(folder))
    return str(script)


def render_end(result: DemoResult, command: str, *, stay: bool) -> Text:
    """Render the last screen; addresses stand there only if something listens a moment longer."""
    lines = [
        *_render_outcome(result),
        Text(),
        *_render_places(result, stay=stay),
        Text(),
        *_render_next(command),
    ]
    if stay:
        lines += [Text(), Text("All of it stays up until you press Ctrl-C.", "bold")]
    return Text("\n").join([Text(), *lines])


def _render_outcome(result: DemoResult) -> Iterator[Text]:
    took = f"after {result.took_s:.0f} s"
    if result.pull is None:
        yield Text(f"✗ No pull request was opened, {took}.", "bold red")
    else:
        title = strip_control(result.pull.title)
        if result.pull.draft:
            sign, style, state = "✗", "bold red", "is a draft: CI is not green"
        else:
            sign, style, state = "✓", "bold green", "is open, and CI is green"
        yield Text(f"{sign} Pull request #{result.pull.number} {state}, {took}.", style)
        yield Text(f"  {title}")
    if result.threads:
        yield _summarize_review(result.threads, result.pull)
    if result.misfit:
        headline = "The conversation written by hand no longer fits what the bot says."
        yield Text(headline, "bold red")
        yield Text(strip_control(result.misfit), "red")


def _summarize_review(threads: Sequence[ReviewedThread], pull: PullRecord | None) -> Text:
    """Say how many threads are answered and resolved, and whether the review is asked for again."""
    answered = sum(bool(thread.answer) for thread in threads)
    resolved = sum(thread.is_resolved for thread in threads)
    words = f"{answered} of {count_noun(len(threads), 'thread')} answered, {resolved} resolved"
    if answered < len(threads):
        return Text(f"✗ Its review: {words}.", "bold red")
    if pull and ASKER in pull.reviewers:
        words += f"; @{ASKER} is asked again"
    return Text(f"✓ Its review: {words}.", "bold green")


def _render_places(result: DemoResult, *, stay: bool) -> Iterator[Text]:
    pull = result.pull
    if stay and pull:
        yield _render_place("Pull request", f"{result.forge_url}/{result.repo}/pull/{pull.number}")
        for thread in result.threads:
            yield _render_place(thread.kind, f"{result.forge_url}/{result.repo}/{thread.page}")
    if stay:
        yield _render_place("Issue", f"{result.forge_url}/{result.repo}/issues/1")
        yield _render_place("Page of runs", result.page_url)
    if pull:
        diff = f"git -C {result.git_dir} diff {pull.base}...{pull.head}"
        yield _render_place("Diff", diff)
    yield _render_place("The bot's log", str(result.log))


def _render_place(label: str, place: str) -> Text:
    return Text.assemble((f"  {label:<{LABEL_CHARS}} ", "dim"), (place, "cyan"))


def _render_next(command: str) -> Iterator[Text]:
    yield Text("Try it on your own repository:", "bold")
    serve, doctor = (f"{command} serve", "cyan"), (f"{command} doctor", "cyan")
    yield Text.assemble("  1. Make a GitHub App: ", serve, " lists what it needs.")
    yield Text.assemble("  2. Set the four things that it names, and ask ", doctor, ".")
    yield Text.assemble("  3. Run ", serve, " again, and label an issue ", ("autogen", "cyan"), ".")
    yield Text.assemble(
        "Or without GitHub: ", (f"{command} solve --repo PATH --issue FILE", "cyan")
    )
