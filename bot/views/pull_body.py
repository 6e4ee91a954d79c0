"""Render the pull request's title and text from the run's state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from bot.gates import LEFT_LOCKS
from bot.text import as_code_span, defuse_inline, defuse_markdown, render_usd
from bot.text.code_line import shorten_code_line
from bot.text.git_messages import SUBJECT_CHARS, clean_message, drop_skip_marks, normalize_subject
from bot.text.part_marker import hide_part_marker
from bot.values import Finding, PlannedFile, RunState
from bot.values.surprise import SurprisingLine
from bot.views.attempts_table import render_attempts, render_result
from bot.views.behaviour_words import render_behaviour
from bot.views.brief_text import render_criteria
from bot.views.local_verdict import render_local_checks
from bot.views.markdown_parts import fold, join_names, join_parts, render_list
from bot.views.mutation_words import render_mutation_proof
from bot.views.pull_template import fill_template
from bot.views.weakened_checks import LINE_CHARS, render_finding, render_weakened

TEXT_CHARS = 6_000
OPEN_CHARS = 1_200  # of what and why that stand open; the rest is folded
FINDING_CHARS = 300
DIFFERS_CHARS = 1_000
SURPRISING_CHARS = 120  # of a line's code
MOST_NAMES = 5
SHOWN_ABOVE = ("tests", "copied")  # what these gates find stands open
MOST_LINES = 20
ONLY_WORDS = "Without comments and docstrings, the syntax trees of all files are as they were."
UNCHECKED = "This repository has no CI for pull requests: nothing has run these changes."
BOX = re.compile(r"^(?P<marks>(?:[ \t]*(?:>|[-*+]|\d+[.)])[ \t]*)+)\[[ xX]\](?=\s)", re.MULTILINE)
PLAIN_PARAGRAPH = re.compile(r"[^\W\d_]")  # how a paragraph begins that is no list, fence or table


def render_title(words: str, number: int) -> str:
    """Render the pull request's title: on one line that GitHub does not cut, and without effects.

    A squash merge makes it the subject of a commit. Secrets are out of `words` already, since the
    half of one would not be known again.
    """
    # Names in a title are code too, but a title knows no entities.
    title = normalize_subject(words) or f"Solve {number}"
    return unescape(defuse_inline(title, SUBJECT_CHARS))


def render_body(state: RunState, warning: str = "", template: str = "", size: str = "") -> str:
    """Render the pull request's text, under the headings of the repository's template.

    Boxes become plain signs: GitHub counts check-boxes as tasks of the pull request.
    """
    parts = dict(render_sections(state, warning, size))
    body = drop_skip_marks(fill_template(template, parts, render_foot(state)))
    return BOX.sub("\\g<marks>\N{BALLOT BOX}", body)


def render_sections(
    state: RunState, warning: str = "", size: str = ""
) -> Iterator[tuple[str, str]]:
    """Render our parts of the text, each with the name of what it tells."""
    finish = state.delivery.finish
    is_unchecked = not state.attempts or state.attempts[-1].state == "unchecked"
    warnings = filter(None, [warning, UNCHECKED if is_unchecked else ""])
    alerts = [f"> [!WARNING]\n> {text}" for text in warnings]
    yield "alerts", join_parts(render_weakened(state), *alerts)
    verb = "Closes" if state.solves_issue else "Part of"
    yield "issue", f"{verb} #{state.request.number}{_render_place(state)}"
    summary = _render_summary(clean_message(finish.summary))
    yield "what", join_parts(summary, size, _compare_with_plan(state), _render_plan(state))
    if state.brief is not None and state.brief.criteria:
        ran = state.local.proof if state.local else None
        yield "asked", render_criteria(state.brief, state.delivery.files, ran)
    local = render_local_checks(state.local, state.origin.branch) if state.local else ""
    proof = render_mutation_proof(state.mutation_proof) if state.mutation_proof else ""
    words = ONLY_WORDS if state.request.command == "document" else ""
    local = join_parts(words, render_behaviour(state), proof, local)
    if not is_unchecked or local:
        yield "checked", join_parts("" if is_unchecked else _render_checks(state), local)
    if places := _list_places_to_look_at(state):
        yield "look", render_list(places, MOST_LINES)
    if state.repaired or _list_advice(state):
        yield "found", _render_findings(state)
    yield "machine", f"{_name_writer(state)}, wrote this pull request."


def describe_merge(state: RunState) -> str:
    """Say what its merge does to the issue, and what is to be merged before."""
    below = _describe_base(state)
    before = f"It is {below}. " if below else ""
    effect = "closes this issue" if state.solves_issue else "leaves this issue open"
    return f"{before}Merging it {effect}."


def _describe_base(state: RunState) -> str:
    """Say what it is stacked on; empty where it is on nothing."""
    if state.place is None or state.place.base is None:
        return ""
    return f"made on top of #{state.place.base_pull}: merge that first"


def _render_place(state: RunState) -> str:
    """Say what of a request that was split this is, and what it is stacked on."""
    place = state.place
    if place is None:
        return ""
    below = _describe_base(state)
    stack = f", {below}" if below else ""
    marker = hide_part_marker(place.parent, place.number)
    return f", part {place.number} of {place.count} of #{place.parent}{stack}. {marker}"


def _is_to_be_done(finding: Finding) -> bool:
    """Tell whether people must do something about it: code of others, a lock file left behind."""
    return finding.gate == "copied" or finding.rule in LEFT_LOCKS


def _list_places_to_look_at(state: RunState) -> list[str]:
    """List where reviewers should look: code of others, what the model and its plan name, and lines
    that are little like the rest.
    """
    risks = state.plan.risks if state.plan else ()
    texts = [*state.delivery.finish.look_at, *(f"risk: {risk}" for risk in risks)]
    findings = filter(_is_to_be_done, state.advice)
    lines = [render_finding(finding, LINE_CHARS) for finding in findings]
    lines += [defuse_inline(text, LINE_CHARS) for text in texts]
    lines += [_render_surprising(line) for line in state.surprising]
    return lines


def _render_surprising(line: SurprisingLine) -> str:
    """Render a line that is little like the rest, with the figure in plain words."""
    place = as_code_span(f"{line.path}:{line.line}")
    code = as_code_span(shorten_code_line(line.text, SURPRISING_CHARS, line.column))
    return (
        f"{place} {code} is unlike the code around it: its oddest part takes {line.bits:.1f} bits "
        f"per character to guess, that of other lines of its length {line.usual_bits:.1f}"
    )


def _render_summary(summary: str) -> str:
    """Render what and why; of a long one the first paragraph, and the rest folded."""
    first, _, rest = summary.strip().partition("\n\n")
    if len(summary) <= OPEN_CHARS or not PLAIN_PARAGRAPH.match(first):
        return defuse_markdown(summary, TEXT_CHARS)
    more = defuse_markdown(rest, TEXT_CHARS)
    return join_parts(defuse_markdown(first, TEXT_CHARS), fold("More on what changed", more))


def _compare_with_plan(state: RunState) -> str:
    """Say in a paragraph where the change left the plan; empty when it did nowhere."""
    planned = {file.path for file in _list_planned(state)}
    changed = set(state.delivery.files)
    sentences = []
    if planned and (extra := sorted(changed - planned)):
        sentences.append(f"Not in the plan, but changed: {_list_names(extra)}.")
    if left := sorted(planned - changed):
        sentences.append(f"In the plan, but not changed: {_list_names(left)}.")
    if differs := clean_message(state.delivery.finish.differs):
        sentences.append(defuse_inline(differs, DIFFERS_CHARS))
    if not sentences:
        return ""
    return " ".join(["**Against the plan:**", *sentences])


def _render_plan(state: RunState) -> str:
    """Render what the plan said of the files that changed, folded."""
    changed = set(state.delivery.files)
    lines = [
        f"{as_code_span(file.path)}: {defuse_inline(file.change, FINDING_CHARS)}"
        for file in _list_planned(state)
        if file.path in changed
    ]
    return fold("The change, file by file", render_list(lines, MOST_LINES))


def _list_planned(state: RunState) -> tuple[PlannedFile, ...]:
    return state.plan.files if state.plan else ()


def _render_checks(state: RunState) -> str:
    """Render what CI says now in a line, and the earlier attempts folded."""
    attempts = state.attempts
    newest, count = attempts[-1], len(attempts)
    result = f"{render_result(newest)} on `{newest.sha[:7]}`"
    if count > 1:
        ledger = fold("All attempts", render_attempts(attempts))
        return join_parts(f"{result} after {count} attempts.", ledger)
    if newest.state in ("green", "red"):
        return f"{result} at the first attempt."
    return f"{result}."


def _list_advice(state: RunState) -> tuple[Finding, ...]:
    advice = (finding for finding in state.advice if finding.gate not in SHOWN_ABOVE)
    return tuple(finding for finding in advice if not _is_to_be_done(finding))


def _render_findings(state: RunState) -> str:
    """Render what the checks before the push found: repaired, and left. The record has all."""
    advice = _list_advice(state)
    counts = ((state.repaired, "repaired before the push"), (advice, "left as advice"))
    title = ", ".join(f"{len(findings)} {what}" for findings, what in counts if findings)
    lines = [f"Repaired: {render_finding(finding, FINDING_CHARS)}" for finding in state.repaired]
    lines += [f"Left: {render_finding(finding, FINDING_CHARS)}" for finding in advice]
    return fold(f"What the checks found: {title}", render_list(lines, MOST_LINES))


def render_foot(state: RunState) -> str:
    """Render who asked, what it cost, what people can do here, and that a machine wrote it.

    Whoever asked is called by the comment on the issue and asked for a review: not here again.
    """
    request = state.request
    return (
        f"---\n<sub>{_name_writer(state)}, wrote this because "
        f"{request.asker} asked for it in #{request.number}; "
        f"it cost {_render_cost(state)}. {_name_earlier(state)}"
        "Nobody has reviewed it yet: please do.<br>"
        "To have more changed here, review it, or comment `/generate` with what to change. While "
        "it is open I merge its base into it where the two conflict, and repair what turns red "
        "later. "
        f"Closing it ends my work on it. Run `{state.key}`.</sub>"
    )


def _render_cost(state: RunState) -> str:
    return "nothing" if state.is_without_model else render_usd(state.total_usd)


def _name_writer(state: RunState) -> str:
    """Name the bot, and the model that it used."""
    if state.start is None:
        return "Greenlit, a bot that asked no language model"
    return f"Greenlit, a bot that uses {state.opening.model}"


def _name_earlier(state: RunState) -> str:
    """Name the pull request that came before this one, and what became of it."""
    resumption = state.resumption
    if resumption is None or resumption.goes_on or not resumption.text.startswith("#"):
        return ""
    return f"{resumption.text} "


def _list_names(paths: Sequence[str]) -> str:
    return join_names([as_code_span(path) for path in paths], MOST_NAMES)
