"""Render what CI says of a pull request: what is red, what broke, whose fault it is, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from bot.text import as_code_span, count_noun, defuse_inline, link_markdown, strip_invisible
from bot.text.code_fences import fence_code
from bot.values import Check, Checks, Failure, Frame, PullDetails, Verdict
from bot.values.ci import MOST_READ
from bot.views.conclusion_words import OWN_WORDS, describe_conclusion
from bot.views.markdown_parts import fold, join_names, join_parts

MOST_CHECKS = 10
MOST_FAILURES = 8
MOST_PLACES = 3
MOST_JOBS = 6
MESSAGE_CHARS = 500
CODE_CHARS = 3_000
EXCERPT_CHARS = 6_000
NAME_CHARS = 200
TURNED_RED = "CI has turned red since I left this pull request."
REPAIRING = "I repair it now."
SAME_FAILURE = (
    "I have tried to repair this very failure before, so I leave it to you. "
    "Comment `/fix` to have me try once more."
)
ADVICE_ON_FORK = (
    "The code or its tests need a change: comment `/fix` to have me suggest one in a review."
)
ADVICE = {
    "ours": "The code or its tests need a change: comment `/fix` to have me try.",
    "infrastructure": "Please see what it says: no edit of this change repairs it.",
    "set-up": "Please look at it: this change did not touch it.",
    "flaky": "Please run the failed jobs again, or repair the test.",
}


def render_explanation(pull: PullDetails, checks: Checks, verdict: Verdict | None) -> str:
    """Render the whole reading of a commit's CI; `verdict` is that of its failures."""
    if verdict is None:
        return join_parts(
            describe_checks(pull, checks),
            _render_red_checks(checks),
            *_explain_no_red(pull, checks),
        )
    return _render_red(pull, checks, verdict, _advise(pull, verdict))


def render_later_red(pull: PullDetails, checks: Checks, verdict: Verdict, advice: str) -> str:
    """Render that CI turned red on a pull request that the bot had left, and what follows."""
    follows = advice or _advise(pull, verdict)
    return f"{TURNED_RED}\n\n{_render_red(pull, checks, verdict, follows)}"


def render_no_attempts(pushes: int) -> str:
    """Say that no attempts are left over the life of the pull request."""
    return (
        f"I have pushed {count_noun(pushes, 'time')} to this pull request, the most that I do "
        "unasked. Comment `/fix` to have me try all the same."
    )


def _render_red(pull: PullDetails, checks: Checks, verdict: Verdict, advice: str) -> str:
    return join_parts(
        describe_checks(pull, checks),
        _render_red_checks(checks),
        f"**{_judge(pull, verdict)}** {advice}",
        *_render_failures(pull, verdict),
    )


def describe_checks(pull: PullDetails, checks: Checks) -> str:
    """Say in a sentence how CI of the newest commit stands."""
    commit = _link_commit(pull)
    count = count_noun(len(checks.checks), "check")
    pending = sum(check.state == "pending" for check in checks.checks)
    if checks.failed:
        running = f"; {pending} {_have(pending)} not ended" if pending else ""
        return f"CI is red on {commit}: {len(checks.failed)} of {count} failed{running}."
    if checks.is_silent:
        return f"CI says nothing of {commit}: there is no check and no commit status."
    if pending:
        return f"CI is running on {commit}: {pending} of {count} {_have(pending)} not ended."
    if checks.is_all_skipped:
        return f"CI skipped every check of {commit}, so nothing has run these changes."
    if checks.is_neutral:
        return f"CI says neither yes nor no of {commit}: its checks ended as `neutral`."
    return f"CI is green on {commit}: {count} passed."


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _explain_no_red(pull: PullDetails, checks: Checks) -> Iterator[str]:
    """Say what follows where nothing failed."""
    if checks.is_silent and pull.is_fork:
        yield (
            "Workflows of a fork may wait for a maintainer's approval, below the pull request's "
            "checks."
        )
    elif checks.is_silent:
        yield (
            "It may not have begun yet, or no workflow runs for this branch: see `on:` in "
            "`.github/workflows`."
        )
    elif checks.is_pending:
        yield "Nothing has failed so far. Comment `/explain` again when it has ended."


def _render_red_checks(checks: Checks) -> str:
    """List the red checks, each linked to its page."""
    lines = [f"- {_render_check(check)}" for check in checks.failed[:MOST_CHECKS]]
    if len(checks.failed) > MOST_CHECKS:
        lines.append(f"- and {len(checks.failed) - MOST_CHECKS} more")
    if len(checks.failed) > MOST_READ:
        lines.append(f"\nI read what {MOST_READ} of them say.")
    return "\n".join(lines)


def _render_check(check: Check) -> str:
    name = as_code_span(check.name, NAME_CHARS)
    link = link_markdown(name, check.url) if check.url else name
    text = f"{link} {describe_conclusion(check.conclusion)}"
    words = defuse_inline(check.description, MESSAGE_CHARS)
    return f"{text}: {words}" if words else text


