"""Render the comment that tells how a run ended: new, short, and addressed to whoever asked."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text import (
    as_code_span,
    as_link,
    call_account,
    count_noun,
    defuse_inline,
    defuse_markdown,
    render_usd,
)
from bot.values import Outcome, PullDetails, PullRequest, RunKey, RunState
from bot.values.approvals import SHORT_CHARS
from bot.views.brief_text import render_example
from bot.views.markdown_parts import join_parts
from bot.views.merge_result import render_merge_result
from bot.views.part_issue import name_part
from bot.views.pull_body import ONLY_WORDS
from bot.views.thread_answer import render_answer_count, render_review_answers
from bot.views.weakened_checks import render_weakened

NO_LONGER_WORDS = (
    "The text of this pull request says that only comments and docstrings changed: that was not "
    "checked of what I pushed now."
)
ASKS = "<!-- greenlit:asks -->"  # hidden: the next run finds the questions by it
QUESTION_CHARS = 1_000
TITLE_CHARS = 120
MOST_JOBS = 3
LEFT_OVER = ("stopped", "gave up", "failed")  # after these it matters what was pushed
OPERATORS = ("gave up", "failed")  # about these the operator may be asked


def make_end_marker(key: RunKey) -> str:
    """Make the hidden marker by which the comment is found again, so that it is written once."""
    return f"greenlit:end:{key}"


def render_end_comment(state: RunState) -> str:
    """Render the end as Markdown, without its hidden marker. Raises ValueError before the end."""
    outcome = state.outcome
    if outcome is None:
        raise ValueError("the run has not ended")
    # The outcome's sentences are ours; what they quote was made harmless where it was quoted.
    return join_parts(
        f"{call_account(state.request.asker)} {_render_cause(state)}"
        f"{_render_opening(state, outcome)}{outcome.text}",
        _render_answer_count(state, outcome),
        "" if state.ends_elsewhere else render_review_answers(state),
        _render_alerts(state),
        _render_questions(state, outcome),
        _render_example(state, outcome),
        _render_red(state, outcome),
        _render_left_over(state, outcome),
        outcome.next_step,
        _render_facts(state, outcome),
        ASKS if outcome.state == "asked" else "",
    )


def link_branch(state: RunState) -> str:
    """Name the run's branch, with its address where that is known."""
    branch = as_code_span(state.own_branch)
    url = state.pushed.url if state.pushed else ""
    return f"[{branch}]({url})" if url else branch


def link_pull(state: RunState, pull: PullRequest) -> str:
    """Name a pull request by its title, with its address and number."""
    title = pull.title or (state.pushed.finish.title if state.pushed else "")
    return f"{as_link(title, pull.url)} (#{pull.number})"


def _render_cause(state: RunState) -> str:
    """Say why the bot began, where nobody asked for it now."""
    cause = state.request.cause
    if part := name_part(state.request):
        return f"{part[0].upper()}{part[1:]}: "
    return f"I began unasked, because {cause}. " if cause else ""


def _render_opening(state: RunState, outcome: Outcome) -> str:
    """Name the pull request that the run leaves, where it leaves one, or what it pushed there."""
    if state.target is not None:
        return _render_pushed(state, state.target)
    if state.pull is None or outcome.state not in ("opened", "draft"):
        return ""
    link = link_pull(state, state.pull)
    if outcome.state == "draft":
        return f"I left the draft {link}. "
    verb = "changed" if state.goes_on_with_pull else "opened"
    kind = "draft" if state.pull.draft else "pull request"
    return f"I {verb} the {kind} {link}. "


def _render_pushed(state: RunState, target: PullDetails) -> str:
    """Say what was pushed to a pull request of people: a commit by its subject, or how many."""
    if not state.has_pushed:
        return ""
    pushed = state.delivery
    link = f"[`{pushed.head[:7]}`]({target.url}/commits/{pushed.head})"
    place = ""
    if state.request.number != target.number:
        place = f" to {as_link(target.title, target.url)}"
    if state.merge is not None:
        return f"{render_merge_result(state, f'{link}{place}')} "
    count = len({attempt.sha for attempt in state.own_attempts})
    if count > 1:  # of the newest the subject may only say what it repairs
        words = _render_words(pushed.finish.title)
        return f"I pushed {count} commits{place}{words}, the last one {link}. "
    return f"I pushed {link}{place}{_render_words(pushed.subject or pushed.finish.title)}. "


def _render_words(title: str) -> str:
    words = defuse_inline(title, TITLE_CHARS)
    return f" ({words})" if words else ""


