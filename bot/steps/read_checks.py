"""Read what failed checks left: logs, their own words and notes, or only GitHub's word."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import partial

from bot.logs import attach_job, merge_readings, read_log
from bot.logs.merge_annotations import RUNNERS_PATH, merge_annotations, read_annotations
from bot.logs.uploads import find_uploads
from bot.ports import BadAnswer, ContinuousIntegration, Ports, Refusal
from bot.steps.read_check_words import fetch_check_words, read_check_words
from bot.steps.read_test_reports import CheckReading, ReportReader
from bot.steps.secondary_source import fetch_or_do_without
from bot.tools.job_log import fetch_job_log
from bot.values import Annotation, Check, Reading, Repo
from bot.values.ci import MOST_READ

log = logging.getLogger(__name__)


def read_checks(
    ports: Ports, repo: Repo, failed: Iterable[Check], files: frozenset[str]
) -> Reading:
    """Read failed checks as one; `files` are the paths of the commit that they ran on.

    Reports of tests that they uploaded are read where their logs leave something open.
    """
    reader = ReportReader(ports.ci, repo, files, ports.own_secrets.mask)
    read = [_read_check(ports, repo, check, files) for check in choose_checks(failed)]
    return merge_readings(reader.add_reports(read))


def choose_checks(failed: Iterable[Check]) -> list[Check]:
    """Choose the failed checks that are read.

    One red job has GitHub cancel the rest of its matrix, and the cancelled have nothing to tell.
    Of each matrix the first comes before the second of another: the rest likely says the same.
    """
    counts: Counter[str] = Counter()
    ranked: list[tuple[bool, int, int, Check]] = []
    for check in failed:
        family = check.name.partition(" (")[0]
        ranked.append((check.conclusion == "cancelled", counts[family], len(ranked), check))
        counts[family] += 1
    return [check for *_, check in sorted(ranked)[:MOST_READ]]


def read_check(ports: Ports, repo: Repo, check: Check, files: frozenset[str]) -> Reading:
    """Read one failed check, without what it uploaded."""
    return _read_check(ports, repo, check, files).reading


def _read_check(ports: Ports, repo: Repo, check: Check, files: frozenset[str]) -> CheckReading:
    notes = list_notes(ports.ci, repo, check)
    job_log = _fetch_log(ports, repo, check, has_places=any(map(_has_place, notes)))
    lines = job_log.split(b"\n") if job_log else []
    reading = read_lines(lines, notes, files)
    if not reading.failures or (reading.confidence == "low" and not job_log):
        # It failed, so whatever was read is not what failed.
        words = fetch_check_words(ports, repo, check, notes)
        reading = _read_lines(words.encode().split(b"\n"), notes, files)
        if any(failure.frames for failure in reading.failures):
            reading = replace(reading, excerpt=reading.excerpt and words)
        elif not reading.failures or reading.confidence == "low":
            reading = read_check_words(check, words)
    return CheckReading(check, attach_job(reading, check.name), find_uploads(job_log))


def fetch_log(ports: Ports, repo: Repo, check: Check) -> bytes:
    """Fetch the log of a check; b"" where it has none, or GitHub does not hand it out."""
    if not check.job:
        return b""
    try:
        return fetch_job_log(ports, repo, check.id)
    except (Refusal, BadAnswer) as gone:
        log.warning("CI is read without the log of %s: %s", check.name, gone)
        return b""


def _fetch_log(ports: Ports, repo: Repo, check: Check, *, has_places: bool) -> bytes:
    """Fetch it. While it cannot be reached it is waited for, unless notes tell what broke where."""
    if not has_places:
        return fetch_log(ports, repo, check)
    return fetch_or_do_without(
        f"the log of {check.name}", lambda: fetch_log(ports, repo, check), b""
    )


def read_lines(
    lines: Sequence[bytes], notes: Sequence[Annotation], files: Collection[str]
) -> Reading:
    """Read the lines of a log, together with the notes that its check pinned to lines."""
    return merge_annotations(_read_lines(lines, notes, files), notes, lines, files)


def _read_lines(
    lines: Sequence[bytes], notes: Sequence[Annotation], files: Collection[str]
) -> Reading:
    failures = [note for note in notes if note.level == "failure"]
    reading = read_log([*lines, *map(_as_log_line, failures)], files)
    if reading.confidence == "low":
        # Annotations know places that the runner leaves out of the log.
        reading = read_annotations(failures, files) or reading
    return reading


def list_notes(ci: ContinuousIntegration, repo: Repo, check: Check) -> list[Annotation]:
    """List what the check pinned to lines; nothing where GitHub does not say. Failures alone, where
    there are any: a warning beside them is not what failed.
    """
    if not check.id:
        return []
    none: tuple[Annotation, ...] = ()
    fetch = partial(ci.list_annotations, repo, check.id)
    notes = fetch_or_do_without(f"the annotations of {check.name}", fetch, none)
    return [note for note in notes if note.level == "failure"] or list(notes)


def _has_place(note: Annotation) -> bool:
    return bool(note.line) and note.path != RUNNERS_PATH


def _as_log_line(annotation: Annotation) -> bytes:
    """Write an annotation as a line of the log: only they tell timeouts and lost runners."""
    return f"##[error]{annotation.message}\n".encode()
