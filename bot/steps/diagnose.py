"""Here lives the diagnosis: what a red CI means, and whose fault it is."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from rich.text import Text

from bot.logs import attach_code, attach_job, merge_readings, read_log
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.flaky import Try, flaky, is_far
from bot.text.terminal_text import strip_control
from bot.tools.job_log import fetch_job_log
from bot.tools.tree_files import TreeFiles
from bot.values import (
    Action,
    Annotation,
    Category,
    Check,
    Checks,
    Failure,
    Reading,
    Sha,
    Tree,
    Verdict,
)

log = logging.getLogger(__name__)

UNREAD: Mapping[str, tuple[Category, Action]] = MappingProxyType(
    {
        "cancelled": ("infra", "rerun"),
        "stale": ("infra", "rerun"),
        "timed_out": ("timeout", "rerun"),
        "startup_failure": ("infra", "human"),
        "action_required": ("infra", "human"),
    }
)
KINDS = MappingProxyType(
    {
        "ours": ", broken by this change",
        "already red": ", red before this change too",
        "infrastructure": ", not the code's fault",
        "flaky": ", which seems to fail now and then",
    }
)
JOBS = 6  # read; the rest of a large matrix says the same
TRIES = 2  # looked back at


def _summarize_verdict(verdict: Verdict) -> Summary:
    if not verdict.reading.failures:
        return "read its log", Text(f"{verdict.reading.category} ({verdict.kind})", "red")
    first = verdict.reading.failures[0]
    line = Text().append(strip_control(first.test or first.error), "red")
    line.append(strip_control(f"\n{first.error}: {first.message}"))
    if first.frames:
        innermost = first.frames[-1]
        line.append(strip_control(f"\nat {innermost.file}:{innermost.line}"))
    return "read its log", line.append(KINDS[verdict.kind], "dim")


@step("diagnose", _summarize_verdict)
def diagnose(ports: Ports, base: Tree, head: Sha, checks: Checks) -> Verdict:
    """Read the logs of the failed jobs and weigh them against the base commit's."""
    tree = Tree(base.repo, head, base.branch)
    files = frozenset(TreeFiles(ports.mirrors, tree).paths())
    reading = attach_code(
        _read(ports, base, checks.failed, files), lambda paths: ports.mirrors.read(tree, paths)
    )
    jobs = {check.name: check.id if check.job else 0 for check in checks.failed}
    if reading.action == "rerun" or reading.category == "infra":
        return Verdict("infrastructure", reading, jobs)
    far = _is_far(ports, base, tree, reading)
    blamed = {job for failure in reading.failures for job in failure.jobs}
    tries = {
        check: _tries(ports, base, check, files) for check in checks.failed if check.name in blamed
    }
    if why := flaky(reading.failures, tries, far=far):
        return Verdict("flaky", reading, jobs, why)
    if _red_before(ports, base, checks, reading, files):
        return Verdict("already red", reading, jobs)
    if far and all(check.job and check.run_attempt == 1 for check in checks.failed):
        return Verdict(
            "flaky", replace(reading, action="rerun"), jobs
        )  # CI's second word costs less than an edit
    return Verdict("ours", reading, jobs)


def _read(ports: Ports, base: Tree, failed: Iterable[Check], files: frozenset[str]) -> Reading:
    # One red job has GitHub cancel the rest of its matrix, and the cancelled have nothing to tell.
    telling = sorted(failed, key=lambda check: check.conclusion == "cancelled")
    return merge_readings([_of_check(ports, base, check, files) for check in telling[:JOBS]])


def _of_check(ports: Ports, base: Tree, check: Check, files: frozenset[str]) -> Reading:
    log = fetch_job_log(ports, base.repo, check.id) if check.job else b""
    notes = ports.ci.list_annotations(base.repo, check.id) if check.id else ()
    lines = log.split(b"\n")[: None if log else 0] + [
        _as_line(note) for note in notes if note.level == "failure"
    ]
    reading = read_log(lines, files)
    if reading.confidence == "low":  # notes know places that the runner leaves out of the log
        placed = read_log(
            [_as_place(note) for note in notes if note.level == "failure" and note.line], files
        )
        reading = placed if any(failure.frames for failure in placed.failures) else reading
    if reading.category == "passed":  # it failed, so what was read, if anything, is not what failed
        reading = _unread(check)
    return attach_job(reading, check.name)


def _is_far(ports: Ports, base: Tree, head: Tree, reading: Reading) -> bool:
    """Whether what failed are tests that the change does not seem to reach."""
    before, after = (
        {(entry.path, entry.sha) for entry in ports.mirrors.entries(tree)} for tree in (base, head)
    )
    places = {frame.file for failure in reading.failures for frame in failure.frames}
    return is_far(
        reading.failures, {path for path, _ in before ^ after}, ports.mirrors.read(head, places)
    )


def _tries(ports: Ports, base: Tree, check: Check, files: frozenset[str]) -> tuple[Try, ...]:
    """What the attempts before this one said of a failed job, newest first."""
    numbers = range(check.run_attempt - 1, 0, -1)[:TRIES] if check.job else ()
    jobs = [job for number in numbers for job in ports.ci.list_jobs(base.repo, check.run, number)]
    return tuple(_try(ports, base, job, files) for job in jobs if job.name == check.name)


def _try(ports: Ports, base: Tree, job: Check, files: frozenset[str]) -> Try:
    failures = _of_check(ports, base, job, files).failures if job.state == "failed" else ()
    return Try(job.run_attempt, job.conclusion == "success", failures)


def _unread(check: Check) -> Reading:
    """What GitHub's own word says, where there is nothing to read."""
    category, action = UNREAD.get(check.conclusion.lower(), ("crash", "human"))
    more = f"see {check.url}" if check.url else "its own page may say more"
    mute = Failure(check.conclusion or "failure", f"CI left nothing to read; {more}")
    return Reading(category, action, failures=(mute,))


def _as_line(note: Annotation) -> bytes:
    """Timeouts and lost runners are told in annotations only."""
    return f"##[error]{note.message}\n".encode()


def _as_place(note: Annotation) -> bytes:
    return f"{note.path}:{note.line}: error: {' '.join(note.message.split())}\n".encode()


def _red_before(
    ports: Ports, base: Tree, checks: Checks, reading: Reading, files: frozenset[str]
) -> bool:
    """Whether all that failed had failed on the base commit in the same way."""
    before = ports.ci.fetch_checks(base.repo, base.sha)
    names = {check.name for check in checks.failed}
    same = [check for check in before.failed if check.name in names]
    if not same or names - {check.name for check in same}:
        return False
    ours = {failure.fingerprint for failure in reading.failures}
    theirs = {failure.fingerprint for failure in _read(ports, base, same, files).failures}
    return bool(ours) and ours <= theirs
