"""The tool that divides a request: where it is asked for, where it is refused, what it gives."""

from dataclasses import replace

import pytest

from bot.values import Part, RepoConfig, Split
from tests.tool_caller import FINISH, PLAN, ToolCaller

CRITERIA = [{"text": f"serve says hello in language {number}"} for number in range(13)]
BIG = {
    "kind": "feature",
    "entities": [{"kind": "symbol", "name": "Server.serve"}],
    "criteria": CRITERIA,
}
SMALL = {**BIG, "criteria": CRITERIA[:2]}
EXCESS = "It has 13 criteria, and one change meets 12 at most."
TABLE = {
    "title": " Take the words from a table ",
    "text": "`serve` takes its word from a table, and says what it said before.",
    "files": ["app/main.py", "app/main.py"],
    "criteria": [1],
}
WORDS = {
    "title": "Add the words",
    "text": "The table of `serve` has a word for each of the other languages.",
    "files": ["app/words.py"],
    "criteria": [*range(2, 14)],
    "needs": [1, 1],
}


@pytest.fixture(scope="module")
def tree(town):
    """A repository with a server."""
    place = town.place("acme/tools-split", {"a.txt": "a\n"})
    source = b"class Server:\n    def serve(self):\n        return 'hello'\n"
    return place.ports, place.lay({"app/main.py": source})


@pytest.fixture
def caller(tree):
    """A model whose job asks for a brief, and may be divided."""
    caller = ToolCaller(*tree)
    caller.context = replace(caller.context, plan=None, asks_brief=True, may_split=True)
    return caller


def submit(caller, brief):
    """The answer to a brief that is kept."""
    outcome = caller.turn(("submit_brief", brief))
    caller.context = replace(caller.context, brief=outcome.brief)
    return outcome.results[0].text


def test_what_is_too_big_is_divided_before_it_is_planned(caller):
    """The answers say what was measured and what to do; the parts are numbered in their order."""
    assert EXCESS in submit(caller, BIG)
    assert f"too big for one change. {EXCESS} Call `submit_split`" in caller.refusal(
        "submit_plan", **PLAN
    )
    outcome = caller.turn(("submit_split", {"parts": [TABLE, WORDS]}))

    assert "accepted, with 2 parts" in outcome.results[0].text
    assert (
        Split(
            (
                Part(1, "Take the words from a table", TABLE["text"], ("app/main.py",), (0,)),
                Part(2, "Add the words", WORDS["text"], ("app/words.py",), (*range(1, 13),), (1,)),
            ),
            EXCESS,
        )
        == outcome.split
    )
    outcome = caller.turn(("submit_split", {"parts": [TABLE, WORDS]}), ("finish", FINISH))
    assert "People decide" in outcome.results[1].text
    outcome = caller.turn(("finish", FINISH), ("submit_split", {"parts": [TABLE, WORDS]}))
    assert outcome.split is None
    broken = caller.refusal("submit_split", parts=[TABLE, {**WORDS, "needs": [2]}])
    assert "The split is not accepted:\n- Part 2 needs itself." == broken


def test_what_is_small_enough_is_not_divided(caller):
    """Nor what people want whole, what is edited already, and what has no brief yet."""
    parts = [TABLE, {**WORDS, "criteria": [2]}]

    assert "The brief comes first" in caller.refusal("submit_split", parts=parts)
    assert "Plan now." in submit(caller, SMALL)
    assert "not too big" in caller.refusal("submit_split", parts=parts)
    assert "Plan now." in submit(replace_context(caller, may_split=False), BIG)
    assert "not divided" in caller.refusal("submit_split", parts=[TABLE, WORDS])
    caller.answer("submit_plan", **PLAN)
    caller.answer("create_file", path="new.py", text="x = 1\n")
    replace_context(caller, may_split=True)
    assert "Files are changed already" in caller.refusal("submit_split", parts=[TABLE, WORDS])


def test_a_plan_of_too_many_files_is_divided(caller):
    """Where nothing is edited yet; the files of the parts together are what is too big then."""
    replace_context(caller, config=RepoConfig(max_files=2))
    submit(caller, SMALL)
    files = [{"path": f"app/{number}.py", "change": "it"} for number in range(3)]
    parts = [TABLE, {**WORDS, "criteria": [2], "files": ["app/1.py", "app/2.py"]}]

    assert "Divide the work with `submit_split`." in caller.refusal(
        "submit_plan", summary="Do it.", files=files
    )
    assert "accepted, with 2 parts" in caller.answer("submit_split", parts=parts)
    replace_context(caller, may_split=False)
    assert "Plan a part of the work" in caller.refusal("submit_plan", summary="Do it.", files=files)


def replace_context(caller, **fields):
    """The same model in another job."""
    caller.context = replace(caller.context, **fields)
    return caller
