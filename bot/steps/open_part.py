"""Open the issue of a part of a request, as a sub-issue where GitHub has them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.text.part_marker import make_part_marker
from bot.values import Part, RunState
from bot.values.approvals import SHORT_CHARS
from bot.views.part_issue import render_part_body, render_part_title


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """The issue of a part; `is_sub_issue` where GitHub shows it below the issue of the whole."""

    number: int
    url: str
    is_sub_issue: bool


def _summarize(opened: OpenedPart) -> Summary:
    kind = "a sub-issue" if opened.is_sub_issue else "an issue, not below the other: GitHub refused"
    return "a part", Text(f"#{opened.number}, {kind}")


@step("open_part", _summarize)
def open_part(ports: Ports, state: RunState, part: Part) -> OpenedPart:
    """Open the issue, or find the one that was opened before, and say what it waits for.

    The issues of the parts that it needs are open already.
    """
    request, split = state.request, state.approved_split
    issue = ports.sub_issues.open_issue(
        request.repo,
        make_part_marker(request.number, part.number, split.hash[:SHORT_CHARS]),
        redact(ports, render_part_title(part)),
        redact(ports, render_part_body(state, part)),
    )
    is_sub_issue = ports.sub_issues.add_sub_issue(request.repo, request.number, issue.number)
    for number in part.needs:
        need = split.find_part(number)
        if is_sub_issue and need.issue:
            ports.sub_issues.add_blocker(request.repo, issue.number, need.issue)
    return OpenedPart(issue.number, issue.url, is_sub_issue)
