"""Render the message of the bot's commits from the run's state."""

from __future__ import annotations

import re

from bot.text import defuse_mentions, mask_secrets
from bot.text.git_messages import (
    SUBJECT_CHARS,
    clean_message,
    normalize_subject,
    shorten_subject,
)
from bot.values import Failure, PushedChange, Request, RunState, Verdict
from bot.views.markdown_parts import join_parts, wrap_list

FAILURE_CHARS = 300
MOST_FAILURES = 5
REPAIRS = {  # what the mending of a failure that names no test is about
    "compile-error": "the build",
    "dependency": "the dependencies",
    "lint": "what the linter found",
    "type-error": "the types",
}


def render_commit_message(state: RunState) -> str:
    """Render the message of the next commit: the model's words, or what CI said of the last one.

    Nothing in it calls a person, closes an issue or keeps CI from running; what nobody sees is left
    out, as git takes no NUL. The asker is the co-author.
    """
    finish, pushed = state.finish_call.finish, state.pushed
    subject, body = clean_line(finish.title), _clean_body(finish.message, state.request)
    if pushed is not None:
        subject, body = _render_later(state, pushed, subject, body)
    trailers = _render_trailers(state)
    text = join_parts(shorten_subject(subject or f"Solve {state.request.number}"), body, trailers)
    return mask_secrets(text) + "\n"


def _render_later(
    state: RunState, pushed: PushedChange, subject: str, body: str
) -> tuple[str, str]:
    """Render subject and body of a commit on top of ours, which says nothing that ours said.

    After a red CI they are what it said; else the subject is what a person asked for since.
    """
    if body == _clean_body(pushed.finish.message, state.request):
        body = ""
    red = _find_red(state)
    if red is not None:
        return _render_repair(red), join_parts(_render_red(red, pushed.head), body)
    if subject == clean_line(pushed.finish.title):
        words = clean_line(state.request.words)
        subject = f"As asked: {words}" if words else subject
    return subject, body


def _find_red(state: RunState) -> Verdict | None:
    """Find what CI said of the newest commit, where that was red."""
    for newest in state.attempts[-1:]:
        if newest.state == "red":
            return newest.verdict
    return None


def _render_repair(verdict: Verdict) -> str:
    """Name in one line what the commit mends."""
    failures = verdict.reading.failures
    tests = {failure.test for failure in failures if failure.test}
    if not tests:
        return clean_line(f"Repair {_name_fault(verdict)}")
    first = next(failure.test for failure in failures if failure.test)
    name = clean_line(first.rpartition("::")[2])
    subject, plain = f"Repair {name}", "Repair a failing test"
    if len(tests) > 1:
        subject, plain = f"{subject} and {len(tests) - 1} more", f"Repair {len(tests)} tests"
    if len(subject) > SUBJECT_CHARS:
        return plain
    return subject


def _name_fault(verdict: Verdict) -> str:
    """Name what is wrong where no test is named: by its kind, its error and file, or its job."""
    kind = REPAIRS.get(verdict.reading.category)
    errors = [failure for failure in verdict.reading.failures if failure.error and failure.frames]
    if kind is None and errors:
        return f"{errors[0].error} in {errors[0].frames[-1].file}"
    return kind or f"what is red in {next(iter(verdict.jobs), 'CI')}"


def _render_red(verdict: Verdict, head: str) -> str:
    """Say what CI said of the commit before: jobs, tests and places."""
    jobs = ", ".join(map(clean_line, verdict.jobs)) or "a check"
    where = f"CI was red on {head[:10]} ({jobs})"
    failures = list(dict.fromkeys(map(_describe_failure, verdict.reading.failures)))
    if not failures:
        return f"{where}."
    return f"{where}:\n\n{wrap_list(failures, MOST_FAILURES)}"


def _describe_failure(failure: Failure) -> str:
    words = ": ".join(part for part in (failure.test, failure.error, failure.message) if part)
    text = shorten_subject(clean_line(words), FAILURE_CHARS)
    if not failure.place:
        return text
    return f"{text} ({clean_line(failure.place)})"


def clean_line(text: str) -> str:
    """Write a stranger's words on one line that acts on nobody."""
    # Masked before it is cut: the half of a secret would not be known again.
    return defuse_mentions(normalize_subject(mask_secrets(text)))


def _clean_body(text: str, request: Request) -> str:
    """Take out trailers, marks that skip CI, and lines that only say which issue this is for."""
    own_issue = re.compile(
        rf"^[ \t*-]*(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|see|part of)[ \t]*:?[ \t]*"
        rf"#{request.number}\.?[ \t]*$",
        re.IGNORECASE | re.MULTILINE,
    )
    plain = own_issue.sub("", clean_message(text)).strip()
    return defuse_mentions(re.sub(r"\n{3,}", "\n\n", plain))


def _render_trailers(state: RunState) -> str:
    """Render the asker as co-author, and the issue; a pull request knows its own commits."""
    request = state.request
    co_author = render_co_author(request.asker, request.asker_id)
    if state.target is not None and request.number == state.target.number:
        return co_author
    return f"Refs: #{request.number}\n{co_author}"


def render_co_author(login: str, account: int) -> str:
    """Render the trailer that names a co-author; the account's id, where known, links to it."""
    name = f"{account}+{login}" if account else login
    return f"Co-authored-by: {login} <{name}@users.noreply.github.com>"
