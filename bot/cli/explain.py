"""Here lives `greenlit explain`: a log is read, and what failed is shown, where and why."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.text import Text

from bot.adapters.git.borrowed_repository import borrow
from bot.adapters.git.git_process import GitUnfitError
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.repository_folder import NoRepositoryError
from bot.logs import attach_code, attach_job, merge_readings, read_log
from bot.ports import Unreachable
from bot.text.terminal_text import strip_control
from bot.values import Failure, Reading, Tree

READ, WRONG_USE = 0, 2
MESSAGE_LINES = 4
FRAMES = 4
LONGEST = 65_536  # bytes of a line; the cleaner cuts at less
NARROWEST_PAGE = 24  # lines; where nobody says how high the screen is
TO_DO = {
    "fix": "The code or its tests need a change.",
    "rerun": "Nobody's code is to blame: run it again.",
    "human": "Only a person can act on this: see what it says.",
    "none": "There is nothing to do.",
}


class WrongUseError(Exception):
    """What was typed cannot be meant; the text says why, and what can."""


def explained(
    console: Console, logs: Sequence[str], repo: Path | None, files: Path | None, *, as_json: bool
) -> int:
    """Read the logs (standard input when there is none) and show one reading of them all. 0 read, 2
    wrong use.
    """
    try:
        if repo:
            with _opened(repo) as opened:
                known = opened.files()
                reading = attach_code(_merged(logs, known), opened.read)
        else:
            known = _listed(files)
            reading = _merged(logs, known)
    except WrongUseError as wrong:
        Console(stderr=True, highlight=False, markup=False).print(
            Text(strip_control(str(wrong)), "red")
        )
        return WRONG_USE
    if as_json:
        sys.stdout.write(f"{json.dumps(_shape(reading), ensure_ascii=False, indent=2)}\n")
    else:
        _show(console, reading, placed=bool(known))
    return READ


@dataclass(frozen=True, slots=True)
class _Repository:
    """A git repository on this machine, as its newest commit has it."""

    mirrors: GitMirrors
    tree: Tree

    def files(self) -> list[str]:
        return [entry.path for entry in self.mirrors.entries(self.tree)]

    def read(self, paths: Collection[str]) -> Mapping[str, bytes]:
        return self.mirrors.read(self.tree, paths)


@contextmanager
def _opened(repo: Path) -> Iterator[_Repository]:
    """Borrow the repository; nothing of it runs, no link is followed."""
    with TemporaryDirectory(prefix="greenlit-") as home:
        try:
            mirrors = GitMirrors(Path(home), ())
            yield _Repository(mirrors, borrow(Path(home), repo, "HEAD"))
        except GitUnfitError:
            raise WrongUseError(
                "git is not installed; give the files' names with --files instead."
            ) from None
        except (NoRepositoryError, Unreachable) as wrong:
            raise WrongUseError(str(wrong)) from None


def _listed(files: Path | None) -> list[str]:
    if files is None:
        return []
    try:
        return [line for line in files.read_text(errors="replace").splitlines() if line]
    except OSError as wrong:
        raise WrongUseError(f"The list {files} cannot be read: {wrong.strerror}.") from None


def _merged(logs: Sequence[str], files: Collection[str]) -> Reading:
    return merge_readings([_reading(log, files) for log in logs or ["-"]])


def _reading(log: str, files: Collection[str]) -> Reading:
    name = "standard input" if log == "-" else Path(log).name
    return attach_job(read_log(_lines(log), files), name)


def _lines(log: str) -> Iterator[bytes]:
    """Line by line; an endless line comes in pieces that memory can hold."""
    if log == "-":
        yield from _pieces(sys.stdin.buffer.readline)
        return
    try:
        with Path(log).open("rb") as opened:
            yield from _pieces(opened.readline)
    except OSError as wrong:
        raise WrongUseError(f"The log {log} cannot be read: {wrong.strerror}.") from None


def _pieces(readline: Callable[[int], bytes]) -> Iterator[bytes]:
    """Lines, of which only the beginning is kept when they are longer than any that is read."""
    fresh = True
    while piece := readline(LONGEST):
        if fresh:
            yield piece
        fresh = piece.endswith(b"\n")


def _shape(reading: Reading) -> dict[str, object]:
    """What `--json` prints; the README documents it."""
    whole = asdict(reading)
    for failure in whole["failures"]:
        del failure["code"]
    return whole


def _show(console: Console, reading: Reading, *, placed: bool) -> None:
    """A page that fits the screen: as many failures as there is room for, the first always."""
    console.print(_head(reading))
    room = max(console.height, NARROWEST_PAGE) - 8
    shown = 0
    best = sorted(
        reading.failures, key=lambda failure: not (failure.frames and failure.frames[-1].line)
    )
    for number, failure in enumerate(best, 1):
        told = list(_told(number, failure))
        lines = sum(1 + line.cell_len // max(console.width, 20) for line in told)
        if shown and lines > room:
            break
        room -= lines
        shown += 1
        for line in told:
            console.print(line, soft_wrap=True)
    _foot(console, reading, shown, placed=placed)


def _head(reading: Reading) -> Text:
    count = len(reading.failures)
    what = f"{count} failure{'s' if count != 1 else ''}" if count else "no failure"
    tool = f", read as {reading.tool}" if reading.tool else ""
    colour = {"passed": "green", "infra": "magenta", "timeout": "magenta"}.get(
        reading.category, "red"
    )
    if not count and reading.confidence == "low":
        return Text(
            "Nothing to read: this is no text, or it is empty. Whether anything failed is not known.",
            "magenta",
        )
    unsure = ". A guess: no parser knows this log" if reading.confidence == "low" and count else ""
    return Text.assemble(
        (reading.category, f"bold {colour}"),
        strip_control(f": {what}{tool}{unsure}."),
        f" {TO_DO[reading.action]}",
    )


def _told(number: int, failure: Failure) -> Iterator[Text]:
    title = failure.test or failure.error or "error"
    yield Text.assemble(f"\n{number}. ", (strip_control(title), "bold"), _times(failure))
    said = [line for line in failure.message.split("\n") if line.strip()]
    kind = f"{failure.error}: " if failure.error and failure.test else ""
    for line in [kind + (said[0] if said else ""), *said[1:MESSAGE_LINES]]:
        yield Text(f"   {strip_control(line)}", "red")
    if failure.root_cause:
        yield Text(f"   because of {strip_control(failure.root_cause.partition(chr(10))[0])}")
    for frame in failure.frames[-FRAMES:]:
        where = f"{frame.file}:{frame.line}" if frame.line else frame.file
        yield Text.assemble(
            "   at ",
            (strip_control(where), "cyan"),
            strip_control(f" in {frame.function}" if frame.function else ""),
        )
    for line in failure.code.split("\n") if failure.code else ():
        yield Text(f"   {strip_control(line)}", "" if line.startswith(">") else "dim")


def _times(failure: Failure) -> str:
    jobs = f" in {', '.join(map(strip_control, failure.jobs))}" if len(failure.jobs) > 1 else ""
    return (
        (f" ({failure.count} times{jobs})" if failure.count > 1 else f" ({jobs.strip()})")
        if jobs or failure.count > 1
        else ""
    )


def _foot(console: Console, reading: Reading, shown: int, *, placed: bool) -> None:
    more = len(reading.failures) - shown
    if more:
        console.print(f"\n{more} more; --json tells them all.")
    if reading.failures and not placed:
        console.print(
            "\nPlaces are as printed. Give --repo PATH to see them as files of the repository, with code."
        )
