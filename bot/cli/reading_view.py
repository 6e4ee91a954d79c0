"""Print the reading of a CI log as a page that fits the screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from rich.console import Console
from rich.text import Text

from bot.text.terminal_text import strip_control
from bot.values import Failure, Frame, Reading
from bot.views.markdown_parts import join_names

SHOWN_MESSAGE_LINES = 4
SHOWN_FRAMES = 4
MOST_JOBS = 12
LEAST_LINES = 24  # of a page, where nobody says how high the screen is
LEAST_COLUMNS = 20
USED_LINES = 8  # by the headline, what stands below, and the prompt
COLOURS = {"passed": "green", "infra": "magenta", "timeout": "magenta"}
NEXT_STEPS = {
    "fix": "The code or its tests need a change.",
    "rerun": "Nobody's code is to blame: run it again.",
    "human": "Only a person can act on this: see what it says.",
    "none": "There is nothing to do.",
}
NOTHING = (
    "Whether anything failed is not known: this is empty, no text, no log of CI, or a report that "
    "cannot be read to its end. Nothing in it says that something failed, or that all went well."
)
PLACES = (
    "\nPlaces are as printed. Give --repo PATH to see them as files of the repository, with code."
)


def print_reading(console: Console, reading: Reading, *, files_known: bool) -> None:
    """Print the failures, those with a place first; on a screen as many as it has room for."""
    console.print(_render_headline(reading))
    failures = sorted(reading.failures, key=lambda failure: not _has_place(failure))
    is_screen = console.file.isatty()
    names_jobs = len({job for failure in failures for job in failure.jobs}) > 1
    pages = [
        list(_render_failure(number, failure, is_whole=not is_screen, names_jobs=names_jobs))
        for number, failure in enumerate(failures, 1)
    ]
    fitting = _count_fitting(console, pages) if is_screen else len(pages)
    for line in chain.from_iterable(pages[:fitting]):
        console.print(line, soft_wrap=True)
    if len(pages) > fitting:
        console.print(
            f"\n{len(pages) - fitting} more; through a pipe, as in | less, all are shown."
        )
    if failures and not files_known:
        console.print(PLACES)


def _count_fitting(console: Console, pages: Sequence[Sequence[Text]]) -> int:
    """Count how many failures fit the screen, at least one."""
    room = max(console.height, LEAST_LINES) - USED_LINES
    width = max(console.width, LEAST_COLUMNS)
    for number, lines in enumerate(pages):
        room -= sum(1 + line.cell_len // width for line in lines)
        if room < 0:
            return max(number, 1)
    return len(pages)


def _has_place(failure: Failure) -> bool:
    return bool(failure.frames and failure.frames[-1].line)


def _render_headline(reading: Reading) -> Text:
    count = len(reading.failures)
    is_guess = reading.confidence == "low"
    if not count and is_guess:
        return Text(NOTHING, "magenta")
    facts = {0: "no failure", 1: "1 failure"}.get(count, f"{count} failures")
    if reading.tool:
        facts += f", read as {reading.tool}"
    if is_guess:
        facts += ". A guess: no parser knows this log"
    colour = COLOURS.get(reading.category, "red")
    return Text.assemble(
        (reading.category, f"bold {colour}"),
        strip_control(f": {facts}."),
        f" {NEXT_STEPS[reading.action]}",
    )


def _render_failure(
    number: int, failure: Failure, *, is_whole: bool, names_jobs: bool
) -> Iterator[Text]:
    title = strip_control(failure.test or failure.error or "error")
    yield Text.assemble(
        f"\n{number}. ", (title, "bold"), _render_count(failure, names_jobs=names_jobs)
    )
    lines = [line for line in failure.message.split("\n") if line.strip()] or [""]
    if failure.error and failure.test:
        lines[0] = f"{failure.error}: {lines[0]}"
    for line in lines if is_whole else lines[:SHOWN_MESSAGE_LINES]:
        yield Text(f"   {strip_control(line)}", "red")
    if failure.root_cause:
        cause = failure.root_cause.partition("\n")[0]
        yield Text(f"   because of {strip_control(cause)}")
    for frame in failure.frames if is_whole else failure.frames[-SHOWN_FRAMES:]:
        yield _render_frame(frame)
    for line in failure.code.split("\n") if failure.code else ():
        yield Text(f"   {strip_control(line)}", "" if line.startswith(">") else "dim")


def _render_frame(frame: Frame) -> Text:
    place = f"{frame.file}:{frame.line}" if frame.line else frame.file
    function = f" in {frame.function}" if frame.function else ""
    return Text.assemble("   at ", (strip_control(place), "cyan"), strip_control(function))


def _render_count(failure: Failure, *, names_jobs: bool) -> str:
    facts = [f"{failure.count} times"] if failure.count > 1 else []
    if names_jobs and failure.jobs:
        names = [str(strip_control(job)) for job in failure.jobs]
        facts.append(f"in {join_names(names, MOST_JOBS)}")
    return f" ({' '.join(facts)})" if facts else ""
