"""Suggestions are applied where people push at the same time."""

from __future__ import annotations

import asyncio

from rich.console import Console

from bot.cli.unrecorded_run import UnrecordedRun
from bot.forge.review_records import NewThread, ThreadPlace
from bot.steps.checkout_pull import checkout_pull
from bot.steps.push_branch import push_change
from bot.steps.snapshot_pull import snapshot_pull
from bot.stories.review_answers import take_up_threads
from bot.stories.take_suggestions import take_suggestions
from bot.values import RunKey, RunState
from bot.values.next_state import after_pull_checkout, after_pull_snapshot
from tests.edits.suggestion_cases import block
from tests.pull_scenes import BOT, BRANCH


class Contested(UnrecordedRun):
    """A run before whose first push somebody else pushes to the branch."""

    def __init__(self, place, files):
        super().__init__(place.ports, Console(quiet=True), RunKey("acme/greeter#1/1"))
        self.place = place
        self.files = files

    async def __call__(self, act, /, *values, **named):
        if act.name == push_change.name and self.files:
            self.place.forge.push(self.place.repo.name, "wes", BRANCH, self.files, "Meanwhile")
            self.files = {}
        return await super().__call__(act, *values, **named)


def test_lines_that_moved_meanwhile_are_found_anew(build):
    """A suggestion goes to the line that it was made on, not to another that reads the same."""
    place = build({"a.txt": "a\n"})
    name = place.repo.name
    place.forge.push(name, BOT, BRANCH, {"a.txt": "a\nx\nx\nb\n"}, "Change")
    pull = place.forge.open_pull(name, BOT, BRANCH, "Change")
    said = NewThread(ThreadPlace("a.txt", 3), block("y\n"))
    place.forge.submit_review(name, pull, "ada", "COMMENT", "", [said])
    run = Contested(place, {"a.txt": "new\na\nx\nx\nb\n"})
    asyncio.run(apply(run, pull))

    assert "new\na\nx\ny\nb\n" == place.forge.read_files(name, BRANCH)["a.txt"]


async def apply(run, pull):
    """Do what a run does with suggestions alone, as far as the push."""
    request = run.place.asking(pull, on_pull=True, review=1)
    snapshot = await run(snapshot_pull, request)
    state = RunState(run.key, request)
    state = after_pull_snapshot(state, snapshot.target, snapshot.issue, snapshot.threads)
    checkout = await run(checkout_pull, request.repo, snapshot.target)
    state = after_pull_checkout(state, checkout.tree, checkout.merge_base, checkout.base_sha)
    return await take_suggestions(run, await take_up_threads(run, state))
