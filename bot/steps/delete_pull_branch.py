"""Delete the branch of a pull request of the bot that ended, when nothing else needs it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.values import PullDetails, Repo


def _summarize_deletion(is_deleted: bool) -> Summary:  # noqa: FBT001 - the step's result
    return "its branch", Text("deleted" if is_deleted else "stays, or was gone already")


@step("delete_pull_branch", _summarize_deletion)
def delete_pull_branch(ports: Ports, repo: Repo, pull: PullDetails) -> bool:
    """Delete the branch, where it is as the pull request left it.

    It stays where somebody pushed to it since, or another pull request comes from it or builds on
    it: GitHub would close that one.
    """
    is_own = pull.is_ours and not pull.is_fork and pull.head != pull.base
    other_pull = ports.pulls.find_pull(repo, pull.head)
    if not is_own or (other_pull is not None and other_pull.open):
        return False
    if ports.reviews.is_base_of_pull(repo, pull.head):
        return False
    remote = ports.credentials.fetch_remote(repo)
    return ports.mirrors.delete_branch(repo, remote, pull.head, pull.head_sha)


@step("compute_time_left")
def compute_time_left(ports: Ports, pull: PullDetails, days: int) -> float:
    """Compute how many seconds are left until so many days after the close."""
    closed_at = datetime.fromisoformat(pull.closed_at)
    left = closed_at + timedelta(days=days) - ports.clock.now().astimezone(UTC)
    return max(0.0, left.total_seconds())
