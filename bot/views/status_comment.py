"""Render the one comment of a run that is edited while the run lives."""

from __future__ import annotations

from collections.abc import Iterator

from bot.text import as_code_span, count_noun, defuse_inline
from bot.values import Part, RunKey, RunState
from bot.values.request import ON_DEMAND
from bot.views.attempts_table import render_attempts
from bot.views.bill import render_bill, render_cost
from bot.views.brief_text import render_brief, render_criteria
from bot.views.local_verdict import render_local_checks
from bot.views.markdown_parts import fold, join_parts, render_list
from bot.views.part_issue import name_part
from bot.views.phase_words import describe_phase
from bot.views.plan_text import render_plan
from bot.views.pull_body import render_sections
from bot.views.wait_note import describe_waiting, render_waiting

GO_ON = "Next, as soon as I am free, I go on with the change."
ENDS = {
    "opened": ("✅", "opened a pull request"),
    "suggested": ("✅", "suggested the change in a review"),
    "draft": ("🟠", "left a draft, because CI is not green"),
    "changed": ("✅", "changed the pull request"),
    "red": ("🟠", "is done, but CI is not green"),
    "unchanged": ("⚪", "found nothing to change"),
    "asked": ("❔", "has a question before it writes"),
    "stopped": ("⏹️", "stopped"),
    "refused": ("🚫", "cannot do this"),
    "gave up": ("🔴", "gave up"),
    "failed": ("🔴", "broke down"),
    "done": ("✅", "solves this in parts"),
}
LIMITS = ("budget", "day budget", "turns", "minutes")
LINE_CHARS = 300
MOST_LINES = 30
MOST_PLACES = 5


def make_marker(key: RunKey) -> str:
    """Make the hidden marker by which the run's comment is found again."""
    return f"greenlit:run:{key}"


def render_comment(state: RunState, end_url: str = "") -> str:
    """Render the comment as Markdown, without its hidden marker.

    At the end it points to the comment that tells the end, under `end_url`, and says nothing of it
    again.
    """
    top = _render_progress(state)
    if state.outcome:
        top = _render_ended(state, end_url)
    return join_parts(
        f"### {_render_sign(state)} Greenlit {describe_state(state)}",
        *top,
        render_brief(state.brief) if state.brief and not state.brief.missing else "",
        render_plan(state.plan, asks=state.outcome is None) if state.plan else "",
        _render_change(state),
        _render_proofs(state),
        _render_todo(state),
        _render_ledger(state),
        _render_places(state),
        render_bill(state),
        _render_foot(state),
    )


def describe_state(state: RunState) -> str:
    """Say what the run does, or how it ended, behind the bot's name."""
    outcome = state.outcome
    if outcome is None:
        return describe_waiting(state.waiting) if state.waiting else describe_phase(state)[0]
    if outcome.state == "gave up" and outcome.kind in LIMITS:
        return "reached a limit"
    special = {  # whatever comes first of these
        "answered the review": outcome.state == "unchanged" and bool(state.answers),
        "merged the base into the branch": outcome.state == "changed" and state.merge is not None,
        "cannot merge the base into the branch": outcome.kind == "conflicts",
        "changed its pull request": outcome.state == "opened" and state.goes_on_with_pull,
        "answered the question": outcome.kind == "answered",
        "needs to know more before it begins": outcome.kind == "vague",
        "has questions before it writes": len(outcome.questions) > 1,
    }
    usual = ENDS[outcome.state][1] if outcome.state in ENDS else outcome.state
    return next((words for words, holds in special.items() if holds), usual)


def describe_run(state: RunState) -> str:
    """Say in a sentence how the run stands, and what it has cost where that is known."""
    sentence = f"Greenlit {describe_state(state)}"
    if not state.usage.usd:
        return f"{sentence}."
    verb = "that cost" if state.outcome else "so far it has cost"
    return f"{sentence}; {verb} {render_cost(state)}."


def _render_sign(state: RunState) -> str:
    return ENDS.get(state.outcome.state, ("🔴", ""))[0] if state.outcome else "🟡"


def _render_progress(state: RunState) -> Iterator[str]:
    """Render what comes next, and how far the run is."""
    is_reading = state.phase == "reading"
    next_step = GO_ON if is_reading and state.is_resumed else describe_phase(state)[1]
    yield f"{render_waiting(state) or next_step}\n{_render_asker(state)}"
    yield "\n".join([*_render_work_boxes(state), *_render_end_boxes(state)])


def _render_work_boxes(state: RunState) -> Iterator[str]:
    """Render the parts of the work before CI."""
    if state.request.command == "update":
        yield _render_box("Merge the base", ticked=state.merge is not None)
        yield _render_box("Solve what is in conflict", ticked=bool(state.attempts))
        return
    if state.is_without_model:
        yield _render_box("Change every place", ticked=bool(state.patch.files))
        yield _render_box("Check it", ticked=bool(state.attempts))
        return
    is_reading = state.phase == "reading"
    if state.split is not None and state.split.parts:
        yield _render_box("Read the request and the code", ticked=True)
        yield _render_box("Divide it into parts", ticked=True)
        yield from _render_approval_box(state, "split")
        return
    is_planned = state.plan is not None and not state.plan.questions
    yield _render_box("Read the request and the code", ticked=not is_reading)
    yield _render_box("Plan the change", ticked=is_planned and not is_reading)
    yield from _render_approval_box(state, "plan")
    yield _render_box("Write it and check it", ticked=bool(state.own_attempts))


