"""Find the bot's own pull requests that a moved base concerns."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports
from bot.run import step
from bot.values import Branch, MovedBase, Repo, Sha


@dataclass(frozen=True, slots=True)
class OwnPulls:
    """The numbers of pull requests to look at, and when they were listed."""

    numbers: tuple[int, ...]
    at: str


@step("find_own_pulls")
def find_own_pulls(ports: Ports, moved: MovedBase) -> OwnPulls:
    """List the pull requests that may have stopped being mergeable."""
    at = ports.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    if moved.branch is None:
        return OwnPulls((moved.pull,), at)
    return OwnPulls(ports.reviews.list_own_pulls(moved.repo, moved.branch), at)


@step("fetch_tip")
def fetch_tip(ports: Ports, repo: Repo, branch: Branch) -> Sha | None:
    """Ask where a branch stands now; None when it is gone."""
    return ports.mirrors.head(repo, ports.credentials.fetch_remote(repo), branch)