def _render_failures(pull: PullDetails, verdict: Verdict) -> Iterator[str]:
    """Render what broke, where."""
    failures = sorted(verdict.reading.failures, key=lambda failure: not failure.frames)
    names_jobs = len({job for failure in failures for job in failure.jobs}) > 1
    for failure in failures[:MOST_FAILURES]:
        yield _render_failure(pull, failure, names_jobs=names_jobs)
    if len(failures) > MOST_FAILURES:
        yield f"And {len(failures) - MOST_FAILURES} more failures: see the logs."
    is_guess = verdict.reading.confidence == "low"
    excerpt = verdict.reading.excerpt
    if excerpt and verdict.reading.tool == OWN_WORDS:
        yield fold("All that the check says", fence_code(strip_invisible(excerpt), "text"))
    elif excerpt and (is_guess or not failures):
        title = "I do not know the tool that wrote this log; its end says"
        yield fold(title, _fence(excerpt, EXCERPT_CHARS))


def _judge(pull: PullDetails, verdict: Verdict) -> str:
    """Say whose fault it is."""
    if verdict.kind == "ours" and verdict.reading.action == "human":
        return "Something failed that I cannot read."
    base = as_code_span(pull.base)
    flaky = "It may be flaky: what failed does not seem to reach what this change touches."
    judgements = {
        "ours": f"This change seems to break it; {verdict.why}.",
        "already red": f"{base} was red in the same way before this change, and nothing new broke.",
        "infrastructure": "It looks like an outage: what failed is outside the code.",
        "set-up": f"CI failed while it set itself up: {verdict.why}.",
        "flaky": f"It is flaky: {verdict.why}." if verdict.why else flaky,
    }
    return judgements[verdict.kind]


def _advise(pull: PullDetails, verdict: Verdict) -> str:
    """Say what people can do."""
    if verdict.kind == "already red":
        update = "update this branch" if pull.is_fork else "comment `/update`"
        return f"Please repair {as_code_span(pull.base)} first, then {update}."
    if verdict.reading.action == "rerun":
        return "Please run the failed jobs again."
    if verdict.kind == "ours" and verdict.reading.action == "human":
        return "Please look at what it says."
    return ADVICE_ON_FORK if pull.is_fork and verdict.kind == "ours" else ADVICE[verdict.kind]


def _render_failure(pull: PullDetails, failure: Failure, *, names_jobs: bool) -> str:
    """Render one thing that broke: its name, message, cause, places and code."""
    occurrences = _render_occurrences(failure, names_jobs=names_jobs)
    lines = [f"**{_render_name(failure)}**{occurrences}"]
    name = failure.test or failure.error
    message = defuse_inline(failure.message if failure.message != name else "", MESSAGE_CHARS)
    error = as_code_span(failure.error, NAME_CHARS) if failure.test and failure.error else ""
    if described := ": ".join(filter(None, [error, message])):
        lines.append(described)
    if failure.root_cause:
        cause = defuse_inline(failure.root_cause.partition("\n")[0], MESSAGE_CHARS)
        lines.append(f"because of {cause}")
    if places := _render_places(pull, failure.frames):
        lines.append(f"at {places}")
    code = _fence(failure.code, CODE_CHARS) if failure.code else ""
    return join_parts("\n".join(lines), code)


def _render_name(failure: Failure) -> str:
    if name := failure.test or failure.error:
        return as_code_span(name, NAME_CHARS)
    if len(failure.jobs) != 1:
        return "A failure"
    return f"A failure in {as_code_span(failure.jobs[0], NAME_CHARS)}"


def _render_occurrences(failure: Failure, *, names_jobs: bool) -> str:
    """Render how often, and where several jobs failed in which of them."""
    facts = [f"{failure.count} times"] if failure.count > 1 else []
    is_named = bool(failure.test or failure.error) or len(failure.jobs) > 1
    if names_jobs and failure.jobs and is_named:
        names = [as_code_span(job, NAME_CHARS) for job in failure.jobs]
        facts.append(f"in {join_names(names, MOST_JOBS)}")
    return f" ({' '.join(facts)})" if facts else ""


def _render_places(pull: PullDetails, frames: Sequence[Frame]) -> str:
    """Link the innermost places, the innermost first, at the commit that failed."""
    return ", called from ".join(
        _link_place(pull, frame) for frame in list(reversed(frames))[:MOST_PLACES]
    )


def _link_place(pull: PullDetails, frame: Frame) -> str:
    line = f"#L{frame.line}" if frame.line else ""
    place = as_code_span(f"{frame.file}:{frame.line}" if frame.line else frame.file, NAME_CHARS)
    address = f"{_find_repository_url(pull)}/blob/{pull.head_sha}/{quote(frame.file)}{line}"
    return link_markdown(place, address)


def _link_commit(pull: PullDetails) -> str:
    address = f"{pull.url}/commits/{pull.head_sha}"
    return link_markdown(as_code_span(pull.head_sha[:7]), address)


def _find_repository_url(pull: PullDetails) -> str:
    return pull.url.rpartition("/pull/")[0]


def _fence(text: str, limit_chars: int) -> str:
    """Write it as code that nothing in it can end, cut at a line; the end is kept."""
    text = strip_invisible(text).strip("\n")
    if len(text) > limit_chars:
        text = f"(…)\n{text[-limit_chars:].partition(chr(10))[2]}"
    return fence_code(text, "text")
