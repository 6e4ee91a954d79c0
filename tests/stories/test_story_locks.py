"""A run brings along what its change asks for: the lock by its tool, the changelog by the model."""

import json

import pytest

from bot.values import Subject, ToolResults
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.stage import END, FILES, GOOD, PLAN, REPO, edit, script, staged

pytestmark = [pytest.mark.served, pytest.mark.long]

LOCAL = {"greetings": "file:greetings"}
PACKAGE = {"name": "greeter", "version": "1.0.0", "dependencies": {}}
LOCK = {"name": "greeter", "version": "1.0.0", "lockfileVersion": 3, "requires": True}
TREE = {
    **FILES,
    ".github/greenlit.yml": "setup: []\nchecks:\n  test:\n    run: python3 -B test_greeting.py\n",
    "package.json": json.dumps(PACKAGE),
    "package-lock.json": json.dumps({**LOCK, "packages": {"": PACKAGE}}),
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- It greets.\n" + "\n" * 9,
    "greetings/package.json": json.dumps({"name": "greetings", "version": "2.0.0"}),
}


def test_the_lock_follows_and_the_model_cannot_write_it(tmp_path, checked):
    """A lock written by hand is refused; the tool's own text is in the pull request.

    What the change should bring along besides is said once, and what is left is told to people.
    """
    test = edit('startswith("Hello")', 'startswith("Hello,")', "test_greeting.py")
    by_hand = ("create_file", {"path": "package-lock.json", "text": "{}"})
    package = edit('"dependencies": {}', f'"dependencies": {json.dumps(LOCAL)}', "package.json")
    begin = ([("read_request", {})], [("submit_plan", PLAN)])
    play = script(*begin, [by_hand], [GOOD, test, package], END, END, refused=["create_file"])
    with staged(tmp_path, checked, play, TREE, tier=OpenTier()) as on:
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        state = on.bot.last_state(Subject(f"{REPO}#{issue}"))

    answers = [
        result.text
        for message in state.conversation
        if isinstance(message, ToolResults)
        for result in message.results
    ]
    lock = json.loads(state.patch.files["package-lock.json"])["packages"]
    assert ("opened", 1) == (run.outcome.state, len(state.attempts))
    assert 1 == sum("is a lock file" in answer for answer in answers)
    assert (
        "Not pushed yet. This change should bring along:\n- CHANGELOG.md [changelog] The "
        in (answers[-1])
    )
    assert ("", "greetings", "node_modules/greetings") == tuple(lock)
    assert LOCAL == lock[""]["dependencies"]
    assert ["changelog"] == [finding.gate for finding in state.advice]
