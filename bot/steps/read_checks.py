"""Read what failed checks left: logs, annotations, or only GitHub's word."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.logs import attach_job, merge_readings, read_log
from bot.ports import Ports, RateLimited, Refusal, Unreachable
from bot.tools.job_log import fetch_job_log
from bot.values import Action, Annotation, Category, Check, Failure, Reading, Repo
from bot.values.ci import MOST_READ

log = logging.getLogger(__name__)

UNREADABLE: Mapping[str, tuple[Category, Action]] = MappingProxyType(
    {
        "cancelled": ("infra", "rerun"),
        "stale": ("infra", "rerun"),
        "timed_out": ("timeout", "rerun"),
        "startup_failure": ("infra", "human"),
        "action_required": ("infra", "human"),
    }
)


def read_checks(
    ports: Ports, repo: Repo, failed: Iterable[Check], files: frozenset[str]
) -> Reading:
    """Read failed checks as one; `files` are the paths of the commit that they ran on."""
    return merge_readings(
        [read_check(ports, repo, check, files) for check in choose_checks(failed)]
    )


def choose_checks(failed: Iterable[Check]) -> list[Check]:
    """Choose the failed checks that are read.

    One red job has GitHub cancel the rest of its matrix, and the cancelled have nothing to tell.
    """
    return sorted(failed, key=lambda check: check.conclusion == "cancelled")[:MOST_READ]


def read_check(ports: Ports, repo: Repo, check: Check, files: frozenset[str]) -> Reading:
    """Read one failed check."""
    log = fetch_job_log(ports, repo, check.id) if check.job else b""
    failures = _list_failures(ports, repo, check)
    lines = log.split(b"\n") if log else []
    reading = read_log([*lines, *map(_as_log_line, failures)], files)
    if reading.confidence == "low":
        # Annotations know places that the runner leaves out of the log.
        placed = read_log([_as_place(failure) for failure in failures if failure.line], files)
        if any(failure.frames for failure in placed.failures):
            reading = placed
    if reading.category == "passed":
        # It failed, so whatever was read is not what failed.
        reading = _read_conclusion(check)
    return attach_job(reading, check.name)


def _list_failures(ports: Ports, repo: Repo, check: Check) -> list[Annotation]:
    """List what the check pinned to lines as failures; nothing where GitHub does not say."""
    try:
        annotations = ports.ci.list_annotations(repo, check.id) if check.id else ()
    except RateLimited:
        raise
    except (Refusal, Unreachable) as gone:
        log.warning("CI is read without annotations of %s: %s", check.name, gone)
        return []
    return [annotation for annotation in annotations if annotation.level == "failure"]


def _read_conclusion(check: Check) -> Reading:
    """Take GitHub's own word, where there is nothing to read."""
    category, action = UNREADABLE.get(check.conclusion.lower(), ("crash", "human"))
    more = f"see {check.url}" if check.url else "its own page may say more"
    failure = Failure(check.conclusion or "failure", f"CI left nothing to read; {more}")
    return Reading(category, action, failures=(failure,))


def _as_log_line(annotation: Annotation) -> bytes:
    """Write an annotation as a line of the log: only they tell timeouts and lost runners."""
    return f"##[error]{annotation.message}\n".encode()


def _as_place(annotation: Annotation) -> bytes:
    message = " ".join(annotation.message.split())
    return f"{annotation.path}:{annotation.line}: error: {message}\n".encode()
