"""What people say to the bot, and how runs keep out of each other's way."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_stream import EarlyStop
from bot.values import Turn
from tests.run_record import count_ended, read_statuses
from tests.stage import BEGIN, END, FILES, GOOD, REPO, script, staged
from tests.stories.test_story_ci import slow, until

BRANCH = "greenlit/1-greet-more-quietly"
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
PLAY = script(*BEGIN, [GOOD], END)


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage for a script or a double, without CI."""

    @contextmanager
    def make(play, **settings):
        with staged(tmp_path, checked, play, NO_CI, **settings) as on:
            yield on

    return make


def say(on, issue, text, by="ada"):
    """Comment, and what the bot answered in a comment of its own."""
    before = len(read_statuses(on.settings.home, "handle_command"))
    on.forge.add_comment(REPO, issue, by, text)
    until(lambda: len(read_statuses(on.settings.home, "handle_command")) > before)
    on.heard()
    return next((own for own in reversed(on.own(issue)) if "greenlit:answer" in own), "")


def test_commands_are_answered_where_nothing_is_under_way(stage):
    """Each with one short answer; strangers are told once who may ask."""
    with stage(PLAY) as on:
        issue = on.issue()

        assert "Nothing is under way here" in say(on, issue, "/stop")
        assert "I have not worked on this issue yet" in say(on, issue, "/status")
        assert "The label `autogen` asks for the same." in say(on, issue, "/help")
        assert "only people with write access" in say(on, issue, "/status", by="eve")
        say(on, issue, "/stop", by="eve")
        assert 4 == len(on.own(issue))
        assert [] == on.double.requests


def test_a_run_under_way_is_told_of_and_not_doubled(stage):
    """/status and /generate point to its comment; /stop ends it. There is one run."""
    with stage(ClaudeDouble(slow(PLAY, turn=2, pace_s=3))) as on:
        issue = on.issue()
        on.label(issue)
        until(lambda: len(on.double.requests) > 2)

        told = say(on, issue, "/status")
        assert "Greenlit is writing the change; so far it has cost $" in told
        assert re.search(rf"\[My comment\]\(http\S+/{REPO}/issues/{issue}#issuecomment-\d+\)", told)
        assert "wait" not in {
            step.name for step in on.bot.steps(f"{REPO}#{issue}/1") if step.result
        }
        assert "I am at work on this issue already" in say(on, issue, "/generate")
        say(on, issue, "Enough.\n\n/stop")
        assert "stopped" == on.ended(issue).outcome.state
        assert "@ada I stopped, as you asked." in on.ends(issue)[0]
        assert on.bot.run(f"{REPO}#{issue}/2") is None


def test_the_status_of_a_run_that_ended_says_how(stage):
    """And which pull request it opened."""
    with stage(PLAY) as on:
        issue = on.issue()
        on.label(issue)
        pull = on.ended(issue).outcome.pull
        told = say(on, issue, "/status")

        assert "Nothing is under way here. The last run ended" in told
        assert "Greenlit opened a pull request; that cost $" in told
        assert f"The pull request is #{pull}." in told


def test_how_a_run_stood_can_be_read_back(stage):
    """Plan, conversation, patch and attempts, for a run that goes on from there."""
    with stage(PLAY) as on:
        issue = on.issue()
        on.label(issue)
        ended = on.ended(issue)
        state = on.bot.last_state(f"{REPO}#{issue}")

        assert replace(ended.outcome, usd=0.0) == state.outcome
        assert "Greet in lower case." == state.plan.summary
        assert {"greeting.py"} == set(state.patch.files)
        assert ("unchecked", state.delivery.head) == (
            state.attempts[-1].state,
            state.attempts[-1].sha,
        )
        assert 4 == sum(isinstance(entry, Turn) for entry in state.conversation)
        assert on.bot.last_state(f"{REPO}#99") is None


def test_a_second_run_has_its_own_branch_comment_and_pull_request(stage):
    """After its pull request was closed; what the first one left stays as it is."""
    with stage(PLAY) as on:
        issue = on.issue()
        on.label(issue)
        on.ended(issue)
        first = on.own(issue)
        on.forge.close_pull(REPO, on.forge.list_pulls(REPO)[0].number, "ada")
        on.forge.add_comment(REPO, issue, "ada", "/generate again")
        second = on.ended(issue, run=2)

        assert "opened" == second.outcome.state
        assert {BRANCH, f"{BRANCH}-2"} == on.branches()
        assert [BRANCH, f"{BRANCH}-2"] == [pull.head for pull in on.forge.list_pulls(REPO)]
        assert (2, 4) == (len(first), len(on.own(issue)))
        assert first == on.own(issue)[:2]


