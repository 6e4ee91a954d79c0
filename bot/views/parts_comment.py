"""Render how the parts of a request stand: a list that is edited, and what people must hear."""

from __future__ import annotations

from bot.text import as_code_span, as_link, call_account, count_noun
from bot.text.git_messages import normalize_subject
from bot.values import Outcome, Part, Request, RunState, Split, Subject
from bot.values.part_progress import ENDED, PartPull, PartsStanding, PartStanding, PartState
from bot.views.markdown_parts import join_names, join_parts

TITLE_CHARS = 120
MOST_NAMES = 20
SIGNS: dict[PartState, str] = {
    "live": "under way",
    "asked": "has a question for you",
    "failed": "not solved",
    "dropped": "left out",
    "done": "done",
    "green": "done",
    "open": "in your hands",
}
ORDERS = {
    "wait": "Each begins by itself once what it needs is merged.",
    "stack": "Each begins by itself once what it needs is green, on top of its branch.",
}


def make_parts_marker(subject: Subject) -> str:
    """Make the hidden marker of the list, which is the same for all runs of the issue."""
    return f"greenlit:parts:{subject}"


def make_stuck_marker(subject: Subject, culprit: PartStanding) -> str:
    """Make the hidden marker of what is told once for each run that left a part unsolved."""
    return f"{make_parts_marker(subject)}:stuck:{culprit.part.number}:{culprit.run}"


def make_ready_marker(subject: Subject) -> str:
    """Make the hidden marker of what is told once: that all parts have come to an end."""
    return f"{make_parts_marker(subject)}:ended"


def render_parts(state: RunState, look: PartsStanding) -> str:
    """Render the list of the parts, without its hidden marker."""
    split = state.approved_split
    lines = [render_part_line(look, standing) for standing in look.parts]
    return join_parts(
        f"{call_account(state.request.asker)} I solve this in "
        f"{count_noun(len(split.parts), 'part')}, each with an issue and a pull request of its "
        f"own. {ORDERS.get(state.config.split, ORDERS['wait'])}",
        "\n".join(lines),
        _render_halt(state, look),
        ""
        if split.has_sub_issues
        else "GitHub does not show them as sub-issues here, so this "
        "list is where they stand together.",
        _render_foot(state, look),
    )


def render_first_parts(state: RunState) -> str:
    """Render the list as it stands when the issues were just opened."""
    parts = state.approved_split.parts
    return render_parts(
        state, PartsStanding(tuple(PartStanding(part, "waiting") for part in parts))
    )


def render_part_line(look: PartsStanding, standing: PartStanding) -> str:
    """Render a part with its box, its issue and how it stands."""
    box = "x" if standing.state == "done" else " "
    part = standing.part
    link = as_link(_quote_title(part), part.url, TITLE_CHARS) if part.url else _quote_title(part)
    return f"- [{box}] {part.number}. {link} (#{part.issue}): {describe_part(look, standing)}"


def describe_part(look: PartsStanding, standing: PartStanding) -> str:
    """Say how a part stands, behind its name."""
    if standing.state == "waiting":
        return _describe_waiting(look, standing)
    pull = standing.pull
    if pull is None or not (pull.is_open or pull.is_merged):
        return SIGNS[standing.state]
    link, stack = _link(pull), _describe_stack(look, pull)
    words: dict[PartState, str] = {
        "done": f"merged with {link}",
        "green": f"{link} is ready for review{stack}",
        "open": f"{link} is in your hands{stack}",
        "failed": f"not solved, {link} is not ready",
    }
    return words.get(standing.state, SIGNS[standing.state])


def render_stuck(look: PartsStanding, culprit: PartStanding, asker: str) -> str:
    """Tell that parts cannot begin, because one that they need came to no good end."""
    stuck = [each for each in look.parts if look.find_culprit(each) == culprit]
    waiting = [each for each in stuck if each.state == "waiting"]
    verb = "needs it and does" if len(waiting) == 1 else "need it and do"
    why = "was left out" if culprit.state == "dropped" else "was not solved"
    return join_parts(
        f"{call_account(asker)} Part {culprit.part.number} (#{culprit.part.issue}) {why}. "
        f"{_begin_with(waiting)} {verb} not begin.",
        _advise(culprit, waiting),
    )


def render_all_ended(look: PartsStanding, state: RunState) -> str:
    """Tell that no part is left."""
    done = [each for each in look.parts if each.state == "done"]
    left_out = [each for each in look.parts if each.state != "done"]
    words = f"All {len(done)} parts of this are done."
    if left_out:
        verb = "was" if len(left_out) == 1 else "were"
        words = (
            f"{len(done)} of the {len(look.parts)} parts of this are done; {_name_parts(left_out)} "
            f"{verb} left out."
        )
    return (
        f"{call_account(state.request.asker)} {words} Close this issue if nothing is missing here."
    )


