"""The review for a pull request from a fork: what it brings, and why it brings nothing."""

from dataclasses import replace

import pytest

from bot.steps.checkout_pull import checkout_pull
from bot.steps.suggest_to_fork import suggest_to_fork
from bot.values import OpenFinish, Patch
from bot.values.next_state import (
    after_pull_checkout,
    after_pull_snapshot,
)
from tests.views.run_states import WRITTEN, make_state

LINES = "".join(f"line {number}\n" for number in range(1, 41))
CHANGED = LINES.replace("line 20\n", "changed 20\n")


@pytest.fixture
def forked(build):
    """A place with a pull request from eve's fork, and the state of a run that has written."""
    place = build({"a.txt": LINES, "old.txt": LINES})
    name = place.repo.name
    fork = place.forge.fork_repository(name, "eve")
    files = {"a.txt": CHANGED, "old.txt": None, "new.txt": CHANGED}
    place.forge.push(fork, "eve", "main", files, "Change")
    number = place.forge.open_pull(name, "eve", "eve:main", "Change")

    def write(files, **more):
        target = place.ports.reviews.fetch_pull(place.repo, number)
        checkout = checkout_pull(place.ports, place.repo, target)
        request = place.asking(number, **more)
        state = replace(make_state(open_finish=OpenFinish("c", WRITTEN)), request=request)
        state = after_pull_snapshot(state, target, None, ())
        state = after_pull_checkout(state, checkout.tree, checkout.merge_base, checkout.base_sha)
        return replace(state, patch=Patch(files))

    return place, fork, number, write


def read_reviews(place, number):
    reviews = place.forge.list_reviews(place.repo.name, number)
    threads = place.forge.list_threads(place.repo.name, number)
    return [review.body for review in reviews], [thread.place.path for thread in threads]


def test_a_file_is_suggested_or_in_the_patch(forked):
    """What the diff shows is suggested; a repeated step submits nothing more."""
    place, _, number, write = forked
    after = CHANGED.replace("changed 20\n", "better 20\n").replace("line 23\n", "")
    state = write({"a.txt": after, "more.txt": "new\n"})
    answers = [suggest_to_fork(place.ports, state, "greenlit:fork:1") for _ in range(2)]
    (body,), paths = read_reviews(place, number)

    assert [(2, True, "")] * 2 == [
        (made.suggested, made.has_patch, made.obstacle) for made in answers
    ]
    assert ["a.txt", "a.txt"] == paths
    assert "+++ b/more.txt" in body
    assert "a.txt" not in body


def test_lines_that_github_does_not_show_come_as_a_patch(forked):
    """GitHub shows a renamed file as renamed, with fewer lines: the whole change is a patch."""
    place, _, number, write = forked
    after = CHANGED.replace("line 2\n", "better 2\n")
    made = suggest_to_fork(place.ports, write({"new.txt": after}), "greenlit:fork:1")
    (body,), paths = read_reviews(place, number)

    assert (0, True, "") == (made.suggested, made.has_patch, made.obstacle)
    assert [] == paths
    assert "+better 2" in body


def test_why_nothing_is_suggested_is_said(forked):
    """A fork that moved, a patch too long or with a secret in it, an asker who may not ask now."""
    place, fork, number, write = forked
    key = "AKIA" + "QYLPMN5HHHFPZAM2"
    place.forge.push(fork, "eve", "main", {"key.txt": f"id = '{key}'\n"}, "Add a key")
    cases = {
        "may not write here": write({"a.txt": "x\n"}, by="eve"),
        "too long": write({"long.txt": "a long line\n" * 4_000}),
        "looks like a secret": write({"key.txt": f"x\nid = '{key}'\n", "more.txt": "x\n"}),
        "no UTF-8": write({"a.txt": "\ufffd\n", "b.txt": "\ufffd\n"}),
    }
    obstacles = {
        words: suggest_to_fork(place.ports, state, "greenlit:fork:1").obstacle
        for words, state in cases.items()
    }
    state = write({"a.txt": "x\n"})
    place.forge.push(fork, "eve", "main", {"a.txt": "y\n"}, "Meanwhile")
    assert place.forge.wait_until_idle(30)
    obstacles["pushed to the fork"] = suggest_to_fork(place.ports, state, "m").obstacle

    assert all(words in obstacle for words, obstacle in obstacles.items()), obstacles
    assert ([], []) == read_reviews(place, number)
