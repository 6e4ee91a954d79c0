"""Here lives the pull request: its words, and its opening."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.steps.report import attempts_table
from bot.text import as_code_span, defuse_inline, defuse_markdown
from bot.values import (
    Attempt,
    Branch,
    Finding,
    Finish,
    Plan,
    PullRequest,
    PullRequestContent,
    Request,
    RunKey,
    Tree,
    Usage,
)

TEMPLATES = tuple(
    f"{folder}pull_request_template{kind}"
    for folder in (".github/", "", "docs/")
    for kind in (".md", ".txt")
)
TEXT_CHARS = 6_000
MOST_LOWERED = 5
HEADINGS = {  # which heading of a repository's template takes which part of ours
    "what": re.compile(
        r"^(?!.*\b(types?|kind|breaking|issue)\b).*(what|why|summary|descri|change|motivat|context|purpose)",
        re.IGNORECASE,
    ),
    "checked": re.compile(r"test|verif|ci\b|check(?!list)|qa", re.IGNORECASE),
    "issue": re.compile(r"issue|related|close|fixes|ticket|link", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True)
class Work:
    """What a pull request tells of the work behind it."""

    key: RunKey
    request: Request
    plan: Plan
    finish: Finish
    changed: tuple[str, ...]
    attempts: tuple[Attempt, ...] = ()
    advice: tuple[Finding, ...] = ()
    spent: Usage = field(default_factory=Usage)
    state: str = ""  # why it is not green; empty when it is
    mended: tuple[Finding, ...] = ()


def _summarize_pull(pull: PullRequest) -> Summary:
    state, style = ("a draft", "") if pull.draft else ("ready for review", "green")
    return "pull request", Text(f"#{pull.number}, {state}", style)


@step("open_pull", _summarize_pull)
def open_pull(ports: Ports, tree: Tree, branch: Branch, work: Work, draft: bool) -> PullRequest:  # noqa: FBT001 - GitHub's own word
    """The run's one pull request: opened, or brought up to date when it is open already."""
    title = redact(
        ports, unescape(defuse_inline(work.finish.title, 200))
    )  # names stay code, but a title knows no entities
    body = redact(ports, in_template(_template(ports, tree), dict(sections(work)), foot(work)))
    return ports.pulls.open_pull(
        tree.repo, branch, tree.branch, PullRequestContent(title, body, draft)
    )


@step("was_closed")
def was_closed(ports: Ports, tree: Tree, branch: Branch) -> bool:
    """Whether the run's pull request was closed or merged. No other run has this branch, so it was
    this one's.
    """
    pull = ports.pulls.find_pull(tree.repo, branch)
    return pull is not None and not pull.open


@step("update_pull")
def retell(ports: Ports, tree: Tree, branch: Branch, work: Work) -> bool:
    """Bring the words of the run's pull request up to date; False when there is none open any more."""
    pull = ports.pulls.find_pull(tree.repo, branch)
    if pull is None or not pull.open:
        return False
    open_pull(ports, tree, branch, work, draft=pull.draft)
    return True


def sections(work: Work) -> Iterator[tuple[str, str]]:
    """Our parts of the text, by what they tell."""
    if top := "\n\n".join(part for part in (_lowered(work), _state(work)) if part):
        yield "state", top
    yield "issue", f"Closes #{work.request.number}"
    yield "what", f"{defuse_markdown(work.finish.summary, TEXT_CHARS)}\n\n{_against_plan(work)}"
    yield (
        "checked",
        attempts_table(work.attempts)
        or "Nothing was checked: this repository has no CI for pull requests.",
    )
    if work.finish.look_at:
        yield "look", "\n".join(f"- {defuse_inline(place, 500)}" for place in work.finish.look_at)
    if told := "\n".join(_found(work)):
        yield "found", told


def _state(work: Work) -> str:
    return f"> [!WARNING]\n> {work.state}" if work.state else ""


