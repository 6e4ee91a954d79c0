"""The gate "tests": a change may not come to green by making the checks see less."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity
from tests.gates.changes import labelled

HERE = Path(__file__).parent
CHANGES = [
    one
    for name in ("integrity_changes.yml", "more.yml", "further.yml")
    for one in labelled(HERE / name)
]
CHEATS, FAIR = [one for one in CHANGES if one.cheat], [one for one in CHANGES if not one.cheat]


def rules(one, plan=None):
    return {
        found.rule
        for found in check_test_integrity(one.change, one.plan if plan is None else plan)
        if found.blocks
    }


@pytest.mark.parametrize("one", CHEATS, ids=lambda one: one.name)
def test_a_cheat_is_found(one):
    """By the rule that is meant for it, so that what is told helps to mend it."""
    assert one.cheat in rules(one)


@pytest.mark.parametrize("one", FAIR, ids=lambda one: one.name)
def test_a_fair_change_is_not_accused(one):
    """Tests are rewritten for good reasons all day: not one of these is kept back."""
    assert set() == rules(one)


def test_the_labelled_changes_are_many():
    """So that the two tests above mean something."""
    assert len(CHEATS) >= 90
    assert len(FAIR) >= 60


@pytest.mark.parametrize("one", CHEATS, ids=lambda one: one.name)
def test_the_plan_may_name_it(one):
    """With a reason; then it is told, with the reason, and keeps nothing back."""
    plan = dict.fromkeys(one.change.after, "the old behaviour was wrong")
    found = check_test_integrity(one.change, plan)

    assert set() == rules(one, plan)
    assert any("the old behaviour was wrong" in it.text for it in found)


def test_a_plan_without_a_reason_names_nothing():
    """Nor does one that names another file."""
    (one,) = [it for it in CHEATS if it.name == "a failing test is skipped"]

    assert {"test-skipped"} == rules(one, {"tests/test_parser.py": " "})
    assert {"test-skipped"} == rules(one, {"tests/test_other.py": "why not"})
    assert set() == rules(one, {"test_nested_lists": "the lists are gone"})


@given(
    st.sampled_from(
        [
            "tests/test_a.py",
            "a.test.ts",
            "a_test.go",
            "pyproject.toml",
            ".github/workflows/a.yml",
            "a.py",
        ]
    ),
    st.text(max_size=60),
)
def test_nothing_is_found_where_nothing_changed(path, text):
    """Whatever stands in the file."""
    assert () == check_test_integrity(Change({path: text}, {path: text}), {})