def test_a_run_that_ended_badly_is_tried_again(stage):
    """/retry after a refusal: the second run is as if it were the first."""
    with stage(ClaudeDouble(PLAY, {0: EarlyStop("refusal")}, pace=0)) as on:
        issue = on.issue()
        on.label(issue)
        first = on.ended(issue)
        on.forge.add_comment(REPO, issue, "ada", "/retry")

        assert "gave up" == first.outcome.state
        assert "declined" in on.ends(issue)[0]
        assert "opened" == on.ended(issue, run=2).outcome.state


def test_a_question_its_answer_and_the_work(stage):
    """The run asks and ends; after the answer the next one knows both, and writes."""
    plan = {"summary": "Unsure.", "files": [], "questions": ["Which greeting?"]}
    with stage(script(BEGIN[0], [("submit_plan", plan)])) as on:
        issue = on.issue()
        on.label(issue)
        asked = on.ended(issue)
        on.double._scripts[:] = [PLAY]
        on.forge.add_comment(REPO, issue, "eve", "Mine!")
        on.forge.add_comment(REPO, issue, "ada", "The soft one.")
        on.forge.add_comment(REPO, issue, "ada", "/generate")
        ended = on.ended(issue, run=2)
        request = str(on.double.requests[-1].body)

        assert ("asked", "opened") == (asked.outcome.state, ended.outcome.state)
        assert request.index("Which greeting?") < request.index("The soft one.")
        assert "Mine!" not in request


def test_one_run_at_a_time_works_in_a_repository(stage):
    """Two issues at once: both get their pull request, and their work does not overlap."""
    with stage(ClaudeDouble(slow(PLAY, turn=2, pace_s=0.7)), slots=4, slots_per_repository=1) as on:
        for _ in range(2):
            on.label(on.issue())
        spans = sorted(span(on, issue) for issue in (1, 2))

        assert spans[0][1] <= spans[1][0]
        assert {"greenlit/1-greet-more-quietly", "greenlit/2-greet-more-quietly"} == on.branches()
        assert 2 == len(on.forge.list_pulls(REPO))


def span(on, issue):
    """When a run began and ended its work with the model."""
    assert "opened" == on.ended(issue).outcome.state
    steps = [
        step
        for step in on.bot.steps(f"{REPO}#{issue}/1")
        if step.name in ("checkout", "ask_model", "push")
    ]
    return steps[0].began, steps[-1].ended


def test_an_issue_that_is_locked_gets_no_run(stage):
    """Nobody can be told there, and nothing is begun."""
    with stage(PLAY) as on:
        issue = on.issue()
        on.forge.lock_issue(REPO, issue, "ada")
        on.label(issue)

        assert "refused" == on.heard().outcome.state
        assert "locked" in on.heard().outcome.text
        assert ([], []) == (on.own(issue), on.double.requests)


def test_what_comes_near_to_a_command_gets_one_suggestion(stage):
    """A misspelt command and a mention of this App, from who may ask; others are not ours."""
    with stage(PLAY) as on:
        issue = on.issue()

        assert "Did you mean `/generate softly`?" in say(on, issue, "/genrate softly")
        assert "Did you mean `/generate do it`?" in say(on, issue, "@greenlit do it")
        say(on, issue, "@bob please look")
        say(on, issue, "/genrate", by="eve")
        assert "ignored" == on.heard().outcome.state
        assert 2 == len(on.own(issue))
        assert [] == on.double.requests


def test_a_burst_of_strangers_gets_three_answers(stage):
    """Six commands at once by one person are one refusal; six people get three."""
    with stage(PLAY) as on:
        issue, other = on.issue(), on.issue()
        people = [("eve", issue)] * 6 + [(f"p{number}", other) for number in range(6)]
        with ThreadPoolExecutor(12) as at_once:
            list(
                at_once.map(
                    lambda who: on.forge.add_comment(REPO, who[1], who[0], "/generate"), people
                )
            )
        until(lambda: count_ended(on.settings.home, "handle_command") == 12)

        assert (1, 3) == (len(on.own(issue)), len(on.own(other)))
        thumbs = [
            reaction.content
            for number in (issue, other)
            for comment in on.forge.list_comments(REPO, number)
            for reaction in on.forge.list_reactions(REPO, number, comment.id)
        ]
        assert ["-1"] * 8 == thumbs
