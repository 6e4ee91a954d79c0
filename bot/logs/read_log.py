"""Here lives the explanation of a log: clean it, find the failed step, ask the readers, judge
outages, map paths.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.logs.classify import Outage, outage
from bot.logs.clean_log import Line
from bot.logs.failures import excerpt, failures
from bot.logs.generic_reader import last_resort, listing, speaks_of_error
from bot.logs.job_steps import Job, Step, job_of
from bot.logs.junit import junit_report, peeked
from bot.logs.parsed_failure import Found
from bot.logs.readers.python import is_wrapper
from bot.logs.registry import READERS, Entry, Kind
from bot.logs.repo_paths import Paths
from bot.values import Frame, Reading

_MOST = 1000  # failures that one reader may tell of
_LATE = 150  # lines before the end of a step: what was said there more likely ended it
_USES = re.compile(r"##\[group\]Run [\w.-]+/[\w./-]+@\S+$")


def read_log(lines: Iterable[bytes], repo_files: Collection[str]) -> Reading:
    """Read the log of one job, line by line, or a JUnit report. Annotations may follow as lines
    `##[error]...`.

    Frames are files of the repository (`repo_files`, as of the job's commit), outermost first.
    Where a network, a
    runner or a disk failed, the action is never "fix". Secrets are masked. Holds some MB of a step
    at most.
    """
    is_report, lines = peeked(lines)
    if is_report:
        return _reported(junit_report(lines), Paths(repo_files))
    job = job_of(lines)
    told = outage((note.text for note in job.notes), only_stops=True)
    if told:
        return _nobody(told, job.steps[-1].lines)
    for step in reversed(job.steps):
        scene = _scene(step, repo_files)
        reading = _judged(scene)
        if reading:
            return reading
    return _unread(job, repo_files)


def _reported(found: Sequence[Found], paths: Paths) -> Reading:
    """A JUnit report, in which nothing but failures is told."""
    placed = [_placed(one, paths) for one in found]
    if not placed:
        return Reading("passed", "none", "junit")
    sure = any(one.frames for one in placed)
    return Reading(
        "test-failure", "fix", "junit", failures(placed), "", "high" if sure else "medium"
    )


@dataclass(slots=True)
class _Scene:
    """A failed step and what the readers found in it, by how far they are believed."""

    lines: Sequence[Line]
    paths: Paths
    found: dict[Kind, list[tuple[Entry, Found]]] = field(
        default_factory=lambda: {"tests": [], "points": [], "ends": []}
    )

    def told(self, kind: Kind) -> list[tuple[Entry, Found]]:
        return self.found[kind]


def _scene(step: Step, files: Collection[str]) -> _Scene:
    lines = step.lines
    text = "\n".join(line.text for line in lines)
    paths = Paths(files, lambda: "\n".join(line.text for line in step.command) + "\n" + text)
    scene = _Scene(lines, paths)
    for entry in READERS:
        if any(sign in text for sign in entry.signs):
            found = [_placed(one, paths) for one in entry.read(lines)[:_MOST]]
            scene.found[entry.kind] += [
                (entry, one) for one in found if not _claimed(scene, entry, one)
            ]
    return scene


def _claimed(scene: _Scene, entry: Entry, one: Found) -> bool:
    """Whether a reader that is believed more has read these lines: what a failed test printed is no
    further failure.
    """
    others = (other for kind in scene.found for by, other in scene.found[kind] if by is not entry)
    return any(
        (other.first <= one.first <= other.last)
        or (one.first <= other.first and other.last <= one.last)
        or _same(one, other)
        for other in others
    )


def _same(one: Found, other: Found) -> bool:
    """Two tellings of one failure, by two reporters."""
    first, second = one.message.split("\n")[0], other.message.split("\n")[0]
    return (
        bool(one.frames)
        and one.frames[-1:] == other.frames[-1:]
        and bool(first)
        and (first in second or second in first)
    )


def _judged(scene: _Scene) -> Reading | None:
    """What the readers found, unless it is nobody's fault: of some failures, only the others are
    told.
    """
    chosen = _chosen(scene)
    if not chosen:
        return None
    blamed = [(entry, one) for entry, one in chosen if not _cause(one)]
    if not blamed:
        entry, one = chosen[0]
        return _nobody(_cause(one), scene.lines, one.tool or entry.tool)
    sure = any(one.frames for _, one in blamed)
    if blamed[0][0].kind != "tests":
        # A place in the repository's code outweighs a word about the network, but not a full disk
        # or a killed process.
        outside = outage((line.text for line in scene.lines), only_stops=sure)
        if outside:
            return _nobody(outside, scene.lines, blamed[0][0].tool)
    entry, best = next(((entry, one) for entry, one in blamed if one.frames), blamed[0])
    told = failures([one for _, one in blamed])
    shown = excerpt(scene.lines, best)
    return Reading(
        best.category, "fix", best.tool or entry.tool, told, shown, "high" if sure else "medium"
    )


def _chosen(scene: _Scene) -> list[tuple[Entry, Found]]:
    """Tests; else places in the repository's code; else what ended the program; else whatever else
    was said.
    """
    tests, points, ends = scene.told("tests"), scene.told("points"), scene.told("ends")
    ours = [(entry, one) for entry, one in points if one.frames or not one.first]
    if tests:
        return tests + [
            (entry, one) for entry, one in ours if entry.tool == "go" and one.category != "lint"
        ]
    died = [
        (entry, one) for entry, one in ends if one.frames and not is_wrapper(one.error, one.message)
    ]
    lasting = [(entry, one) for entry, one in points if one.frames or one.category == "dependency"]
    return ours or _last(died) or lasting or points or _last(ends)


def _last(ends: list[tuple[Entry, Found]]) -> list[tuple[Entry, Found]]:
    """What the reader found that read furthest: a program ends but once."""
    if not ends:
        return []
    by = max(ends, key=lambda each: each[1].last)[0]
    return [(entry, one) for entry, one in ends if entry is by]


def _cause(one: Found) -> tuple[Outage, str] | None:
    """The outage that a failure tells of. An assertion only quotes what the code under test said."""
    if one.error.endswith(("AssertionError", "Failed")) or one.message.startswith("expect("):
        return None
    said = "\n".join(one.message.split("\n", maxsplit=2)[:2])
    return outage([f"{one.error}: {said}"])


def _nobody(why: tuple[Outage, str] | None, lines: Sequence[Line], tool: str = "") -> Reading:
    if why is None:
        raise ValueError("no outage")
    row, text = why
    at = next(
        (line.number for line in lines if line.text == text), lines[-1].number if lines else 0
    )
    found = Found(row.category, "", text[:500], at, at)
    return Reading(
        row.category, row.action, tool or row.name, failures([found]), excerpt(lines, found), "high"
    )


def _unread(job: Job, files: Collection[str]) -> Reading:
    """No reader knows the tool: an outage, or the last line that speaks of an error."""
    lines = [*job.notes, *job.steps[-1].lines]
    marked = [
        line
        for line in lines
        if line.mark == "error" and not line.text.startswith("Process completed")
    ]
    for looked_at in (marked, lines[-_LATE:], lines):
        why = outage(line.text for line in looked_at)
        if why:
            return replace(_nobody(why, lines), confidence="medium")
    script = job.steps[-1].command
    if script and _USES.match(script[0].text) and marked:
        # The code of an action is nobody's here: what it says at its end is about its inputs, or
        # the world.
        said = Found("infra", "", marked[-1].text, marked[-1].number, marked[-1].number)
        return Reading("infra", "human", "", failures([said]), excerpt(lines, said), "low")
    paths = Paths(files)
    listed = [placed for one in listing(lines) if (placed := _placed(one, paths)).frames]
    if files and listed:
        return Reading(
            "lint", "fix", "", failures(listed[:_MOST]), excerpt(lines, listed[0]), "low"
        )
    found = [_placed(one, paths) for one in last_resort(lines)]
    if not found or not speaks_of_error(lines):
        return Reading("passed", "none", confidence="high" if _is_text(lines) else "low")
    return Reading(found[0].category, "fix", "", failures(found), excerpt(lines, found[0]), "low")


def _is_text(lines: Sequence[Line]) -> bool:
    """Whether there was anything to read: an empty or a binary file does not say that all is well."""
    said = "".join(line.text for line in lines[:1000])
    odd = sum(said.count(sign) for sign in ("\N{REPLACEMENT CHARACTER}", "\0"))
    return bool(said.strip()) and odd * 20 < len(said)


def _placed(one: Found, paths: Paths) -> Found:
    places = ((paths.place(frame.file), frame) for frame in one.frames)
    frames = tuple(Frame(file, frame.line, frame.function) for file, frame in places if file)
    path, colons, name = one.test.partition("::")
    if colons and path.startswith("/"):
        at_root = paths.place(path) or (frames[0].file if frames else "")
        return replace(one, frames=frames, test=f"{at_root}::{name}" if at_root else name)
    return replace(one, frames=frames)
