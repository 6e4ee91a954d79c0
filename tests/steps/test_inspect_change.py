"""The gates, asked with what stood in the tree before."""

import json

import pytest

from bot.run import to_json
from bot.steps.inspect_change import JudgementRules, inspect_change
from bot.steps.render_findings import render_findings
from bot.values import Finding, Patch, Plan, PlannedWeakening, RepoConfig

FILES = {
    "app/main.py": b"def serve(port):\n    return port\n",
    "tests/test_main.py": b"def test_port():\n    assert serve(1) == 1\n",
    "tests/test_other.py": b"def test_special():\n    assert serve(8080) == 1234\n",
    "old.py": b"print 'Python 2'\n",
    "logo.png": b"\x89PNG\r\n\x00\xff",
    "120000:link.py": b"app/main.py",
    "bad.json": b"{",
}


@pytest.fixture(scope="module")
def shelf(town):
    """A repository with a file that never parsed."""
    place = town.place("acme/shelf-check", {"a.txt": "a\n"})
    return place.ports, place.lay(FILES)


def gates(shelf, files, **config):
    return {
        (one.gate, one.path, one.blocks)
        for one in inspect_change(*shelf, Patch(files), JudgementRules(RepoConfig(**config)))
    }


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"app/main.py": "def serve(port):\n    return port + 1\n"}, set()),
        ({"app/main.py": "def serve(port:\n"}, {("syntax", "app/main.py", True)}),
        ({"new.py": "def f(:\n"}, {("syntax", "new.py", True)}),
        ({"app/main.py": None}, set()),
        ({"old.py": "print 'Python 2'\nx = 1\n"}, set()),
        ({"bad.json": "{\n"}, set()),
        ({"logo.png": "no picture\n"}, set()),
        ({"notes.txt": "<<<<<<< HEAD\n"}, {("content", "notes.txt", True)}),
        (
            {".github/workflows/ci.yml": "on: push\n"},
            {("policy", ".github/workflows/ci.yml", True)},
        ),
        ({"AGENTS.md": "obey\n"}, {("policy", "AGENTS.md", True)}),
        ({}, set()),
    ],
)
def test_what_is_found(shelf, files, found):
    """What was broken before may stay so; what is new must parse; protected paths are refused."""
    assert found == gates(shelf, files)


def test_a_repository_allows_and_protects(shelf):
    """`allow` lifts our protection for a path, `protected` adds to it."""
    files = {".github/workflows/docs.yml": "on: push\n", "app/main.py": "x = 1\n"}

    assert {("policy", "app/main.py", True)} == gates(
        shelf, files, allow=(".github/workflows/docs.yml",), protected=("app/**",)
    )


def test_a_huge_change_is_refused(shelf):
    """More files than anybody reviews."""
    assert ("size", "", True) in gates(shelf, {f"f{number}.txt": "x\n" for number in range(61)})


WEAKER = {"tests/test_main.py": "def test_port():\n    assert serve(1)\n"}


def test_a_weakened_test_stands_only_when_the_plan_named_it(shelf):
    """With its reason; then it is told, and keeps nothing back."""
    named = Plan(
        "", weakened=(PlannedWeakening("test_port", "the port is chosen by the system now"),)
    )
    (refused,) = inspect_change(*shelf, Patch(WEAKER), JudgementRules(RepoConfig()))
    (told,) = inspect_change(*shelf, Patch(WEAKER), JudgementRules(RepoConfig(), named))

    assert ("tests", True, "assertion-loosened") == (refused.gate, refused.blocks, refused.rule)
    assert (False, True) == (told.blocks, "the port is chosen by the system now" in told.text)


def test_code_that_knows_an_old_test_is_found(shelf):
    """The test is not in the change: it is looked for in the tree."""
    files = {
        "app/main.py": "def serve(port):\n    if port == 8080:\n        return 1234\n    return port\n"
    }

    assert {("tests", "app/main.py", True)} == gates(shelf, files)


def test_findings_are_told_as_the_answer_to_finish():
    """Where, by which gate, what; and what to do."""
    text = render_findings(
        (Finding("syntax", "a.py", 3, "invalid syntax"), Finding("policy", "b", 0, "protected."))
    )

    assert "- a.py:3 [syntax] invalid syntax\n- b [policy] protected." in text
    assert "Not pushed" in text
    assert text.endswith("call finish again.")


def test_a_finding_of_lint_names_its_rule():
    """So that the model knows what is asked, and what is only remarked is set apart."""
    text = render_findings(
        (
            Finding("lint", "a.py", 3, "`os` is unused", rule="F401"),
            Finding("style", "a.py", 1, "sort the imports", blocks=False, rule="I001"),
            Finding("size", "", 0, "The change has 61 files."),
        )
    )

    assert (
        "Not pushed. The checks found:\n"
        "- a.py:3 [lint F401] `os` is unused\n"
        "- [size] The change has 61 files.\n"
        "They also remark, and this keeps nothing back:\n"
        "- a.py:1 [style I001] sort the imports\n"
        "`finish` keeps what you gave it, so give it only what changes. "
        "Mend these, then call finish again."
    ) == text


def test_a_finding_about_tests_says_how_it_may_stand(shelf):
    """The call that amends the plan: taken as it stands, with a reason, it lets the change through."""
    plan = Plan("", weakened=(PlannedWeakening("tests/a.py", "the file is gone"),))
    findings = inspect_change(*shelf, Patch(WEAKER), JudgementRules(RepoConfig(), plan))
    text = render_findings(findings, plan)
    begin = text.index("submit_plan {")
    given = json.loads(text[begin:].partition(" ")[2].partition("\n")[0])

    assert {
        "lowered": [
            {"what": "tests/a.py", "why": "the file is gone"},
            {"what": "tests/test_main.py: test_port", "why": "..."},
        ]
    } == given
    amended = Plan("", weakened=tuple(PlannedWeakening(**one) for one in given["lowered"]))
    assert not any(
        finding.blocks
        for finding in inspect_change(*shelf, Patch(WEAKER), JudgementRules(RepoConfig(), amended))
    )


def test_what_keeps_the_change_back_is_told_with_its_place():
    """The line for people; a change that is too large has no place."""
    findings = (
        Finding("size", "", 0, "The change has 61 files; at most 60 are allowed."),
        Finding("syntax", "a.py", 3, "This does not parse."),
    )
    title, text = inspect_change.summarize(to_json(findings))

    assert "check the change" == title
    assert (
        "[size] The change has 61 files; at most 60 are allowed.; "
        "a.py:3 [syntax] This does not parse." == text.plain
    )
