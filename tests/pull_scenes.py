"""Scenes on pull requests: the bot's own one, a person's, and their reviews."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from bot.adapters.dbos.journal import LIVE
from bot.forge import Forge
from bot.forge.claude_script import Expectation, Script
from bot.forge.review_records import NewThread, ReviewAction, ThreadPlace
from bot.run import RunView
from tests.run_record import count_ended, read_statuses
from tests.stage import REPO, Say, Stage, script

BOT = "greenlit[bot]"
BRANCH = "greenlit/7-greet-quietly"
QUIET = {"greeting.py": 'def greet(name):\n    """Greet."""\n    return "Hello, " + name\n'}


def script_on_pull(*turns: Sequence[Say], refused: Sequence[str] = ()) -> Script:
    """A conversation about a pull request, as `script` makes those about an issue."""
    first, *others = script(*turns, refused=refused).turns
    expect = Expectation(texts=("work on pull request",))
    return Script(about=REPO, turns=(first.model_copy(update={"expect": expect}), *others))


def open_own_pull(
    forge: Forge, files: Mapping[str, str | None] | None = None, branch: str = BRANCH
) -> int:
    """Open a pull request that the bot wrote, without the run that wrote it."""
    forge.push(REPO, BOT, branch, files or QUIET, "Greet quietly")
    return forge.open_pull(REPO, BOT, branch, "Greet quietly")


def on_line(path: str, line: int, body: str, start_line: int | None = None) -> NewThread:
    """What a reviewer says of a line, or of several."""
    return NewThread(ThreadPlace(path, line, start_line=start_line), body)


def review(
    forge: Forge,
    pull: int,
    *threads: NewThread,
    by: str = "ada",
    action: ReviewAction = "REQUEST_CHANGES",
    body: str = "",
) -> int:
    """Submit a review."""
    return forge.submit_review(REPO, pull, by, action, body, threads)


def read_threads(forge: Forge, pull: int) -> list[list[tuple[str, str]]]:
    """Each thread as author and text of its comments, oldest first."""
    comments = forge.list_review_comments(REPO, pull)
    return [
        [(said.author, said.body) for said in comments if said.thread == thread.id]
        for thread in forge.list_threads(REPO, pull)
    ]


def list_resolved(forge: Forge, pull: int) -> list[bool]:
    """Whether each thread is resolved, oldest first."""
    return [bool(thread.resolved_by) for thread in forge.list_threads(REPO, pull)]


def wait_for_run(stage: Stage, story: str, count: int = 1, patience_s: float = 60) -> RunView:
    """Wait until so many runs of a story have ended; the newest of them."""
    deadline = time.monotonic() + patience_s
    while count_ended(stage.settings.home, story) < count:
        assert time.monotonic() < deadline, f"{story} has not ended: {stage.bot.runs(20, story)}"
        time.sleep(0.05)
    return next(run for run in stage.bot.runs(20, story) if run.outcome or run.error)


def settle(stage: Stage, patience_s: float = 120) -> None:
    """Wait until all that happened was heard, and what it began has ended."""
    deadline = time.monotonic() + patience_s
    runs: Mapping[str, str] = {}
    while True:
        assert stage.forge.wait_until_idle(30)
        before, runs = runs, read_statuses(stage.settings.home)
        # The last of them may have told GitHub of more since: all is done once nothing is new.
        if runs == before and not set(LIVE).intersection(runs.values()):
            return
        assert time.monotonic() < deadline, stage.bot.runs(100)
        time.sleep(0.1)
