"""Read a log: find the failed step, ask the parsers, and decide whose fault it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.logs.clean_log import LogLine
from bot.logs.failures import collect_failures, cut_excerpt
from bot.logs.job_steps import JobLog, split_steps
from bot.logs.judge_step import judge_step, report_outage
from bot.logs.line_search import read_texts
from bot.logs.merge_readings import merge_readings
from bot.logs.outages import find_outage, find_outage_in_error
from bot.logs.parse_step import parse_step, resolve_frames
from bot.logs.parsed_failure import ParsedFailure, Parser, make_diagnostic
from bot.logs.parsers.fallback import (
    cut_last_error,
    mentions_error,
    mentions_failed_tests,
    mentions_success,
    parse_bare_files,
    parse_docker_step,
    parse_last_error,
    parse_named_files,
)
from bot.logs.parsers.listings import (
    parse_differences,
    parse_grouped,
    parse_listing,
    parse_pointed,
    parse_warnings,
)
from bot.logs.parsers.unknown_tools import (
    parse_unknown_assertions,
    parse_unknown_stack,
    parse_unknown_tests,
)
from bot.logs.read_report import NO_LOG, read_report
from bot.logs.repo_paths import RepoPaths
from bot.logs.report_xml import peek_report
from bot.values import Reading

_LISTED_FAILURES = 1000
_LAST_LINES = 150  # what was said there more likely ended the step
_FORMS = (
    parse_unknown_assertions,
    parse_unknown_tests,
    parse_unknown_stack,
    parse_pointed,
    parse_listing,
    parse_grouped,
    parse_named_files,
    parse_differences,
    parse_warnings,
)
# Of a step that is not known to have failed, what goes well may have the other forms, too.
_PLAIN_FORMS = (parse_listing, parse_bare_files)
_LINTS = re.compile(r"\b(?:\w*lint|lint\w*|fmt|prettier|check-?format)\b")
_ERROR_BEGINS = re.compile(r"\W{0,4}(?:error|fatal|fail(?:ed)?|failure)\b", re.IGNORECASE)
_ACTION_STEP = re.compile(r"##\[group\]Run [\w.-]+/[\w./-]+@\S+$")


def read_log(lines: Iterable[bytes], repo_files: Collection[str]) -> Reading:
    """Read the log of one job, line by line, or a report of tests.

    Annotations may follow the log as lines `##[error]...`. Frames name files of the repository
    (`repo_files`, as of the job's commit), outermost first. Where a network, a runner or a disk
    failed, the action is never "fix". Secrets are masked. Holds 4 MB of a step at
    most: its beginning and its end.
    """
    is_report, lines = peek_report(lines)
    if is_report:
        return read_report(lines, repo_files)
    job = split_steps(lines)
    stop = find_outage(read_texts(job.notes), only_stops=True)
    if stop:
        return report_outage(stop, job.steps[-1].lines)
    for is_indented in (False, True) if job.has_failed else (False,):
        readings = _read_steps(job, repo_files, is_indented=is_indented)
        if readings:
            return merge_readings(readings)
    return _guess(job, repo_files)


def _read_steps(
    job: JobLog, repo_files: Collection[str], *, is_indented: bool
) -> Sequence[Reading]:
    """Read each failed step, the last one first: it has ended the job, or ran after all."""
    steps = (parse_step(step, repo_files, is_indented=is_indented) for step in reversed(job.steps))
    return list(filter(None, map(judge_step, steps)))


def _guess(job: JobLog, repo_files: Collection[str]) -> Reading:
    """Read a step that no parser knows: an outage, or the last line that speaks of an error."""
    lines = [*job.notes, *job.steps[-1].lines]
    errors = [line for line in lines if _is_marked_error(line)]
    paths = RepoPaths(repo_files)
    reading = _guess_outage(lines, errors) or _guess_action_failure(job, lines, errors)
    if reading is None and repo_files:
        reading = _guess_form(_FORMS if job.has_failed else _PLAIN_FORMS, lines, paths)
    if reading is None and (job.has_failed or not job.has_steps):
        reading = _guess_outage_in_error(lines)
    return reading or _guess_last_error(job, lines, paths)


def _is_marked_error(line: LogLine) -> bool:
    return line.mark == "error" and not line.text.startswith("Process completed")


def _guess_outage(lines: Sequence[LogLine], errors: Sequence[LogLine]) -> Reading | None:
    match = (
        find_outage_in_error(read_texts(errors))
        or find_outage(read_texts(lines[-_LAST_LINES:]))
        or find_outage(read_texts(lines))
    )
    return replace(report_outage(match, lines), confidence="medium") if match else None


def _guess_outage_in_error(lines: Sequence[LogLine]) -> Reading | None:
    match = find_outage_in_error(read_texts(cut_last_error(lines)))
    return replace(report_outage(match, lines), confidence="low") if match else None


def _guess_action_failure(
    job: JobLog, lines: Sequence[LogLine], errors: Sequence[LogLine]
) -> Reading | None:
    """Report the last error of an action from the marketplace.

    Its code is nobody's here: what it says at its end is about its inputs, or the world.
    """
    script = job.steps[-1].command
    if not errors or not script or not _ACTION_STEP.match(script[0].text):
        return None
    outage = find_outage_in_error(text for text in read_texts(lines) if _ERROR_BEGINS.match(text))
    if outage:
        return replace(report_outage(outage, lines), confidence="low")
    failure = make_diagnostic("infra", errors[-1], errors[-1].text)
    return _report_guess([failure], lines, Reading("infra", "human"))


def _guess_form(
    forms: Sequence[Parser], lines: Sequence[LogLine], paths: RepoPaths
) -> Reading | None:
    """Report what names a file of the repository in a form that most tools of its kind share."""
    for parse in forms:
        failures = [resolve_frames(failure, paths) for failure in parse(lines)]
        in_repository = [failure for failure in failures if failure.frames]
        if in_repository:
            reading = Reading(in_repository[0].category, "fix")
            return _report_guess(in_repository[:_LISTED_FAILURES], lines, reading)
    return None


def _guess_last_error(job: JobLog, lines: Sequence[LogLine], paths: RepoPaths) -> Reading:
    are_tests = job.has_failed and mentions_failed_tests(lines)
    failed_tests = parse_unknown_tests(lines) if are_tests else []
    parsed = parse_docker_step(lines) or failed_tests or parse_last_error(lines)
    failures = [resolve_frames(failure, paths) for failure in parsed]
    if not failures or not mentions_error(lines):
        is_log = _is_text(lines) and (job.has_steps or mentions_success(lines))
        return Reading("passed", "none") if is_log else NO_LOG
    # Only a place in the repository, or a test, says that code is to blame.
    is_code = failures[0].category == "test-failure" or any(each.frames for each in failures)
    category = failures[0].category
    if category == "crash" and any(_LINTS.search(line.text) for line in job.steps[-1].command):
        category = "lint"
    reading = Reading(category, "fix" if is_code else "human")
    return _report_guess(failures, lines, reading)


def _report_guess(
    failures: Sequence[ParsedFailure], lines: Sequence[LogLine], reading: Reading
) -> Reading:
    excerpt = cut_excerpt(lines, failures[0])
    return replace(reading, failures=collect_failures(failures), excerpt=excerpt, confidence="low")


def _is_text(lines: Sequence[LogLine]) -> bool:
    """Tell whether there was any text: an empty or a binary file does not say all is well."""
    text = "".join(read_texts(lines[:1000]))
    garbage = text.count("\N{REPLACEMENT CHARACTER}") + text.count("\0")
    return bool(text.strip()) and garbage * 20 < len(text)
