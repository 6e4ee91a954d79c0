"""Open the run's one pull request, and render its text from the run's state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from rich.text import Text

from bot.edits import parse_change_diff, render_size
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.steps.render_attempts import render_attempts
from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.values import Branch, Finding, PullRequest, PullRequestContent, RunState, Tree

TEMPLATES = tuple(
    f"{folder}pull_request_template{kind}"
    for folder in (".github/", "", "docs/")
    for kind in (".md", ".txt")
)
TITLE_CHARS = 200
TEXT_CHARS = 6_000
LINE_CHARS = 500
FINDING_CHARS = 300
DIFFERS_CHARS = 1_000
MOST_WEAKENED = 5
PLACEHOLDER = re.compile(  # a line of a template that nobody filled: "Fixes #", an empty bullet
    r"\s*(?:[-*+]|\d+[.)])?\s*(?:\[ ?\])?\s*"
    r"(?:(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|refs?|relate[sd] to|issue)\s*:?\s*#?\s*)?",
    re.IGNORECASE,
)
BOX = re.compile(r"\s*[-*] \[")
UNCHECKED = "Nothing was checked: this repository has no CI for pull requests."
NAMES = {
    "what": "What and why",
    "checked": "CI",
    "look": "Please look at",
    "found": "What the checks found",
}
HEADINGS = {  # which heading of a repository's template takes which part of ours
    "what": re.compile(
        r"^(?!.*\b(types?|kind|breaking|issue)\b).*(what|why|summary|descri|change|motivat|context|purpose)",
        re.IGNORECASE,
    ),
    "checked": re.compile(r"test|verif|ci\b|check(?!list)|qa", re.IGNORECASE),
    "issue": re.compile(r"issue|related|close|fixes|ticket|link", re.IGNORECASE),
}


def _summarize_pull(pull: PullRequest) -> Summary:
    state, style = ("a draft", "") if pull.draft else ("ready for review", "green")
    return "pull request", Text(f"#{pull.number}, {state}", style)


@step("open_pull", _summarize_pull)
def open_pull(ports: Ports, state: RunState, warning: str, *, draft: bool) -> PullRequest:
    """Open the run's one pull request, or bring it up to date when it is open already.

    `warning` says why it is not green; empty when it is.
    """
    # Names in a title are code too, but a title knows no entities.
    title = unescape(defuse_inline(state.delivery.finish.title, TITLE_CHARS))
    size = render_size(parse_change_diff(ports.mirrors.diff(state.base, state.patch)))
    body = render_body(state, warning, _read_template(ports, state.base), size)
    content = PullRequestContent(redact(ports, title), redact(ports, body), draft)
    return ports.pulls.open_pull(state.request.repo, state.own_branch, state.base.branch, content)


@step("was_closed")
def pull_was_closed(ports: Ports, tree: Tree, branch: Branch) -> bool:
    """Ask whether the run's pull request was closed or merged; no other run has this branch."""
    pull = ports.pulls.find_pull(tree.repo, branch)
    return pull is not None and not pull.open


@step("update_pull")
def update_pull(ports: Ports, state: RunState, warning: str) -> bool:
    """Bring the words of the run's pull request up to date; False when none is open any more."""
    pull = ports.pulls.find_pull(state.request.repo, state.own_branch)
    if pull is None or not pull.open:
        return False
    open_pull(ports, state, warning, draft=pull.draft)
    return True


def render_body(state: RunState, warning: str = "", template: str = "", size: str = "") -> str:
    """Render the pull request's text, under the headings of the repository's template."""
    return fill_template(template, dict(render_sections(state, warning, size)), render_foot(state))


def render_sections(
    state: RunState, warning: str = "", size: str = ""
) -> Iterator[tuple[str, str]]:
    """Render our parts of the text, each with the name of what it tells."""
    finish = state.delivery.finish
    alerts = (_render_weakened(state), f"> [!WARNING]\n> {warning}" if warning else "")
    if top := "\n\n".join(alert for alert in alerts if alert):
        yield "alerts", top
    yield "issue", f"Closes #{state.request.number}"
    summary = defuse_markdown(finish.summary, TEXT_CHARS)
    yield "what", _join(summary, _compare_with_plan(state), size)
    yield "checked", render_attempts(state.attempts) or UNCHECKED
    if finish.look_at:
        yield "look", "\n".join(f"- {defuse_inline(place, LINE_CHARS)}" for place in finish.look_at)
    if findings := "\n".join(_render_findings(state)):
        yield "found", findings


