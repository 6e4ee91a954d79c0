"""Here lives the explanation of a log: clean it, find the failed step, ask the readers, judge outages, map paths."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.logs.classify import Outage, outage
from bot.logs.clean import Line, lines_of
from bot.logs.fingerprint import fingerprint
from bot.logs.found import Found
from bot.logs.generic import last_resort, speaks_of_error
from bot.logs.paths import Paths
from bot.logs.registry import READERS, Entry
from bot.logs.steps import Job, job_of
from bot.text import masked
from bot.values import Failure, Frame, Reading

_EXCERPT = 60  # lines
_AROUND = 6
_MOST = 200  # failures that are kept


def explain(lines: Iterable[bytes], repo_files: Collection[str]) -> Reading:
    """Read the log of one job, line by line; annotations may follow it as further lines `##[error]...`.

    Frames are files of the repository (`repo_files`, as of the job's commit), outermost first. Where a network, a
    runner or a disk failed, the action is never "fix". Secrets are masked. Holds 14 MB of a step at most.
    """
    job = job_of(lines_of(lines))
    paths = Paths(repo_files)
    told = outage((note.text for note in job.notes), only_stops=True)
    if told:
        return _nobody(told, job.steps[-1].lines)
    for step in reversed(job.steps):
        for entry in READERS:
            found = [_placed(one, paths) for one in entry.read(step.lines)]
            if found:
                return _judged(entry, found, step.lines)
    return _unread(job, paths)


def _judged(entry: Entry, found: Sequence[Found], lines: Sequence[Line]) -> Reading:
    """What a reader found, unless it is nobody's fault: of some failures, only the others are told."""
    blamed = [one for one in found if not _cause(one)]
    if not blamed:
        return _nobody(_cause(found[0]), lines, entry.tool)
    if not entry.tests:
        # A place in the repository's code outweighs a word about the network, but not a full disk or a killed process.
        sure = any(one.frames for one in blamed)
        outside = outage((line.text for line in lines), only_stops=sure)
        if outside:
            return _nobody(outside, lines, entry.tool)
    best = next((one for one in blamed if one.frames), blamed[0])
    return Reading(best.category, "fix", entry.tool, _failures(blamed), _excerpt(lines, best))


def _cause(one: Found) -> tuple[Outage, str] | None:
    """The outage that a failure tells of. An assertion only quotes what the code under test said."""
    if one.error.endswith(("AssertionError", "Failed")):
        return None
    return outage([f"{one.error}: {one.message}"])


def _nobody(why: tuple[Outage, str] | None, lines: Sequence[Line], tool: str = "") -> Reading:
    if why is None:
        raise ValueError("no outage")
    row, text = why
    at = next((line.number for line in lines if line.text == text), lines[-1].number if lines else 0)
    found = Found(row.category, "", text[:500], at, at)
    return Reading(row.category, row.action, tool or row.name, _failures([found]), _excerpt(lines, found))


def _unread(job: Job, paths: Paths) -> Reading:
    """No reader knows the tool: an outage, or the last line that speaks of an error."""
    lines = [*job.notes, *job.steps[-1].lines]
    why = outage(line.text for line in lines)
    if why:
        return _nobody(why, lines)
    found = [_placed(one, paths) for one in last_resort(lines)]
    if not found or not speaks_of_error(lines):
        return Reading("passed", "none")
    return Reading(found[0].category, "fix", "", _failures(found), _excerpt(lines, found[0]))


def _placed(one: Found, paths: Paths) -> Found:
    places = ((paths.place(frame.file), frame) for frame in one.frames)
    return replace(one, frames=tuple(Frame(file, frame.line, frame.function) for file, frame in places if file))


def _failures(found: Sequence[Found]) -> tuple[Failure, ...]:
    """Each failure once; one that was reported twice (by a rerun, by two reporters) counts both."""
    kept: dict[tuple[str, str], Failure] = {}
    for one in found:
        failure = _failure(one)
        key = (failure.test, failure.fingerprint if failure.test else f"{failure.message} {failure.frames[-1:]}")
        if key in kept:
            failure = replace(kept[key], count=kept[key].count + 1)
        if key in kept or len(kept) < _MOST:
            kept[key] = failure
    return tuple(kept.values())


def _failure(one: Found) -> Failure:
    message, test = masked(one.message), masked(one.test)
    return Failure(
        error=one.error,
        message=message,
        test=test,
        frames=one.frames,
        root_cause=masked(one.root_cause[:500]),
        fingerprint=fingerprint(one.error, message, test, one.frames),
        log_line=one.first,
    )


def _excerpt(lines: Sequence[Line], best: Found) -> str:
    """The lines that the best failure was read from, and some around them; head and tail of what is too long."""
    near = [line for line in lines if best.first - _AROUND <= line.number <= best.last + _AROUND]
    shown = masked("\n".join(line.text for line in near)).split("\n")
    if len(shown) > _EXCERPT:
        shown = [*shown[: _EXCERPT // 3], "[...]", *shown[1 + _EXCERPT // 3 - _EXCERPT :]]
    return "\n".join(shown)
