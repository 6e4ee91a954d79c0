"""Find the bot's own pull requests that a moved base concerns."""

from __future__ import annotations

from dataclasses import dataclass

from bot.ports import Ports, Refusal
from bot.run import step
from bot.steps.repo_config import PATH, read_config
from bot.values import MovedBase


@dataclass(frozen=True, slots=True)
class OwnPulls:
    """The numbers of pull requests to look at, and when they were listed."""

    numbers: tuple[int, ...] = ()
    at: str = ""


@step("find_own_pulls")
def find_own_pulls(ports: Ports, moved: MovedBase) -> OwnPulls:
    """List the pull requests that may have stopped being mergeable.

    None where the repository does not want them updated, or its configuration cannot be read.
    """
    at = ports.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    numbers: tuple[int, ...] = (moved.pull,)
    if moved.branch is not None:
        numbers = ports.reviews.list_own_pulls(moved.repo, moved.branch)
    if not numbers or not _wants_updates(ports, moved):
        return OwnPulls()
    return OwnPulls(numbers, at)


def _wants_updates(ports: Ports, moved: MovedBase) -> bool:
    try:
        return read_config(ports.repositories.fetch_file(moved.repo, PATH)).update
    except Refusal:  # whoever asks for something here is told of the mistake
        return False