def _render_approval_box(state: RunState, kind: str) -> Iterator[str]:
    """Render whether the plan, parts or change are approved, and by whom, where that is asked."""
    asked = state.asked_approval
    noun = "parts" if kind == "split" else kind
    by = [approval.by for approval in state.approvals if approval.kind == kind]
    if asked is not None and asked.kind == kind:
        yield _render_box(f"Have the {noun} approved")
    elif by:
        yield _render_box(f"Have the {noun} approved by {by[-1]}", ticked=True)
    elif state.config.approve == kind and state.target is None:
        yield _render_box(f"Have the {noun} approved")


def _render_end_boxes(state: RunState) -> Iterator[str]:
    """Render what comes after the work: CI, and the pull request where there is none yet."""
    if state.target is not None and state.target.is_fork:
        yield _render_box("Suggest it in a review")
        return
    if state.split is not None and state.split.parts:
        yield from (_render_part_box(part) for part in state.split.parts)
        return
    yield from _render_approval_box(state, "diff")
    is_green = any(attempt.state == "green" for attempt in state.attempts)
    yield _render_box("Green on CI", ticked=is_green)
    if state.target is None:
        yield _render_box(f"Pull request #{state.pull.number}" if state.pull else "Pull request")


def _render_part_box(part: Part) -> str:
    """Render a part, with the number of its issue once that is made."""
    number = f" (#{part.issue})" if part.issue else ""
    return _render_box(f"{_quote(part.title)}{number}")


def _render_ended(state: RunState, end_url: str) -> Iterator[str]:
    yield _render_asker(state)
    if end_url:
        yield f"[How it ended]({end_url})"


def _render_asker(state: RunState) -> str:
    """Say who asked for what. It is no mention: that work begins is no news."""
    words = _quote(state.request.words)
    asker = f"Asked by {state.request.asker}{_name_trigger(state)}"
    if part := name_part(state.request):
        asker = f"{part[0].upper()}{part[1:]}, which {state.request.asker} asked for"
    elif state.request.cause:
        asker = f"Begun unasked, because {state.request.cause}"
    asked = f"{asker}: “{words}”" if words else f"{asker}."
    resumption = state.resumption.text if state.resumption else ""
    return f"{asked}\n{resumption}".rstrip()


def _name_trigger(state: RunState) -> str:
    """Name what asked, where it was neither the label nor `/generate`."""
    request = state.request
    if request.review:
        return " in a review"
    if request.command in ("fix", "update", *ON_DEMAND):
        return f" with `/{request.command}`"
    return ""


def _render_box(text: str, *, ticked: bool = False) -> str:
    return f"- [x] {text}" if ticked else f"- [ ] {text}"


def _quote(words: str) -> str:
    return defuse_inline(words, LINE_CHARS)


def _render_change(state: RunState) -> str:
    """Render the model's words for what it pushed to a pull request whose text is people's."""
    if state.target is None or not state.has_pushed or state.outcome is None:
        return ""
    if state.start is None:  # a merge that needed no model
        return ""
    parts = dict(render_sections(state))
    names = ("what", "look", "found")
    shown = render_local_checks(state.local, state.base.branch) if state.local else ""
    text = join_parts(*(parts.get(name, "") for name in names), shown)
    return fold("What I changed, and why", text)


def _render_proofs(state: RunState) -> str:
    """Render what proves each criterion of work on a pull request, whose text is people's."""
    brief, outcome = state.brief, state.outcome
    is_done = outcome is not None and (state.has_pushed or outcome.state == "suggested")
    if state.target is None or brief is None or not brief.criteria or not is_done:
        return ""
    proof = state.local.proof if state.local else None
    text = render_criteria(brief, state.patch.files, proof)
    return fold("What was asked, and what proves it", text)


def _render_todo(state: RunState) -> str:
    """Render the model's own list, while it works on it."""
    if not state.todo or state.outcome:
        return ""
    items = [_quote(item) for item in state.todo]
    done = sum(item.startswith("[x]") for item in items)
    return fold(f"To do: {done} of {len(items)} done", render_list(items, MOST_LINES))


def _render_ledger(state: RunState) -> str:
    head_before = state.target.head_sha if state.target else None
    table = render_attempts(state.attempts, head_before)
    if not table:
        return ""
    number = len(state.own_attempts)
    title = f"CI: attempt {number} of at most {state.caps.attempts}"
    if state.outcome or not number:
        title = f"CI: {count_noun(number, 'attempt')}" if number else "CI"
    return fold(title, table)


def _render_places(state: RunState) -> str:
    places = [as_code_span(hit.path) for hit in state.retrieval.files[:MOST_PLACES]]
    return fold("Looked first at", render_list(places, MOST_LINES))


def _render_foot(state: RunState) -> str:
    if state.outcome:
        return f"<sub>Run `{state.key}`</sub>"
    label = state.request.label
    unlabel = f", remove the label {as_code_span(label)}" if label else ""
    place = "issue" if state.target is None else "pull request"
    stop = f"To stop me, comment `/stop`{unlabel}, or close the {place}."
    return f"<sub>{stop} Run `{state.key}`</sub>"
