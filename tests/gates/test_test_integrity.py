"""The gate "tests": a change may not come to green by making the checks see less."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gates.change import Change
from bot.gates.named_paths import find_named_paths
from bot.gates.test_integrity import check_test_integrity
from tests.gates.changes import read_labelled

HERE = Path(__file__).parent
CHANGES = [
    case
    for name in ("integrity_changes.yml", "more.yml", "further.yml")
    for case in read_labelled(HERE / name)
]
CHEATS, FAIR = (
    [case for case in CHANGES if case.cheat],
    [case for case in CHANGES if not case.cheat],
)


def find_rules(case, plan=None):
    return {
        finding.rule
        for finding in check_test_integrity(case.change, case.plan if plan is None else plan)
        if finding.blocks
    }


@pytest.mark.parametrize("case", CHEATS, ids=lambda case: case.name)
def test_a_cheat_is_found(case):
    """By the rule that is meant for it, so that what is told helps to mend it."""
    assert case.cheat in find_rules(case)


@pytest.mark.parametrize("case", FAIR, ids=lambda case: case.name)
def test_a_fair_change_is_not_accused(case):
    """Tests are rewritten for good reasons all day: not one of these is kept back."""
    assert set() == find_rules(case)


def test_the_labelled_changes_are_many():
    """So that the two tests above mean something."""
    assert len(CHEATS) >= 90
    assert len(FAIR) >= 60


@pytest.mark.parametrize("case", CHEATS, ids=lambda case: case.name)
def test_the_plan_may_name_it(case):
    """With a reason; then it is told, with the reason, and keeps nothing back."""
    plan = dict.fromkeys(case.change.after, "the old behaviour was wrong")
    findings = check_test_integrity(case.change, plan)

    assert set() == find_rules(case, plan)
    assert any("the old behaviour was wrong" in finding.text for finding in findings)


def test_a_plan_without_a_reason_names_nothing():
    """Nor does one that names another file."""
    (case,) = [case for case in CHEATS if case.name == "a failing test is skipped"]

    assert {"test-skipped"} == find_rules(case, {"tests/test_parser.py": " "})
    assert {"test-skipped"} == find_rules(case, {"tests/test_other.py": "why not"})
    assert set() == find_rules(case, {"test_nested_lists": "the lists are gone"})


@pytest.mark.parametrize(
    "target",
    [
        "tests/test_parser.py",
        "test_nested_lists",
        "`test_nested_lists`",
        "tests/test_parser.py::test_nested_lists",
        "tests/test_parser.py: test_nested_lists",
        "`tests/test_parser.py`: `test_nested_lists`",
        "tests/test_parser.py::TestLists::test_nested_lists[3]",
        "test_nested_lists in tests/test_parser.py",
        "the test test_nested_lists (tests/test_parser.py)",
    ],
)
def test_a_plan_may_name_a_test_by_path_by_name_or_by_both(target):
    """However people write the two beside each other."""
    (case,) = [case for case in CHEATS if case.name == "a failing test is skipped"]

    assert set() == find_rules(case, {target: "the lists are gone"})


@pytest.mark.parametrize(
    "target",
    [
        "tests/test_parser.py: test_other",
        "tests/test_parser.py::test_nested",
        "test_nested_lists_of_lists",
        "nested",
        "tests",
    ],
)
def test_a_plan_that_names_another_test_of_the_file_lets_nothing_through(target):
    """A longer name, a part of the name, or the folder is not the test."""
    (case,) = [case for case in CHEATS if case.name == "a failing test is skipped"]

    assert {"test-skipped"} == find_rules(case, {target: "the lists are gone"})


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
    ("target", "is_meant"),
    [
        ("./tests/test_parser.py", True),
        ("test_parser.py", True),
        ("test_parser.py: test_nested_lists", True),
        ("tests/test_parser.py:4", True),
        ("the whole file tests/test_parser.py", True),
        ("all tests in tests/test_parser.py", True),
        ("tests/test_parser.py test_nested_lists", True),
        ("tests/test_parser.py (test_other, test_nested_lists)", True),
        ("tests/test_other.py: test_nested_lists", False),
        ("other/test_parser.py: test_nested_lists", False),
        ("my_test_parser.py", False),
        ("tests/test_parser.pyi", False),
        ("all tests", False),
        ("tests/test_parser.py: the nested ones", False),
    ],
)
def test_a_plan_means_the_file_that_it_names(target, is_meant):
    """By the whole path or its end, with a line or plain words around it; no other file's test."""
    (case,) = [case for case in CHEATS if case.name == "a failing test is skipped"]
    expected = set() if is_meant else {"test-skipped"}

    assert expected == find_rules(case, {target: "the lists are gone"})


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("tests/x.py::T::a", ("tests/x.py",)),
        ("./tests/x.py: a", ("tests/x.py",)),
        ("a.test.ts: does this and/or that", ("a.test.ts",)),
        ("tool.coverage.report.fail_under", ()),
        ("pyproject.toml: tool.x and Makefile", ("pyproject.toml", "Makefile")),
        ("test_a in tests/x.py.", ("tests/x.py",)),
        ("src/__tests__/a-b.spec.tsx > adds", ("src/__tests__/a-b.spec.tsx",)),
        (".github/workflows/a.yml", (".github/workflows/a.yml",)),
        ("x.py.bak, a.py-b", ()),
    ],
)
def test_the_paths_in_a_plan_are_found(text, paths):
    """Settings have dots and names have slashes, and are none."""
    assert paths == find_named_paths(text)


def test_the_same_finding_is_told_when_it_is_literally_true():
    """Whether a skip asks for the machine, something else, or nothing."""
    before = "def test_a():\n    assert a() == 1\n"
    skipped = {
        "is skipped now": '@pytest.mark.skip(reason="on windows")\ndef test_a():\n    assert a() == 1\n',
        "may be skipped now": "def test_a():\n    if odd():\n        pytest.skip()\n    assert a() == 1\n",
        "is skipped on some machines": "def test_a():\n    if os.name == 'nt':\n        pytest.skip()\n"
        "    assert a() == 1\n",
    }
    for when, after in skipped.items():
        change = Change({"tests/test_a.py": before}, {"tests/test_a.py": after})
        (finding,) = check_test_integrity(change, {})

        assert f"The test `test_a` {when}." == finding.text
        assert ("machines" not in when) == finding.blocks
