"""Look at what became of an earlier run's work: its pull request, its branch and its base."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.text import as_code_span
from bot.values import PullRequest, RunState


@dataclass(frozen=True, slots=True)
class EarlierWork:
    """The earlier run's pull request while it is open, and why nobody can go on with the work.

    `obstacle` is a clause that begins a sentence; empty when a run can go on.
    """

    pull: PullRequest | None = None
    obstacle: str = ""


@step("check_earlier_work")
def check_earlier_work(ports: Ports, earlier: RunState) -> EarlierWork:
    """Ask GitHub and git how the work stands now, and bring it into the mirror again."""
    repo, branch = earlier.request.repo, earlier.branch
    pull = ports.pulls.find_pull(repo, branch) if branch else None
    if pull and pull.merged:
        return EarlierWork(obstacle=f"#{pull.number} was merged")
    if pull and not pull.open:
        return EarlierWork(obstacle=f"#{pull.number} was closed")
    return EarlierWork(pull, _find_obstacle(ports, earlier))


def _find_obstacle(ports: Ports, earlier: RunState) -> str:
    tree, branch = earlier.base, earlier.branch
    remote = ports.credentials.fetch_remote(tree.repo)
    ours = earlier.pushed.head if earlier.pushed else None
    if branch and ours:
        head = ports.mirrors.head(tree.repo, remote, branch)
        if head is None:
            return f"{as_code_span(branch)} was deleted"
        if head != ours:
            return f"somebody else pushed to {as_code_span(branch)}"
    if not ports.mirrors.reopen(tree, remote, ours):
        return f"{as_code_span(tree.branch)} was rewritten"
    return ""