def render_stop_answer(look: PartsStanding) -> str:
    """Answer `/stop` on the issue whose parts are solved."""
    live = [each for each in look.parts if each.state in ("live", "asked")]
    left = [each for each in look.parts if each.state == "waiting"]
    words = "No part of this was left to begin."
    if left:
        words = f"{_begin_with(left)} will not begin."
    if live:
        verb = "goes on: comment `/stop` there" if len(live) == 1 else "go on: `/stop` each there"
        words = f"{words} {_begin_with(live)} {verb} to end that too."
    return f"{words} What is done stays. `/retry` here goes on."


def render_going_on(request: Request) -> str:
    """Answer who asks again for what is solved in parts."""
    words = "I go on with the parts of this, as the list on this issue shows them."
    if request.command == "generate" and request.words:
        words = (
            f"{words} What you ask for here I do not take up: ask for it on the part that it is "
            "about, or in an issue of its own."
        )
    return words


def explain_split(state: RunState) -> Outcome:
    """Say that the request goes on in its parts."""
    count = len(state.approved_split.parts)
    return Outcome(
        "done", f"I solve this in {count} parts, each in an issue of its own.", kind="split"
    )


def explain_halt(split: Split) -> Outcome:
    """Say that no more parts are opened or begun, and what becomes of the others."""
    text = f"No more parts begin, because {split.stopped_by} said so."
    next_step = (
        "A part that is under way goes on: comment `/stop` on its issue to end that too. `/retry` "
        "here goes on with the others."
    )
    return Outcome("stopped", text, next_step=next_step)


def _describe_waiting(look: PartsStanding, standing: PartStanding) -> str:
    if standing.obstacle:
        return f"cannot begin. {standing.obstacle} Comment `/retry` here to try again"
    if culprit := look.find_culprit(standing):
        return f"cannot begin without part {culprit.part.number}"
    open_needs = [need for need in look.list_needs(standing) if need.state != "done"]
    if not open_needs:
        return "not begun"
    return f"waits for {_name_parts(open_needs)}"


def _describe_stack(look: PartsStanding, pull: PartPull) -> str:
    """Say on which other pull request one is stacked."""
    below = [each.pull for each in look.parts if each.pull and each.pull.head == pull.base]
    return f", on top of {_link(below[0])}: merge that first" if below else ""


def _render_halt(state: RunState, look: PartsStanding) -> str:
    """Say why no more parts begin."""
    if all(standing.state in ENDED for standing in look.parts):
        return ""
    if by := state.approved_split.stopped_by:
        return f"**No more parts begin**, because {by} said `/stop`. `/retry` here goes on."
    if not look.is_wanted:
        return "**No more parts begin**, because this issue is closed. Reopen it, then `/retry`."
    return ""


def _render_foot(state: RunState, look: PartsStanding) -> str:
    if all(standing.state in ENDED for standing in look.parts):
        return ""
    return (
        "<sub>A part that somebody else solves counts once its issue is closed as completed; one "
        "that is closed as not planned is left out. `/stop` here keeps what has not begun from "
        f"beginning. Run {as_code_span(state.key)}</sub>"
    )


def _advise(culprit: PartStanding, waiting: list[PartStanding]) -> str:
    """Say what people can do about a part that others need."""
    issue, pull = culprit.part.issue, culprit.pull
    anyway = f"`/generate` on #{waiting[0].part.issue} begins that one anyway." if waiting else ""
    if culprit.state == "dropped":
        return f"Reopen #{issue} and comment `/generate` there to have it made. {anyway}".strip()
    if pull is not None and pull.is_open:
        return f"Make {_link(pull)} green and merge it, or comment `/retry` on #{issue}. {anyway}"
    return (
        f"Comment `/retry` on #{issue}; or solve it by hand and close it as completed. {anyway}"
    ).strip()


def _name_parts(standings: list[PartStanding]) -> str:
    names = [f"part {each.part.number} (#{each.part.issue})" for each in standings]
    return join_names(names, MOST_NAMES)


def _begin_with(standings: list[PartStanding]) -> str:
    text = _name_parts(standings)
    return text[:1].upper() + text[1:]


def _quote_title(part: Part) -> str:
    return normalize_subject(part.title) or f"Part {part.number}"


def _link(pull: PartPull) -> str:
    return f"[#{pull.number}]({pull.url})"