def _lowered(work: Work) -> str:
    """What asks for less than before, first of all: the plan named it, and people decide."""
    found = [one for one in work.advice if one.gate == "tests"]
    lines = [
        f"> - {as_code_span(f'{one.path}:{one.line}')} {defuse_inline(one.text, 500)}"
        for one in found[:MOST_LOWERED]
    ]
    more = [f"> - and {len(found) - MOST_LOWERED} more"] if len(found) > MOST_LOWERED else []
    return (
        "\n".join(["> [!IMPORTANT]", "> Tests or checks ask for less than before:", *lines, *more])
        if found
        else ""
    )


def _found(work: Work) -> Iterator[str]:
    """What the checks found, in at most three lines: what was mended, and what was left. All of it
    is in the record.
    """
    if work.mended:
        yield f"- Mended before the push: {_first(work.mended)}"
    left = tuple(one for one in work.advice if one.gate != "tests")
    if left:
        yield f"- Left, as advice: {_first(left)}"


def _first(findings: Sequence[Finding]) -> str:
    first = findings[0]
    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    return f"{as_code_span(f'{first.path}:{first.line}')} {defuse_inline(first.text, 300)}{more}"


def foot(work: Work) -> str:
    """Who asked, what it cost, and that a machine wrote it."""
    return (
        f"---\n<sub>Written by Greenlit, a bot that uses Claude, because @{work.request.asker} asked for it in "
        f"#{work.request.number}. It cost ${work.spent.usd:.2f}. Nobody has reviewed it yet: please do. "
        f"Run `{work.key}`.</sub>"
    )


NAMES = {
    "what": "What and why",
    "checked": "CI",
    "look": "Please look at",
    "found": "What the checks found",
}


def in_template(template: str, parts: dict[str, str], end: str) -> str:
    """Our parts under the headings of the repository's template that ask for them, the rest after
    it.
    """
    top = parts.pop("state", "")
    if not template.strip():
        told = [top, parts.pop("issue")] + [
            f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()
        ]
        return "\n\n".join(part for part in [*told, end] if part)
    filled = [
        _filled(section, parts)
        for section in re.split(r"(?m)^(?=#{1,6} )", _bare(template))
        if section.strip()
    ]
    issue = parts.pop("issue", "")
    rest = [issue] + [f"## {NAMES[name]}\n\n{text}" for name, text in parts.items()]
    return "\n\n".join(part for part in [top, *filled, *rest, end] if part)


def _filled(section: str, parts: dict[str, str]) -> str:
    """A section of the template with the part of ours that its heading asks for; each part is told
    once.
    """
    heading, _, text = section.strip().partition("\n")
    for name, asks in HEADINGS.items():
        if name in parts and heading.startswith("#") and asks.search(heading):
            boxes = "\n".join(line for line in text.splitlines() if re.match(r"\s*[-*] \[", line))
            return "\n\n".join(part for part in (heading, parts.pop(name), boxes) if part)
    return f"{heading}\n\n{text.strip()}".strip()


def _bare(template: str) -> str:
    return re.sub(r"<!--.*?(?:-->|\Z)", "", template, flags=re.DOTALL)


def _template(ports: Ports, tree: Tree) -> str:
    """The repository's own, in any case of letters, as GitHub looks for it; "" when there is none."""
    known = {entry.path.lower(): entry.path for entry in ports.mirrors.entries(tree)}
    found = ports.mirrors.read(tree, [known[path] for path in TEMPLATES if path in known])
    texts = (found.get(known.get(path, "")) for path in TEMPLATES)
    return next((text for text in texts if text), b"").decode("utf-8", "replace")


def _against_plan(work: Work) -> str:
    planned = {file.path for file in work.plan.files}
    changed = set(work.changed)
    lines = [
        f"- [x] {as_code_span(file.path)}: {defuse_inline(file.change, 300)}"
        for file in work.plan.files
        if file.path in changed
    ]
    lines += [
        f"- [ ] {as_code_span(path)}: planned, and not changed"
        for path in sorted(planned - changed)
    ]
    lines += [f"- [x] {as_code_span(path)}: not in the plan" for path in sorted(changed - planned)]
    if work.finish.differs:
        lines.append(f"\nAgainst the plan: {defuse_inline(work.finish.differs, 1_000)}")
    return "\n".join(lines)