def _render_answer_count(state: RunState, outcome: Outcome) -> str:
    """Say how threads were answered, where the outcome does not say so."""
    text = render_answer_count([answer for answer in state.answers if answer.is_posted])
    return "" if text == outcome.text else text


def _render_alerts(state: RunState) -> str:
    """Say first of all what of the pushed change asks for less: people decide about that."""
    if state.target is None or not state.has_pushed:
        return ""
    is_unproved = ONLY_WORDS in state.target.body and state.request.command != "document"
    return join_parts(render_weakened(state), NO_LONGER_WORDS if is_unproved else "")


def _render_red(state: RunState, outcome: Outcome) -> str:
    """Say where CI is red for the change, with the way to what it says."""
    newest = state.attempts[-1] if state.attempts else None
    if newest is None or newest.verdict is None or newest.state != "red":
        return ""
    jobs = [as_code_span(name) for name in list(newest.verdict.jobs)[:MOST_JOBS]]
    failures = newest.verdict.reading.failures
    is_ours = newest.verdict.kind == "ours"
    if outcome.state not in ("draft", "red", "gave up") or not (is_ours and jobs and failures):
        return ""
    where = ", ".join(jobs)
    if failures[0].place:
        where = f"{where}, at {as_code_span(failures[0].place)}"
    link = f": see {as_link('what it says', newest.url)}" if newest.url else ""
    return f"CI fails in {where}{link}."


def _render_questions(state: RunState, outcome: Outcome) -> str:
    """Render one question as a quote, several as a numbered list; those of a brief, which have
    numbers of their own, and what is missing as a plain list. What was asked in a thread stands
    there.
    """
    if _asked_in_thread(state, outcome):
        return ""
    texts = [defuse_markdown(question, QUESTION_CHARS) for question in outcome.questions]
    if outcome.kind in ("brief", "vague"):
        return "\n".join(f"- {_indent(text)}" for text in texts)
    if len(texts) == 1:
        return _quote(texts[0])
    return "\n".join(f"{number}. {_indent(text)}" for number, text in enumerate(texts, 1))


def _render_example(state: RunState, outcome: Outcome) -> str:
    """Render the issue as it could be, where it was too vague."""
    if outcome.kind != "vague" or state.brief is None or state.brief.example is None:
        return ""
    if _asked_in_thread(state, outcome):
        return ""
    return render_example(state.brief.example, on_pull=state.target is not None)


def _asked_in_thread(state: RunState, outcome: Outcome) -> bool:
    """Tell whether what the brief asks was said in the thread that asked for the work."""
    is_said = any(answer.kind == "asked" and answer.is_posted for answer in state.answers)
    return state.request.in_thread and outcome.kind in ("brief", "vague") and is_said


def _render_left_over(state: RunState, outcome: Outcome) -> str:
    """Say what is left of the work."""
    if state.target is not None:
        may_push = state.turns and not state.target.is_fork
        nothing = may_push and outcome.state in LEFT_OVER and not state.has_pushed
        return "Nothing was pushed." if nothing else ""
    if outcome.state not in LEFT_OVER or outcome.kind == "taken branch":
        return ""
    if state.pull is not None and state.pull.open:
        kind = "draft" if state.pull.draft else "pull request"
        return f"The {kind} {link_pull(state, state.pull)} stays as it is."
    if state.pushed is not None:
        return f"What I pushed stays on the branch {link_branch(state)}."
    return "Nothing was pushed." if state.turns else ""


def _render_facts(state: RunState, outcome: Outcome) -> str:
    facts = " · ".join(_list_facts(state, outcome))
    return f"<sub>{facts}</sub>" if facts else ""


def _list_facts(state: RunState, outcome: Outcome) -> Iterator[str]:
    """List the size, the attempts and the cost, as far as they are known."""
    if state.pull is not None and state.pull.size:
        yield state.pull.size
    attempts = [attempt for attempt in state.own_attempts if attempt.state != "unchecked"]
    if attempts:
        yield f"{count_noun(len(attempts), 'attempt')} at CI"
    for approval in state.approvals:
        yield f"{approval.kind} `{approval.hash[:SHORT_CHARS]}` approved by {approval.by}"
    if state.usage.usd:
        yield _render_cost(state)
    if outcome.state in OPERATORS:
        yield f"run `{state.key}`"


def _render_cost(state: RunState) -> str:
    cost = f"cost {render_usd(state.usage.usd)}"
    if state.total_usd == state.usage.usd:
        return cost
    return f"{cost} ({render_usd(state.total_usd)} with the runs before it)"


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def _indent(text: str) -> str:
    return text.replace("\n", "\n   ")
