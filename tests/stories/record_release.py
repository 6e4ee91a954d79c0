"""Record runs at their longest waits, for the releases that come after: `make records`.

The bot is on its stage, between a forge and a Claude in a box, and each run is brought to where it
waits for CI, for people or for days. What it has done by then is kept in tests/stories/records.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.forge.claude_double import ClaudeDouble
from tests.pull_scenes import BRANCH, on_line, open_own_pull, review, script_on_pull
from tests.stage import (
    BAD,
    BEGIN,
    END,
    FILES,
    GOOD,
    MENDED,
    PLAN,
    REPO,
    Stage,
    edit,
    script,
    staged,
)
from tests.stories.release_records import (
    FOLDER,
    WaitingRun,
    fetch_run,
    is_parked,
    write_records,
)

PATIENCE_S = 90
SLOW_CI = FILES | {
    # Red at once where it is wrong; else it runs until the stage is taken down.
    "test_greeting.py": FILES["test_greeting.py"]
    + "\nimport time\nfrom pathlib import Path\n\n"
    + "for _ in range(6000):\n    if Path.home().joinpath('go').exists():\n        break\n"
    + "    time.sleep(0.05)\n",
    ".github/workflows/ci.yml": FILES[".github/workflows/ci.yml"].replace(
        "on: push", "on: {push: {branches: ['greenlit/**', topic]}}"
    ),
}
CONFIG = ".github/greenlit.yml"
BRIEF = {
    "kind": "feature",
    "entities": [{"kind": "symbol", "name": "greet"}],
    "criteria": [{"text": f"greet says hello in language {number}"} for number in range(13)],
}
TABLE = {
    "title": "Take the greeting from a table",
    "text": "`greet` takes its word from a table.",
    "files": ["greeting.py"],
    "criteria": [1, 2],
}
LANGUAGES = {
    "title": "Add the words of the other languages",
    "text": "The table of `greet` has a word for each of the other languages.",
    "files": ["words.py"],
    "criteria": [*range(3, 14)],
    "needs": [1],
}
SPLIT = ("submit_split", {"parts": [TABLE, LANGUAGES]})
ANSWERS = [
    ("submit_plan", PLAN),
    edit('"Hello, " + name', 'f"Hello, {name}"'),
    ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True}),
]
PLAYS = (
    script(*BEGIN, [BAD], END, [MENDED], END).model_copy(update={"about": "#1 of"}),
    script(*BEGIN, [GOOD], END).model_copy(update={"about": "#2 of"}),
    script(*BEGIN, [GOOD], END).model_copy(update={"about": "#3 of"}),
    script(BEGIN[0], [("submit_brief", BRIEF)], [SPLIT]).model_copy(update={"about": "#4 of"}),
    script_on_pull(BEGIN[0], ANSWERS, END).model_copy(update={"about": "work on pull request"}),
)


def main(release: str) -> None:
    """Record all, and say what was kept."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        double = ClaudeDouble(PLAYS, pace=0)
        with staged(home, lambda app: app, double, SLOW_CI, ci_poll_s=7200, ci_grace_s=5) as stage:
            runs = record(stage)
            hidden = {str(home): "/stage", _read_address(stage): "http://forge"}
    path = FOLDER / f"{release}.json.gz"
    write_records(path, runs, hidden)
    for run in runs:
        print(f"{run.story} waits for {run.wait}: {len(run.steps)} steps")
    print(f"{path.name}: {path.stat().st_size} bytes")


def record(stage: Stage) -> list[WaitingRun]:
    """Bring each run to its wait, one after the other."""
    return [
        _solve(stage, "CI, after a repair", ""),
        _solve(stage, "the plan's approval", "approve: plan\n"),
        _solve(stage, "the change's approval", "approve: diff\n"),
        _split(stage),
        _answer_review(stage),
        _follow_base(stage),
        _update(stage),
        _follow_closed(stage),
    ]


def _solve(stage: Stage, wait: str, config: str) -> WaitingRun:
    _configure(stage, config)
    issue = stage.issue()
    stage.label(issue)
    return _park(stage, wait, lambda: f"{REPO}#{issue}/1")


def _split(stage: Stage) -> WaitingRun:
    _configure(stage, "")
    issue = stage.issue("Greet in many languages, and make it better", "")
    stage.label(issue)
    _park(stage, "", lambda: f"{REPO}#{issue}/1")
    stage.say(issue, "/generate")
    return _park(stage, "the split's approval", lambda: f"{REPO}#{issue}/1", behind="reply")


def _answer_review(stage: Stage) -> WaitingRun:
    pull = open_own_pull(stage.forge)
    review(stage.forge, pull, on_line("greeting.py", 3, "Use an f-string."))
    return _park(stage, "CI, after a review", lambda: _find(stage, "work_on_pull"))


def _follow_base(stage: Stage) -> WaitingRun:
    """It conflicts with the pull request whose review is being answered."""
    conflict = {"greeting.py": 'def greet(name):\n    return "Good day " + name\n'}
    stage.forge.push(REPO, "ada", "main", conflict, "Greet well")
    return _park(stage, "another run on the pull request", lambda: _find(stage, "follow_base"))


def _update(stage: Stage) -> WaitingRun:
    pull = stage.pull("topic", {"README.md": "# Greeter\n\nIt greets.\n"})
    stage.forge.push(REPO, "ada", "main", {"NEWS.md": "x\n"}, "News")
    stage.say(pull, "/update")
    return _park(stage, "CI, after an update", lambda: f"{REPO}#{pull}/1")


def _follow_closed(stage: Stage) -> WaitingRun:
    _configure(stage, "delete_closed_after_days: 30\n")
    pull = open_own_pull(stage.forge, branch=f"{BRANCH}-so")
    stage.forge.add_comment(REPO, pull, "ada", "We greet loudly here.")
    stage.forge.close_pull(REPO, pull, "ada")
    return _park(stage, "the days until a branch goes", lambda: _find(stage, "follow_pull"))


def _configure(stage: Stage, config: str) -> None:
    stage.forge.push(REPO, "ada", "main", {CONFIG: config or "draft: false\n"}, "Set up")


def _find(stage: Stage, story: str) -> str:
    """Find the newest run of a story that lives."""
    live = [run.key for run in stage.bot.runs(50, story) if run.state == "running"]
    return live[0] if live else ""


def _park(stage: Stage, wait: str, find: Callable[[], str], behind: str = "") -> WaitingRun:
    """Wait until a run waits, and has done a step, and fetch it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        run = fetch_run(stage.settings.home, wait, find())
        names = [row["function_name"] for row in run.steps]
        if is_parked(run) and (not behind or behind in names):
            return run
        assert time.monotonic() < deadline, (wait, run.key, names, stage.bot.runs(30))
        time.sleep(0.1)


def _read_address(stage: Stage) -> str:
    return str(stage.settings.github_url).rstrip("/")


if __name__ == "__main__":
    main(sys.argv[1])
