"""Tool `submit_split`: divide a request that is too big into parts that are issues of their own."""

from __future__ import annotations

from pydantic import Field

from bot.gates import Rules
from bot.text.amounts import count_noun
from bot.tools.request_size import explain_excess, measure_request
from bot.tools.session import ToolSession
from bot.tools.split_checks import FEWEST_PARTS, MOST_PARTS, explain_split_faults
from bot.tools.tool import RepoPath, Tool, ToolInput
from bot.tools.tree_reader import ToolRefusal
from bot.values import Brief, Part, Split

MOST_LISTED = 100
TEXT_CHARS = 4_000  # of a part: all parts together are shown in one comment


class PartInput(ToolInput):
    """A part of the work: an issue and a pull request of its own."""

    title: str = Field(
        min_length=1, max_length=200, description="What is done, as the title of an issue."
    )
    text: str = Field(
        min_length=1,
        max_length=TEXT_CHARS,
        description="Markdown for somebody who sees no other part: what, where, and what shows it.",
    )
    files: list[RepoPath] = Field(
        max_length=MOST_LISTED, description="The files that it changes or makes, tests among them."
    )
    criteria: list[int] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="The brief's criteria, from 1, that hold once it is merged; each in one part.",
    )
    needs: list[int] = Field(
        default_factory=list,
        max_length=MOST_LISTED,
        description="The numbers of the parts that must be merged before it, from 1.",
    )


class SubmitSplitInput(ToolInput):
    """Divide a request that the answer to the brief or to the plan calls too big for one change.
    Maintainers are shown the parts, and decide; then each is solved alone, in this order. What
    several parts need, such as an interface, is a part before them. Of parts that change the same
    file each needs the one before. Each leaves the repository in working order.
    """

    parts: list[PartInput] = Field(
        max_length=MOST_LISTED,
        description=f"In the order of their work: {FEWEST_PARTS} to {MOST_PARTS}.",
    )


def run(session: ToolSession, arguments: SubmitSplitInput) -> str:
    """Keep the parts. Raises ToolRefusal where nothing is to be divided, or not so."""
    parts = tuple(_read_part(number, given) for number, given in enumerate(arguments.parts, 1))
    brief = _find_brief(session)
    files = [path for part in parts for path in part.files]
    excess = explain_excess(measure_request(brief, files), session.rules)
    if not excess:
        raise ToolRefusal("The request is not too big for one change: plan it whole.")
    faults = list(explain_split_faults(parts, brief, session.rules))
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        raise ToolRefusal(f"The split is not accepted:\n{listed}")
    session.split = Split(parts, excess)
    return f"The split is accepted, with {count_noun(len(parts), 'part')}. People decide about it."


def explain_too_big(session: ToolSession, brief: Brief) -> str:
    """Say that a request is to be divided first; empty where it can be planned whole."""
    return advise_to_split(brief, session.rules) if session.context.may_split else ""


def advise_to_split(brief: Brief, rules: Rules) -> str:
    """Say that a request which may be divided is to be; empty where it can be planned whole."""
    if brief.waits or brief.kind == "question":
        return ""
    excess = explain_excess(measure_request(brief), rules)
    if not excess:
        return ""
    return (
        f"The request is too big for one change. {excess} Call `submit_split`; a shorter brief "
        "would leave out what is asked for."
    )


def _find_brief(session: ToolSession) -> Brief:
    """Find the brief whose criteria are divided. Raises ToolRefusal where nothing may be."""
    brief = session.newest_brief
    if not session.context.may_split:
        raise ToolRefusal("This job is not divided: plan it whole.")
    if brief is None or brief.waits or brief.kind == "question":
        raise ToolRefusal("The brief comes first, and people's answers where it asks for some.")
    if session.finish is not None:
        raise ToolRefusal("`finish` was called in this turn: the work is handed in.")
    if session.patch.files:
        raise ToolRefusal("Files are changed already: take the changes back, or go on with them.")
    return brief


def _read_part(number: int, given: PartInput) -> Part:
    return Part(
        number,
        given.title.strip(),
        given.text.strip(),
        files=tuple(dict.fromkeys(given.files)),
        criteria=tuple(criterion - 1 for criterion in given.criteria),
        needs=tuple(sorted(set(given.needs))),
    )


SUBMIT_SPLIT = Tool("submit_split", SubmitSplitInput, run, for_brief=True)
