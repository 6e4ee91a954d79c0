"""Merge the notes that a check pinned to lines into the reading of its log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.logs.failures import collect_failures
from bot.logs.job_steps import split_steps
from bot.logs.parsed_failure import ParsedFailure, shorten_message
from bot.logs.repo_paths import RepoPaths
from bot.search.source_files import kind_of
from bot.values import Annotation, Category, Failure, Frame, Reading

RUNNERS_PATH = ".github"  # where GitHub's runner pins what belongs to no file
_LEAST_CHARS = 8  # of a message that says which failure it is of


def merge_annotations(
    reading: Reading, notes: Sequence[Annotation], lines: Sequence[bytes], files: Collection[str]
) -> Reading:
    """Add the failures that only notes tell, and the places that only they know.

    A note counts where its words stand in a step that failed: the runner leaves its place out of
    the log, and writes notes of other steps too.
    """
    if reading.action != "fix" or reading.confidence == "low":
        return reading
    paths = RepoPaths(files)
    pinned = [failure for note in notes for failure in _read_note(note, paths)]
    failures = list(reading.failures)
    untold = [failure for failure in pinned if not _merge_told(failures, failure)]
    if untold:
        printed = _list_errors(lines)
        failures += [each for each in untold if each.message.split("\n")[0] in printed]
    return replace(reading, failures=tuple(dict.fromkeys(failures)))


def read_annotations(notes: Sequence[Annotation], files: Collection[str]) -> Reading | None:
    """Read notes alone, where nothing else tells what failed; None where they have no place."""
    paths = RepoPaths(files)
    failures = tuple(failure for note in notes for failure in _read_note(note, paths))
    if not failures:
        return None
    are_tests = all(kind_of(failure.frames[0].file) == "test" for failure in failures)
    category: Category = "test-failure" if are_tests else "lint"
    return Reading(category, "fix", "", failures, confidence="medium")


def _read_note(note: Annotation, paths: RepoPaths) -> Sequence[Failure]:
    """Read a note as a failure; nothing where its place is not in the repository."""
    is_placed = note.line and note.level == "failure" and note.path != RUNNERS_PATH
    file = paths.resolve(note.path) if is_placed else None
    if not file:
        return ()
    frame = Frame(file, note.line)
    error = note.title if note.message else ""
    message = shorten_message(note.message or note.title)
    return collect_failures([ParsedFailure("lint", error, message, 0, 0, frames=(frame,))])


def _merge_told(failures: list[Failure], note: Failure) -> bool:
    """Tell whether a failure is told already; one without a place gets the note's."""
    for index, failure in enumerate(failures):
        if note.frames[0] in map(_without_function, failure.frames):
            return True
        if not _say_the_same(failure, note):
            continue
        if not failure.frames:
            failures[index] = replace(failure, frames=note.frames)
        if not failure.frames or note.frames[0].file in {each.file for each in failure.frames}:
            return True
    return False


def _without_function(frame: Frame) -> Frame:
    return Frame(frame.file, frame.line)


def _say_the_same(failure: Failure, note: Failure) -> bool:
    """Tell whether one's words hold the other's, or the note names the test."""
    first, second = (" ".join(text.split()) for text in (failure.message, note.message))
    name = failure.test.rpartition("::")[2] or failure.test
    if name and name in second:
        return True
    shorter, longer = sorted((first.partition("\n")[0], second), key=len)
    return len(shorter) >= _LEAST_CHARS and shorter in longer


def _list_errors(lines: Sequence[bytes]) -> set[str]:
    """List what the failed steps marked as errors."""
    job = split_steps(lines)
    return {line.text for step in job.steps for line in step.lines if line.mark == "error"}
