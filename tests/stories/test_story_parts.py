"""A request that people approved in parts: each is solved in its order, whatever happens to them."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from starlette.types import ASGIApp

from bot.forge import Forge
from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_script import Script
from bot.forge.forge_records import PullRecord
from tests.pull_scenes import settle
from tests.stage import BEGIN, FILES, REPO, Say, Stage, script, staged

pytestmark = [pytest.mark.served, pytest.mark.slow, pytest.mark.timeout(600)]

ADDRESS = re.compile(r"(?<=#\d)\](?=\()|\[(?=#)|\(http[^)]*\)")
CONFIG = ".github/greenlit.yml"
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
FEW_LINES = "max_lines: 180\n"  # so that four criteria are too many for one change
WORDS = ("interface", "shop", "readme", "last")
BRIEF = {
    "kind": "feature",
    "entities": [{"kind": "symbol", "name": "greet"}],
    "criteria": [{"text": f"`greet` has its {word}"} for word in WORDS],
}
PROOF = {"proofs": [{"criterion": 1, "reading": "It stands there."}]}


def divide(*needs: Sequence[int]) -> Say:
    """The call that divides the request into a part for each; `needs` are those of each."""
    parts = [
        {
            "title": f"Write the {word}",
            "text": f"The {word}, for @ada: fixes #1.",
            "files": [f"{word}.py"],
            "criteria": [number] if number < len(needs) else [*range(number, len(WORDS) + 1)],
            "needs": list(wanted),
        }
        for number, (word, wanted) in enumerate(zip(WORDS, needs, strict=False), 1)
    ]
    return ("submit_split", {"parts": parts})


def play_whole(*needs: Sequence[int]) -> Script:
    """The conversation about the request as a whole."""
    turns = (BEGIN[0], [("submit_brief", BRIEF)], [divide(*needs)])
    return script(*turns).model_copy(update={"about": "#1 of"})


def play_part(issue: int, word: str, *, proofs: int = 1, fails: bool = False) -> Script:
    """The conversation about a part, which gives up at first where it `fails`."""
    path = f"{word}.py"
    plan = {"summary": f"Write the {word}.", "files": [{"path": path, "change": "new"}]}
    finish = {"title": f"Write the {word}", "message": "As asked.", "summary": "It is there."}
    proved = {"proofs": [{**PROOF["proofs"][0], "criterion": 1 + each} for each in range(proofs)]}
    work: Sequence[Say] = [
        ("submit_plan", plan),
        ("create_file", {"path": path, "text": f"{word.upper()} = 1\n"}),
        ("prove_criteria", proved),
        ("finish", finish),
    ]
    words = [["I do not know how."]] * 3 if fails else []
    return script(BEGIN[0], *words, work).model_copy(update={"about": f"#{issue} of"})


def approve(stage: Stage) -> int:
    """An issue that is too big; its parts are approved and have come as far as they can."""
    issue = stage.issue("Greet in many ways, and make it better", "")
    stage.label(issue)
    deadline = time.monotonic() + 60
    while not any("/approve" in body for body in stage.own(issue)):
        assert time.monotonic() < deadline, stage.own(issue)
        time.sleep(0.05)
    stage.say(issue, "/approve")
    settle(stage)
    return issue


def read_list(forge: Forge) -> str:
    """The list of the parts on the issue, without addresses."""
    (body,) = read_own(forge, " -->")
    return ADDRESS.sub("", body)


def read_own(forge: Forge, kind: str) -> list[str]:
    """The bot's comments on the issue whose hidden marker names its parts and goes on so."""
    begin = f"<!-- greenlit:parts:{REPO}#1{kind}"
    bodies = [comment.body for comment in forge.list_comments(REPO, 1)]
    return [body for body in bodies if body.startswith(begin)]


def list_parts(forge: Forge) -> list[str]:
    """Whether each part is ticked, and what the list says of it."""
    lines = [line for line in read_list(forge).splitlines() if line.startswith("- [")]
    return [f"{line[3]}{line.partition('):')[2]}" for line in lines]


def find_pull(forge: Forge, issue: int) -> PullRecord:
    """Find the open pull request of a part."""
    pulls = [pull for pull in forge.list_pulls(REPO) if pull.state == "open"]
    return next(pull for pull in pulls if f"/{issue}-" in pull.head)


def merge(stage: Stage, *issues: int) -> None:
    """Merge the open pull requests of parts, and let what follows happen."""
    for issue in issues:
        stage.forge.merge_pull(REPO, find_pull(stage.forge, issue).number, "ada")
    settle(stage)


def count_runs(stage: Stage, story: str) -> dict[str, int]:
    """How many runs of a story each issue had."""
    keys = [run.key for run in stage.bot.runs(100, story)]
    return dict(Counter(key.partition("#")[2].partition("/")[0] for key in sorted(keys)))


def test_parts_are_solved_as_what_they_need_is_merged(tmp_path):
    """The first gives up: what needs it does not begin and people are told, what needs nothing goes
    on. A `/retry` and a merge go on from there; `/stop` keeps the rest from beginning until a
    `/retry`, and what is closed as not planned is left out. Without sub-issues the list stands
    alone.
    """
    plays = [
        play_whole([], [1], [], [2]),
        play_part(2, "interface", fails=True),
        play_part(3, "shop"),
        play_part(4, "readme"),
    ]
    tree = {**NO_CI, CONFIG: FEW_LINES}
    with staged(tmp_path, unchecked, ClaudeDouble(plays, pace=0), tree) as stage:
        stage.forge.state.find_repository(REPO).has_sub_issues = False
        issue = approve(stage)
        stuck = " cannot begin without part 1"
        ready = " #6 is ready for review"
        assert [" not solved", stuck, ready, stuck] == drop_boxes(list_parts(stage.forge))
        (call,) = read_own(stage.forge, ":stuck")
        assert "@ada Part 1 (#2) was not solved. Part 2 (#3) and part 4 (#5) need it and" in call
        assert "GitHub does not show them as sub-issues here" in read_list(stage.forge)

        stage.say(2, "/retry")
        stage.say(issue, "/stop")
        settle(stage)
        merge(stage, 2, 4)
        assert "Part 2 (#3) and part 4 (#5) will not begin." in stage.answers(issue)[-1]
        assert "x merged with #7" == list_parts(stage.forge)[0]
        assert "  not begun" == list_parts(stage.forge)[1]
        assert "because ada said `/stop`" in read_list(stage.forge)

        stage.say(issue, "/generate more")
        stage.forge.close_issue(REPO, 5, "ada", "not_planned")
        settle(stage)
        assert "What you ask for here I do not take up" in stage.answers(issue)[-1]
        merge(stage, 3)
        assert ["x merged with #7", "x merged with #8", "x merged with #6", "  left out"] == (
            list_parts(stage.forge)
        )
        (call,) = read_own(stage.forge, ":ended")
        assert "@ada 3 of the 4 parts of this are done; part 4 (#5) was left out." in call
        assert {"1": 2, "2": 2, "3": 1, "4": 1} == count_runs(stage, "solve_issue")
        assert "- `greet` has its shop \u2192 by reading: It stands there." in (
            stage.forge.list_pulls(REPO)[-1].body
        )


def unchecked(app: ASGIApp) -> ASGIApp:
    """Leave the exchanges with GitHub to the tests of the adapter, which check them all."""
    return app


def drop_boxes(lines: Sequence[str]) -> list[str]:
    """What the list says of parts of which none is ticked."""
    return [line.removeprefix(" ") for line in lines]
