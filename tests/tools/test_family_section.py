"""Who asks for another one of a kind is shown how the last ones were made, and what goes along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.tools import AgentContext
from bot.values import CodeFamily, Issue, Retrieval, SearchHit, Sha, SharedPlace, SimilarCommit
from tests.tool_caller import ToolCaller

FILES = {
    "rules/no_eval.py": b"class NoEval(Rule):\n" + b"    x = 1\n" * 40,
    "rules/no_var.py": b"from rules import Rule\n\n\nclass NoVar(Rule):\n    x = 1\n",
    "rules/__init__.py": b"RULES = []\n",
}
COMMIT = SimilarCommit(Sha("c" * 40), "Add no-var\n", ("rules/no_var.py",), "+class NoVar(Rule):")
OTHER = SimilarCommit(Sha("d" * 40), "Change no-var\n", ("rules/no_var.py",), "+    x = 1")
FAMILY = CodeFamily(
    "classes",
    "Rule",
    7,
    (
        SearchHit("rules/no_eval.py", 1.0, (), "NoEval", "class", 1, 41),
        SearchHit("rules/no_var.py", 1.0, (), "NoVar", "class", 4, 5),
    ),
    COMMIT,
    (
        SharedPlace("rules/__init__.py", 3),
        SharedPlace("tests/test_*.py", 3),
        SharedPlace(".github/workflows/ci.yml", 3),
        SharedPlace("docs/*.md", 2),
    ),
    3,
)
SECTION = """The request may ask for another of the 7 classes with the base Rule. The most similar:
| rules/no_eval.py:1-41 class NoEval
|     1\tclass NoEval(Rule):
"""
COMMIT_SECTION = f"""The commit that last added one of them, {"c" * 12}:
| Add no-var
| Files: rules/no_var.py
| +class NoVar(Rule):

What the last commits that added one changed beside it; * stands for the new name:
| rules/__init__.py (3 of 3)
| tests/test_*.py (3 of 3)
| .github/workflows/ci.yml (3 of 3)
| docs/*.md (2 of 3)
"""
RETRIEVAL = Retrieval(similar=(COMMIT, OTHER))


@pytest.fixture(scope="module")
def tree(town):
    """A repository with two rules."""
    place = town.place("acme/family", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


@pytest.fixture
def caller(tree):
    """A model whose request may ask for another rule, before its plan."""
    caller = ToolCaller(*tree)
    issue = Issue(7, "Add rule no-alert", "", "ada")
    retrieval = replace(RETRIEVAL, family=FAMILY)
    caller.context = AgentContext(caller.tree, issue, retrieval)
    return caller


def test_examples_last_commit_and_places_are_shown(caller):
    """Of a long example the beginning; the commit is not told a second time as a similar one."""
    text = caller.answer("read_request")

    assert SECTION in text
    assert (
        "|    30\t    x = 1\n|       (read_file rules/no_eval.py from 31 shows the rest)\n" in text
    )
    assert COMMIT_SECTION in text
    assert f"A past change like it, commit {'d' * 12}" in text
    assert f"A past change like it, commit {'c' * 12}" not in text


def test_other_requests_read_as_before_to_the_byte(caller):
    """Without a family there is nothing of it, neither in the request nor in the plan's answer."""
    plan = {"summary": "Do it.", "files": [{"path": "rules/no_alert.py", "change": "It is new."}]}
    with_family = caller.answer("read_request")
    start = with_family.index("The request may ask")
    end = with_family.index("| docs/*.md (2 of 3)\n\n") + len("| docs/*.md (2 of 3)\n\n")
    caller.context = replace(caller.context, retrieval=Retrieval(similar=(OTHER,)))

    assert with_family[:start] + with_family[end:] == caller.answer("read_request")
    assert (
        "The plan is accepted.\nIt names 1 file and 0 tests. Edits are allowed.\n"
        "Not there yet, so planned as new: rules/no_alert.py."
    ) == caller.answer("submit_plan", **plan)


def test_a_plan_hears_once_what_it_leaves_out(caller):
    """Of what changed each time and may be changed; tests may be planned in words."""
    files = [{"path": "rules/no_alert.py", "change": "It is new."}]
    advice = (
        "The plan leaves out what each of the last 3 commits changed that added such a thing "
        "(* stands for the new name): rules/__init__.py, tests/test_*.py. Amend the plan where "
        "these belong to the change; go on where they do not."
    )

    assert advice in caller.answer("submit_plan", summary="Do it.", files=files)
    assert "leaves out" not in caller.answer("submit_plan", tests=["no_alert finds alerts"])


def test_a_plan_that_names_all_of_it_hears_nothing(caller):
    """By the path, or by one that fits the star."""
    paths = ("rules/no_alert.py", "rules/__init__.py", "tests/test_no_alert.py")
    files = [{"path": path, "change": "It is new."} for path in paths]

    assert "leaves out" not in caller.answer("submit_plan", summary="Do it.", files=files)


def test_one_commit_is_no_rule(caller):
    """What changed the only time is shown, and not asked for."""
    places = (SharedPlace("rules/__init__.py", 1),)
    family = replace(FAMILY, places=places, additions=1)
    caller.context = replace(caller.context, retrieval=replace(RETRIEVAL, family=family))
    files = [{"path": "rules/no_alert.py", "change": "It is new."}]

    assert "rules/__init__.py (1 of 1)" in caller.answer("read_request")
    assert "leaves out" not in caller.answer("submit_plan", summary="Do it.", files=files)


def test_an_entry_is_shown_with_the_lines_around_it(caller):
    """Else nobody would see of which table it is."""
    hit = SearchHit("rules/no_var.py", 1.0, (), "NoVar", "entry", 4, 4)
    family = replace(FAMILY, kind="entries", place="RULES in rules/no_var.py", examples=(hit,))
    caller.context = replace(caller.context, retrieval=Retrieval(family=family))

    assert (
        "another of the 7 entries of RULES in rules/no_var.py. The most similar:\n"
        "| rules/no_var.py:2-5 entry NoVar\n|     2\t\n|     3\t\n|     4\tclass NoVar(Rule):\n"
    ) in caller.answer("read_request")
