"""The gate "tests": a change may not come to green by making the checks see less."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity
from bot.gates.test_integrity.claims import BOUND, EXACT, NEAR, PART, SOME, claim
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


def test_at_most_one_fair_change_is_accused():
    """Tests are rewritten for good reasons all day."""
    assert len(CHEATS) + len(FAIR) >= 150
    assert 1 >= len({one.name: rules(one) for one in FAIR if rules(one)})


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("assert f(1) == 2", ("f(1)", "2", EXACT)),
        ("assert 2 == f(1), 'why'", ("f(1)", "2", EXACT)),
        ("assert (a == b)", ("a", "b", EXACT)),
        ("self.assertEqual(f(1), 2)", ("f(1)", "2", EXACT)),
        ("assertEquals(2, f(1));", ("f(1)", "2", EXACT)),
        ("expect(f(1)).toBe(2)", ("f(1)", "2", EXACT)),
        ("expect(x).to eq(2)", ("x", "2", EXACT)),
        ("x.Should().Be(2)", ("x", "2", EXACT)),
        ("assert_eq!(f(1), 2)", ("f(1)", "2", EXACT)),
        ("require.Equal(t, 2, f(1))", ("f(1)", "2", EXACT)),
        ("if got != want {", ("got", "want", EXACT)),
        ("assertNull(x)", ("x", "None", EXACT)),
        ("expect(x).toBeCloseTo(0.3, 5)", ("x", "0.3", NEAR)),
        ("assert abs(a - b) < 0.1", ("a", "b", NEAR)),
        ("assert x == pytest.approx(3)", ("x", "3", NEAR)),
        ("assertIn('a', x)", ("x", '"a"', PART)),
        ("assert 'a' in x", ("x", '"a"', PART)),
        ("assert x > 3", ("x", "3", BOUND)),
        ("assert x", ("x", "True", SOME)),
        ("assert not x", ("x", "False", SOME)),
        ("expect(x).not.toBeNull()", ("x", "None", SOME)),
    ],
)
def test_claims_are_read_in_many_tongues(text, told):
    """What is looked at, what must be there, how firmly."""
    found = claim(text)

    assert told == (found.actual, found.expected, found.firmness)


@given(st.text(alphabet="stare(x)=1 .,'\"[]!<>&|orn\n", max_size=60))
def test_any_text_may_be_an_assertion(text):
    """Nothing crashes, and nothing is lost: equal texts claim the same."""
    assert claim(text) == claim(text)


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
