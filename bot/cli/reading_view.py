"""Print the reading of a CI log as a page that fits the screen."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from bot.text.terminal_text import strip_control
from bot.values import Failure, Frame, Reading

SHOWN_MESSAGE_LINES = 4
SHOWN_FRAMES = 4
LEAST_LINES = 24  # of a page, where nobody says how high the screen is
LEAST_COLUMNS = 20
COLOURS = {"passed": "green", "infra": "magenta", "timeout": "magenta"}
NEXT_STEPS = {
    "fix": "The code or its tests need a change.",
    "rerun": "Nobody's code is to blame: run it again.",
    "human": "Only a person can act on this: see what it says.",
    "none": "There is nothing to do.",
}
NOTHING = "Nothing to read: this is no text, or it is empty. Whether anything failed is not known."
PLACES = (
    "\nPlaces are as printed. Give --repo PATH to see them as files of the repository, with code."
)


def print_reading(console: Console, reading: Reading, *, files_known: bool) -> None:
    """Print as many failures as there is room for, those with a place first, and at least one."""
    console.print(_render_headline(reading))
    room = max(console.height, LEAST_LINES) - 8
    failures = sorted(reading.failures, key=lambda failure: not _has_place(failure))
    shown = 0
    for number, failure in enumerate(failures, 1):
        lines = list(_render_failure(number, failure))
        width = max(console.width, LEAST_COLUMNS)
        height = sum(1 + line.cell_len // width for line in lines)
        if shown and height > room:
            break
        room -= height
        shown += 1
        for line in lines:
            console.print(line, soft_wrap=True)
    if len(failures) > shown:
        console.print(f"\n{len(failures) - shown} more; --json tells them all.")
    if failures and not files_known:
        console.print(PLACES)


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


def _render_failure(number: int, failure: Failure) -> Iterator[Text]:
    title = strip_control(failure.test or failure.error or "error")
    yield Text.assemble(f"\n{number}. ", (title, "bold"), _render_count(failure))
    lines = [line for line in failure.message.split("\n") if line.strip()] or [""]
    if failure.error and failure.test:
        lines[0] = f"{failure.error}: {lines[0]}"
    for line in lines[:SHOWN_MESSAGE_LINES]:
        yield Text(f"   {strip_control(line)}", "red")
    if failure.root_cause:
        cause = failure.root_cause.partition("\n")[0]
        yield Text(f"   because of {strip_control(cause)}")
    for frame in failure.frames[-SHOWN_FRAMES:]:
        yield _render_frame(frame)
    for line in failure.code.split("\n") if failure.code else ():
        yield Text(f"   {strip_control(line)}", "" if line.startswith(">") else "dim")


def _render_frame(frame: Frame) -> Text:
    place = f"{frame.file}:{frame.line}" if frame.line else frame.file
    function = f" in {frame.function}" if frame.function else ""
    return Text.assemble("   at ", (strip_control(place), "cyan"), strip_control(function))


def _render_count(failure: Failure) -> str:
    facts = [f"{failure.count} times"] if failure.count > 1 else []
    if len(failure.jobs) > 1:
        facts.append(f"in {', '.join(map(strip_control, failure.jobs))}")
    return f" ({' '.join(facts)})" if facts else ""
