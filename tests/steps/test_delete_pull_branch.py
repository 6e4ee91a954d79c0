"""Branches of pull requests that ended: deleted only where nothing else needs them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.steps.delete_pull_branch import compute_time_left, delete_pull_branch
from bot.values import PullDetails
from tests.place import Place

BOT, BRANCH = "greenlit[bot]", "greenlit/7-greet"


@pytest.fixture
def closed(build) -> Place:
    """A repository with a pull request of the bot that was closed."""
    place: Place = build()
    push(place, BRANCH, BOT)
    number = place.forge.open_pull(place.repo.name, BOT, BRANCH, "Greet")
    place.forge.close_pull(place.repo.name, number, "ada")
    assert place.forge.wait_until_idle(30)
    return place


def push(place: Place, branch: str, by: str) -> None:
    place.forge.push(place.repo.name, by, branch, {f"{by}.md": branch}, "Change")


def fetch(place: Place) -> PullDetails:
    pull = place.ports.reviews.fetch_pull(place.repo, 1)
    assert pull is not None
    return pull


def delete(place: Place, pull: PullDetails) -> tuple[bool, bool]:
    """Whether it was deleted, and whether it is there."""
    is_deleted = delete_pull_branch(place.ports, place.repo, pull)
    return is_deleted, BRANCH in place.forge.list_branches(place.repo.name)


def test_a_branch_that_nothing_needs_is_deleted_once(closed):
    """A second time there is nothing to delete: so it is where GitHub did it."""
    pull = fetch(closed)

    assert (True, False) == delete(closed, pull)
    assert (False, False) == delete(closed, pull)


def test_a_branch_that_somebody_pushed_to_stays(closed):
    """It is theirs now."""
    pull = fetch(closed)
    push(closed, BRANCH, "ada")

    assert (False, True) == delete(closed, pull)


def test_a_branch_of_another_open_pull_request_stays(closed):
    """From it, or into it: GitHub would close that one."""
    pull = fetch(closed)
    closed.forge.push(closed.repo.name, "ada", "topic", {"topic.md": "x"}, "Topic")
    into = closed.forge.open_pull(closed.repo.name, "ada", "topic", "Topic", base=BRANCH)

    assert (False, True) == delete(closed, pull)
    closed.forge.close_pull(closed.repo.name, into, "ada")
    closed.forge.open_pull(closed.repo.name, "ada", BRANCH, "Again")
    assert (False, True) == delete(closed, pull)


def test_a_branch_that_is_not_the_bots_stays(closed):
    """That of a person, or of a fork."""
    pull = fetch(closed)

    assert (False, True) == delete(closed, replace(pull, is_ours=False))
    assert (False, True) == delete(closed, replace(pull, is_fork=True))


def test_the_days_count_from_the_close(closed):
    """Once they are over, nothing is left."""
    pull = fetch(closed)
    old = replace(pull, closed_at="2020-01-01T00:00:00Z")

    assert 0.0 == compute_time_left(closed.ports, old, 14)
    assert 13 * 86_400 < compute_time_left(closed.ports, pull, 14) <= 14 * 86_400
