"""A run that changes a manifest brings the lock file along, without a turn of the model."""

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
    "greetings/package.json": json.dumps({"name": "greetings", "version": "2.0.0"}),
}


def test_the_lock_follows_and_the_model_cannot_write_it(tmp_path, checked):
    """A lock written by hand is refused; the tool's own text is in the pull request.

    What the change should bring along besides is said once, and left to the model.
    """
    by_hand = ("create_file", {"path": "package-lock.json", "text": "{}"})
    package = edit('"dependencies": {}', f'"dependencies": {json.dumps(LOCAL)}', "package.json")
    begin = ([("read_request", {})], [("submit_plan", PLAN)])
    play = script(*begin, [by_hand], [GOOD, package], END, refused=["create_file"])
    with staged(tmp_path, checked, play, TREE, tier=OpenTier()) as on:
        issue = on.issue()
        on.label(issue)
        run = on.ended(issue)
        state = on.bot.last_state(Subject(f"{REPO}#{issue}"))

    refused = [
        result.text
        for message in state.conversation
        if isinstance(message, ToolResults)
        for result in message.results
        if "is a lock file" in result.text
    ]
    lock = json.loads(state.patch.files["package-lock.json"])["packages"]
    assert ("opened", 1) == (run.outcome.state, len(state.attempts))
    assert 1 == len(refused)
    assert ("", "greetings", "node_modules/greetings") == tuple(lock)
    assert LOCAL == lock[""]["dependencies"]
    assert () == state.advice
