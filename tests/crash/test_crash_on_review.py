"""Killed anywhere in the answer to a review, a run goes on where it was: each thread answered once,
each commit once, nothing resolved twice.
"""

from __future__ import annotations

import pytest

from tests.crash.test_crash import kill_at_requests, killable, outlive_new_steps
from tests.edits.suggestion_cases import block
from tests.git_served import git
from tests.pull_scenes import BOT, BRANCH, on_line, open_own_pull, review, script_on_pull
from tests.stage import FINISH, PLAN, REPO, edit

PLAY = script_on_pull(
    [("read_request", {})],
    [
        ("submit_plan", PLAN),
        edit('"Hello, " + name', 'f"Hello, {name}"'),
        ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True}),
        ("answer_thread", {"thread": 2, "text": "Our guide asks for it.", "done": False}),
    ],
    [("finish", FINISH)],
)
IN_THREADS = "/graphql (addPullRequestReviewThreadReply|resolveReviewThread)$"
UNHARMED = {
    "outcome": "changed",
    "commits": ["Greet quietly", "Apply a suggestion by ada", "Greet quietly"],
    "comments": 2,  # how it stands, and how it ended
    "answers": [["It is one now."], ["Our guide asks for it."], ["Applied in"]],
    "resolved": [True, False, True],
    "told of threads": 2,
    "asked for a review": ("ada",),
    "turns asked": [0, 1, 2],
}


def begin(on):
    """A review of the bot's pull request, with a wish, a question and a suggestion."""
    pull = open_own_pull(on.forge)
    wish = on_line("greeting.py", 3, "Use an f-string.")
    suggestion = on_line("greeting.py", 1, block("def greet(name: str):\n"))
    review(on.forge, pull, wish, on_line("greeting.py", 2, "Why a docstring?"), suggestion)


def happened(on):
    """What a reviewer finds in the end."""
    forge = on.forge
    assert forge.wait_until_idle(30)
    comments = forge.list_review_comments(REPO, 1)
    threads = forge.list_threads(REPO, 1)
    events = {each.guid: each.event for each in forge.list_deliveries()}
    return {
        "outcome": on.outcome(),
        "commits": git(forge.git_dir(REPO), "log", "--format=%s", f"main..{BRANCH}").splitlines(),
        "comments": len(forge.list_comments(REPO, 1)),
        "answers": [
            [
                said.body.splitlines()[1].partition(" [")[0]  # without the commit's name
                for said in comments
                if (said.thread, said.author) == (thread.id, BOT)
            ]
            for thread in threads
        ],
        "resolved": [bool(thread.resolved_by) for thread in threads],
        "told of threads": list(events.values()).count("pull_request_review_thread"),
        "asked for a review": forge.find_pull(REPO, 1).reviewers,
        "turns asked": sorted(on.double.paid_turns),
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_after_every_new_step_of_an_answer_to_a_review(tmp_path, checked):
    """The process dies behind each step that the chain of an issue does not have."""
    assert UNHARMED == outlive_new_steps(tmp_path, checked, PLAY, begin, happened)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("path", "spared"), [("/graphql$", 2), (IN_THREADS, 0)])
def test_killed_in_the_middle_of_what_is_asked_of_threads(tmp_path, checked, path, spared):
    """Threads are read, answered and resolved by GraphQL: the process dies at every third of these
    requests, or at each that writes there, when GitHub has done the work and the answer is lost.
    """
    with killable(tmp_path, checked, PLAY) as on:
        kill_at_requests(on, begin, path, "cut-after", spared)

        assert on.kills > 2
        assert UNHARMED == happened(on)