def _render_weakened(state: RunState) -> str:
    """Render what asks for less than before, first of all: the plan named it, and people decide."""
    weakened = [finding for finding in state.advice if finding.gate == "tests"]
    if not weakened:
        return ""
    lines = [f"> - {_render_finding(finding, LINE_CHARS)}" for finding in weakened[:MOST_WEAKENED]]
    if len(weakened) > MOST_WEAKENED:
        lines.append(f"> - and {len(weakened) - MOST_WEAKENED} more")
    return "\n".join(["> [!IMPORTANT]", "> Tests or checks ask for less than before:", *lines])


def _render_findings(state: RunState) -> Iterator[str]:
    """Render what the checks found in two lines: repaired, and left. The record has all of it."""
    if state.repaired:
        yield f"- Repaired before the push: {_render_first(state.repaired)}"
    left = tuple(finding for finding in state.advice if finding.gate != "tests")
    if left:
        yield f"- Left, as advice: {_render_first(left)}"


def _render_first(findings: Sequence[Finding]) -> str:
    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    return f"{_render_finding(findings[0], FINDING_CHARS)}{more}"


def _render_finding(finding: Finding, limit_chars: int) -> str:
    place = as_code_span(f"{finding.path}:{finding.line}")
    return f"{place} {defuse_inline(finding.text, limit_chars)}"


def render_foot(state: RunState) -> str:
    """Render who asked, what it cost, and that a machine wrote it."""
    request = state.request
    return (
        f"---\n<sub>Written by Greenlit, a bot that uses {state.opening.model}, "
        f"because @{request.asker} asked for it in #{request.number}. "
        f"It cost ${state.usage.usd:.2f}. "
        f"Nobody has reviewed it yet: please do. Run `{state.key}`.</sub>"
    )


def fill_template(template: str, parts: dict[str, str], foot: str) -> str:
    """Put our parts under the headings of the template that ask for them, and the rest after it."""
    top = parts.pop("alerts", "")
    if not template.strip():
        issue = parts.pop("issue")
        sections = [f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()]
        return _join(top, issue, *sections, foot)
    pieces = re.split(r"(?m)^(?=#{1,6} )", _drop_comments(template))
    filled = _drop_empty([_fill_section(piece, parts) for piece in pieces if piece.strip()])
    issue = parts.pop("issue", "")
    rest = [f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()]
    return _join(top, *filled, issue, *rest, foot)


def _fill_section(section: str, parts: dict[str, str]) -> str:
    """Put the part that the section's heading asks for under it; each part is told once."""
    heading, _, text = section.strip().partition("\n")
    for name, asks in HEADINGS.items():
        if name in parts and heading.startswith("#") and asks.search(heading):
            boxes = [line for line in text.splitlines() if BOX.match(line)]
            return _join(heading, parts.pop(name), "\n".join(boxes))
    lines = [line for line in section.strip().splitlines() if not PLACEHOLDER.fullmatch(line)]
    first, *rest = lines or [""]
    text = "\n".join(rest).strip()
    return f"{first}\n\n{text}".strip()


def _drop_empty(sections: Sequence[str]) -> list[str]:
    """Leave out headings under which nothing stands, not even a deeper heading."""
    kept: list[str] = []
    for section in reversed(sections):
        below = _heading_depth(kept[-1]) if kept else 0
        if "\n" in section or not section.startswith("#") or below > _heading_depth(section):
            kept.append(section)
    return [section for section in reversed(kept) if section]


def _heading_depth(section: str) -> int:
    return len(section) - len(section.lstrip("#"))


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def _drop_comments(template: str) -> str:
    return re.sub(r"<!--.*?(?:-->|\Z)", "", template, flags=re.DOTALL)


def _read_template(ports: Ports, tree: Tree) -> str:
    """Read the repository's own template, in any case of letters, as GitHub looks for it.

    Empty when there is none.
    """
    paths = {entry.path.lower(): entry.path for entry in ports.mirrors.entries(tree)}
    known = [paths[template] for template in TEMPLATES if template in paths]
    contents = ports.mirrors.read(tree, known)
    data = next((contents[path] for path in known if contents.get(path)), b"")
    return data.decode("utf-8", "replace")


def _compare_with_plan(state: RunState) -> str:
    """Render the planned files and the changed ones as one list."""
    planned = state.plan.files if state.plan else ()
    changed = set(state.delivery.files)
    names = {file.path for file in planned}
    lines = [
        f"- [x] {as_code_span(file.path)}: {defuse_inline(file.change, FINDING_CHARS)}"
        for file in planned
        if file.path in changed
    ]
    lines += [
        f"- [ ] {as_code_span(path)}: planned, and not changed" for path in sorted(names - changed)
    ]
    lines += [f"- [x] {as_code_span(path)}: not in the plan" for path in sorted(changed - names)]
    if differs := state.delivery.finish.differs:
        lines.append(f"\nAgainst the plan: {defuse_inline(differs, DIFFERS_CHARS)}")
    return "\n".join(lines)
