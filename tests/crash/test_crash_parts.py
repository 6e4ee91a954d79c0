"""Killed while the parts of a request are opened and told, or moved: each is there once."""

from __future__ import annotations

import json
import time

import pytest

from bot.adapters.dbos.journal import LIVE
from bot.forge.forge_merges import MergeMethod
from tests.crash.test_crash import PATIENCE_S, Killable, kill_when_fired, killable
from tests.run_record import read_statuses
from tests.stage import REPO
from tests.stories.test_story_parts import (
    CONFIG,
    FEW_LINES,
    NO_CI,
    find_pull,
    list_parts,
    play_part,
    play_whole,
    read_own,
    unchecked,
)

PLAYS = [play_whole([], [1]), play_part(2, "interface"), play_part(3, "shop", proofs=3)]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_between_the_parts_each_is_opened_begun_and_moved_once(tmp_path):
    """A part begins on the branch of the one that it needs. A squash merge that deletes that branch
    moves it to the default branch, which is merged into it. The process dies as GitHub has opened
    an issue and puts it below the other, and as the list is edited.
    """
    tree = {**NO_CI, CONFIG: f"{FEW_LINES}split: stack\n"}
    with killable(tmp_path, unchecked, PLAYS, tree) as on:
        repository = on.forge.state.find_repository(REPO)
        repository.deletes_merged_branches = True
        on.forge.open_issue(REPO, "ada", "Greet in many ways, and make it better", "", ["autogen"])
        wait_until(lambda: any("/approve" in each.body for each in on.forge.list_comments(REPO, 1)))
        fault = on.forge.faults.add("POST", "/sub_issues$", "cut-after")
        on.forge.add_comment(REPO, 1, "ada", "/approve")
        kill_when_fired(on, fault)
        settle(on)
        lower, upper = find_pull(on.forge, 2), find_pull(on.forge, 3)

        assert {1: [2, 3]} == repository.sub_issues
        assert {3: [2]} == repository.blockers
        assert ("main", lower.head) == (lower.base, upper.base)
        assert f"part 2 of 2 of #1, made on top of #{lower.number}: merge that first" in upper.body
        assert f"on top of #{lower.number}: merge that first" in list_parts(on.forge)[1]
        assert f"pull request #{lower.number}, Write the interface" in json.dumps(
            on.double.requests[-1].body
        )

        fault = on.forge.faults.add("PATCH", "/issues/comments/", "cut-after")
        merge(on, lower.number, "squash")
        kill_when_fired(on, fault)
        settle(on)
        upper, main = find_pull(on.forge, 3), on.forge.list_branches(REPO)["main"]
        changes = on.forge.state.store.compare(REPO, main, upper.head_sha)

        assert ("main", ["shop.py"]) == (upper.base, [path for path, *_ in changes.files])

        merge(on, upper.number, "squash")
        settle(on)

        assert ["x merged with #4", "x merged with #5"] == list_parts(on.forge)
        assert 1 == len(read_own(on.forge, ":ended"))
        assert {1, 2, 3, 4, 5} == set(repository.issues)
        runs = read_statuses(on.home / "bot", "solve_issue")
        updates = read_statuses(on.home / "bot", "update_branch")
        assert {f"{REPO}#{number}/1" for number in (1, 2, 3)} == set(runs)
        assert {f"{REPO}#3/2"} == set(updates)
        assert {0: 3, 1: 3, 2: 1} == on.double.paid_turns  # of three conversations


def merge(on: Killable, number: int, method: MergeMethod) -> None:
    """Merge a pull request as a person."""
    on.forge.merge_pull(REPO, number, "ada", method)


def wait_until(is_done):
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def settle(on: Killable) -> None:
    """Wait until all that happened was heard, and what it began has ended."""
    runs: dict[str, str] = {}
    deadline = time.monotonic() + PATIENCE_S
    while True:
        assert on.forge.wait_until_idle(30)
        before, runs = runs, dict(read_statuses(on.home / "bot"))
        if runs == before and not set(LIVE).intersection(runs.values()):
            return
        assert time.monotonic() < deadline, on.bot.log.read_text()[-3000:]
        time.sleep(0.5)
