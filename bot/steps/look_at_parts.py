"""See how the parts of a split request stand on GitHub."""

from __future__ import annotations

from collections import Counter

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.values import Branch, Issue, LastRun, Part, Repo
from bot.values.part_progress import PartPull, PartsStanding, PartStanding, PartState

GREEN = ("opened", "changed", "unchanged", "suggested")  # how a run ends with a pull request
RED = ("red", "gave up", "failed")


def _summarize(look: PartsStanding) -> Summary:
    counts = Counter(standing.state for standing in look.parts)
    words = ", ".join(f"{count} {state}" for state, count in counts.items())
    return "the parts", Text(words)


@step("look_at_parts", _summarize)
def look_at_parts(
    ports: Ports, repo: Repo, parent: int, parts: tuple[Part, ...], runs: tuple[LastRun | None, ...]
) -> PartsStanding:
    """Ask GitHub for the issue and the pull request of each part; `runs` are their newest runs."""
    issue = ports.issues.fetch_issue(repo, parent)
    standings = tuple(
        _look_at_part(ports, repo, part, run) for part, run in zip(parts, runs, strict=True)
    )
    return PartsStanding(standings, is_wanted=issue is not None and issue.open)


def _look_at_part(ports: Ports, repo: Repo, part: Part, run: LastRun | None) -> PartStanding:
    issue = ports.issues.fetch_issue(repo, part.issue)
    pull = _find_pull(ports, repo, run.branch) if run else None
    state = judge_part(issue, run, pull)
    return PartStanding(part, state, pull, run.key if run else None)


def _find_pull(ports: Ports, repo: Repo, branch: str) -> PartPull | None:
    """Find the pull request of a branch: the open one, else the newest closed one."""
    pull = ports.pulls.find_pull(repo, Branch(branch)) if branch else None
    if pull is None:
        return None
    head, base = Branch(branch), Branch(pull.base)
    return PartPull(pull.number, pull.url, head, base, pull.open, pull.draft, pull.merged)


def judge_part(issue: Issue | None, run: LastRun | None, pull: PartPull | None) -> PartState:
    """Judge how a part stands. What people did on GitHub counts more than how a run ended."""
    if issue is None or issue.moved_to:
        return "dropped"
    if pull is not None and pull.is_merged:
        return "done"
    if not issue.open:
        return "done" if issue.closed_as in ("", "completed") else "dropped"
    return _judge_run(run, pull)


def _judge_run(run: LastRun | None, pull: PartPull | None) -> PartState:
    """Judge a part whose issue is open by its newest run."""
    if run is None:
        return "waiting"
    if run.is_live:
        return "live"
    if run.outcome is not None and run.outcome.state == "asked":
        return "asked"
    return _judge_pull(run.outcome.state if run.outcome else "failed", pull)


def _judge_pull(end: str, pull: PartPull | None) -> PartState:
    """Judge a part by how its newest run ended, and what became of its pull request."""
    if pull is None or not pull.is_open:
        return "failed"
    if end in GREEN or (not pull.is_draft and end not in (*RED, "stopped")):
        return "green"
    return "failed" if pull.is_draft or end in RED else "open"
