"""A comment asks for a refactoring, which asks no model, or for tests, which are proved."""

import asyncio
from dataclasses import replace

import pytest

from bot.run import to_json
from bot.steps.check_earlier_work import EarlierWork
from bot.stories.draft_ends import explain_hopeless
from bot.stories.prove_new_tests import prove_new_tests
from bot.stories.resume import resume
from bot.values import (
    Branch,
    ConversationStart,
    MutationProof,
    NamedCode,
    OpenFinish,
    ProjectCheck,
    ProjectChecks,
    PromptPrefix,
    PushedChange,
    RunState,
    Tree,
)
from tests.adapters.sandbox.sandboxed import OpenTier
from tests.gfm import GitHubPage
from tests.stage import END, FILES, REPO, script, staged
from tests.stories.test_replay import Replay
from tests.views.run_states import KEY, PULL, RED, REQUEST, WRITTEN, make_state

DOOR = """\
class Door:
    def enter(self):
        return 1


def walk(way):
    return way.enter()
"""
TESTS = """\
import unittest

from door import Door


class TestDoor(unittest.TestCase):
    def test_enter(self):
        self.assertEqual(1, Door().enter())
"""
TEST_PLAN = {"summary": "Test it.", "files": [{"path": "test_door.py", "change": "tests"}]}
PLAY = script(  # of `/test`
    [("read_request", {})],
    [("submit_plan", TEST_PLAN)],
    [("create_file", {"path": "test_door.py", "text": TESTS})],
    END,
    opening="write tests for code of the repository",
)
CONFIG = """\
setup: []
checks:
  test:
    run: python3 -B -m unittest
    only: python3 -B -m unittest {only}
    kind: test
"""
TREE = {
    "greeting.py": FILES["greeting.py"],
    "test_greeting.py": FILES["test_greeting.py"],
    "door.py": DOOR,
    ".github/greenlit.yml": CONFIG,
}
ENDS = {  # what a comment asks for, and what its end says
    "/refactor rename `greet` to welcome": "I opened the pull request Rename greet to welcome",
    "/test Door.enter": "I opened the pull request Greet quietly",
    "/document greeting.gret": "Nothing is called greeting.gret. Did you mean greet?",
    "/refactor rename Door.enter go": "door.py:7 return way.enter(): an attribute of an unknown",
}
MADE: RunState = replace(
    make_state(),
    request=replace(REQUEST, command="refactor", words="rename a b", label=""),
    start=None,
    tree=Tree(REQUEST.repo, RED.sha, Branch("main")),
    conversation=(),
    pushed=PushedChange(RED.sha, WRITTEN, ("a.py",)),
)
ASKED = replace(REQUEST, label="", words="softly")
RETRY = replace(ASKED, command="retry", words="")


def resume_after(earlier, request, *work):
    """The request of a run that comes after a refactoring whose work stands so."""
    steps = [("find_last_state", {"ok": to_json(earlier)})]
    steps += [("check_earlier_work", {"ok": to_json(found)}) for found in work]
    run = Replay(KEY, steps)
    state = asyncio.run(resume(run, RunState(KEY, request)))

    assert [] == run.steps
    return state.request


def test_a_pull_request_of_a_refactoring_is_gone_on_with():
    """By a run on it, for there is no conversation; where it is closed, `/retry` refactors anew."""
    open_pull, closed = EarlierWork(PULL), EarlierWork(obstacle="#8 was closed")

    assert (8, "generate") == read_pull(resume_after(MADE, ASKED, open_pull))
    assert (8, "fix") == read_pull(resume_after(MADE, RETRY, open_pull))
    assert MADE.request.words == resume_after(MADE, RETRY, closed).words
    refused = replace(MADE, pushed=None, branch=None)
    assert MADE.request.command == resume_after(refused, RETRY).command
    assert ASKED == resume_after(refused, ASKED)


def read_pull(request):
    return request.pull, request.command


def test_a_red_refactoring_is_left_to_people():
    """No model repairs it unasked; one that took over since may."""
    verdict = RED.verdict
    red = replace(MADE, attempts=(RED,))

    assert "I asked no model" in explain_hopeless(red, verdict).text
    taken_over = replace(red, start=ConversationStart(PromptPrefix("", ()), "", ""))

    assert explain_hopeless(taken_over, verdict) is None


def test_tests_that_notice_nothing_come_back_twice():
    """Then they are delivered, and people are told; of other commands nothing is proved."""
    project = ProjectChecks((ProjectCheck("test", "test", ("make test",)),))
    call = OpenFinish("c1", WRITTEN)
    asked = replace(REQUEST, command="test", words="a.py", label="")
    state = replace(MADE, request=asked, named=NamedCode("a.py", 1, 9), open_finish=call)
    state = replace(state, project=project)
    proof = MutationProof("another patch", unproved=("test_a.py::test_b",), tried=3)
    rounds = []
    for _ in range(3):
        run = Replay(
            KEY,
            [
                ("report", {"ok": {"comment": 1, "line": ""}}),
                ("prove_tests", {"ok": to_json(proof)}),
            ],
        )
        state = asyncio.run(prove_new_tests(run, replace(state, open_finish=call)))
        rounds.append(state.open_finish is None)

    assert [True, True, False] == rounds
    assert "These pass whatever is changed" in state.conversation[-1].results[-1].text
    generated = replace(state, request=REQUEST)
    assert generated is asyncio.run(prove_new_tests(Replay(KEY, []), generated))
    no_sandbox = asyncio.run(prove_new_tests(Replay(KEY, []), replace(state, project=None)))
    assert "no sandbox here" in no_sandbox.mutation_proof.why


@pytest.mark.served
def test_comments_refactor_and_have_tests_written(tmp_path, checked):
    """What can be done is a pull request, and a refactoring asks no model; what cannot is
    told with its places and near names.
    """
    with staged(tmp_path, checked, PLAY, TREE, tier=OpenTier()) as on:
        issues = {words: on.issue(title=f"Names {number}") for number, words in enumerate(ENDS)}
        for words, issue in issues.items():
            on.forge.add_comment(REPO, issue, "ada", words)
        for words, issue in issues.items():
            on.ended(issue)

            assert ENDS[words] in GitHubPage(on.ends(issue)[-1]).text
        renamed, _, _, unproven = issues.values()
        pulls = {pull.title: pull for pull in on.forge.list_pulls(REPO)}
        pull, tests = pulls["Rename greet to welcome"], pulls["Greet quietly"]
        page = GitHubPage(pull.body).text

        assert 4 == len(on.double.requests)  # all of them for the tests
        assert "TestDoor::test_enter: 1 as None in door.py:3" in GitHubPage(tests.body).text
        assert "Of the 2 lines with code that were named 0 ran before" in tests.body
        assert TESTS == on.forge.read_files(REPO, tests.head)["test_door.py"]
        assert "greet is called welcome everywhere: 4 places in 2 files." in page
        assert "bot that asked no language model, wrote this" in page
        assert f"Part of #{renamed}" in page

        on.say(unproven, "/retry")
        on.say(unproven, "/refactor renam greet welcome")
        on.say(pull.number, "/refactor rename greet welcome")
        on.ended(unproven, run=2)
        first, second = (end.partition("\n")[2] for end in on.ends(unproven))

        assert first == second
        assert "Did you mean rename?" in GitHubPage(on.answers(unproven)[-1]).text
        assert "/refactor works on issues" in GitHubPage(on.answers(pull.number)[-1]).text
