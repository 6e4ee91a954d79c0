"""The gate "tests": a change may not come to green by making the checks see less."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates.change import Change
from bot.gates.test_integrity import check_test_integrity
from bot.gates.test_integrity.assertion import Strictness
from bot.gates.test_integrity.read_assertion import read_assertion
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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("assert f(1) == 2", ("f(1)", "2", Strictness.EXACT)),
        ("assert 2 == f(1), 'why'", ("f(1)", "2", Strictness.EXACT)),
        ("assert (a == b)", ("a", "b", Strictness.EXACT)),
        ("self.assertEqual(f(1), 2)", ("f(1)", "2", Strictness.EXACT)),
        ("assertEquals(2, f(1));", ("f(1)", "2", Strictness.EXACT)),
        ("expect(f(1)).toBe(2)", ("f(1)", "2", Strictness.EXACT)),
        ("expect(x).to eq(2)", ("x", "2", Strictness.EXACT)),
        ("x.Should().Be(2)", ("x", "2", Strictness.EXACT)),
        ("assert_eq!(f(1), 2)", ("f(1)", "2", Strictness.EXACT)),
        ("require.Equal(t, 2, f(1))", ("f(1)", "2", Strictness.EXACT)),
        ("if got != want {", ("got", "want", Strictness.EXACT)),
        ("assertNull(x)", ("x", "None", Strictness.EXACT)),
        ("expect(x).toBeCloseTo(0.3, 5)", ("x", "0.3", Strictness.NEAR)),
        ("assert abs(a - b) < 0.1", ("a", "b", Strictness.NEAR)),
        ("assert x == pytest.approx(3)", ("x", "3", Strictness.NEAR)),
        ("assertIn('a', x)", ("x", '"a"', Strictness.PART)),
        ("assert 'a' in x", ("x", '"a"', Strictness.PART)),
        ("assert x > 3", ("x", "3", Strictness.BOUND)),
        ("assert x", ("x", "True", Strictness.SOME)),
        ("assert not x", ("x", "False", Strictness.SOME)),
        ("expect(x).not.toBeNull()", ("x", "None", Strictness.SOME)),
    ],
)
def test_claims_are_read_in_many_tongues(text, told):
    """What is looked at, what must be there, how firmly."""
    found = read_assertion(text)

    assert told == (found.actual, found.expected, found.strictness)


@given(st.text(alphabet="stare(x)=1 .,'\"[]!<>&|orn\n", max_size=60))
def test_any_text_may_be_an_assertion(text):
    """Nothing crashes, and nothing is lost: equal texts claim the same."""
    assert read_assertion(text) == read_assertion(text)


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


@pytest.mark.parametrize(
    "text",
    [
        "assertAlmostEqual(a, b, 1e999)",
        "assertAlmostEqual(a, b, places=-999)",
        "expect(a).toBeCloseTo(0.1, -999)",
    ],
)
def test_a_boundless_tolerance_is_read(text):
    """It is no error of the gate."""
    assert Strictness.NEAR == read_assertion(text).strictness


def test_a_date_in_a_configuration_is_read():
    """YAML and TOML have them, JSON has not."""
    path, before = ".github/workflows/a.yml", "since: 2024-01-01\nfail-under: 90\n"
    change = Change({path: before}, {path: before.replace("90", "80")})

    assert {"setting-relaxed"} == {finding.rule for finding in check_test_integrity(change, {})}
