"""A run goes on from what the one before it left: on its pull request, never beside it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from dbos import DBOS

from bot.forge.claude_double import ClaudeDouble
from bot.forge.claude_script import Expectation, ExpectedResult
from bot.run import from_json
from bot.stories.solve_issue import solve_issue
from bot.values import Request, RunState
from tests.git_served import git
from tests.stage import BAD, BEGIN, END, FILES, GOOD, REPO, edit, script, staged
from tests.stories.evicting import evict
from tests.stories.test_replay import Replay
from tests.stories.test_solve_issue import SLOW
from tests.stories.test_story_ci import slow, until

BRANCH = "greenlit/1-greet-more-quietly"
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
MORE = edit('"Hello, "', '"Hallo, "')
PLAY = script(*BEGIN, [GOOD], END)
TWICE = script(*BEGIN, [GOOD], END, [MORE], END)


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage for a script or a double, without CI unless a tree is given."""

    @contextmanager
    def make(play, tree=NO_CI, **settings):
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


def first_run(on, by="ada"):
    """An issue whose first run ended."""
    issue = on.issue()
    on.label(issue, by)
    on.ended(issue)
    return issue


def test_more_words_go_on_with_the_open_pull_request(stage):
    """The same branch, conversation and pull request; what was asked reaches the model as data.

    Mirror and index of the first run were evicted meanwhile: they are fetched and made anew.
    """
    with stage(TWICE) as on:
        issue = first_run(on)
        kinds = evict(on)
        assert (0, 0) == (kinds["mirrors"], kinds["known"])
        on.forge.add_comment(REPO, issue, "ada", "/generate in German, please")
        run = on.ended(issue, run=2)
        (pull,) = on.forge.list_pulls(REPO)
        newest = str(on.double.requests[4].body["messages"][-1])

        assert ("opened", pull.number) == (run.outcome.state, run.outcome.pull)
        assert {BRANCH} == on.branches()
        assert '"Hallo, "' in on.forge.read_files(REPO, BRANCH)["greeting.py"]
        assert "| in German, please" in newest
        assert f"This goes on with #{pull.number}." in "".join(on.own(issue)[1:])


def test_retry_after_a_green_end_looks_at_ci_again(stage):
    """Nothing new was asked: the model is not paid, and the pull request stays as it is."""
    with stage(PLAY) as on:
        issue = first_run(on)
        before = on.forge.list_branches(REPO)[BRANCH]
        (pull,) = on.forge.list_pulls(REPO)
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)

        assert [pull] == on.forge.list_pulls(REPO)
        assert ("unchanged", pull.number) == (run.outcome.state, run.outcome.pull)
        assert "Nothing new was asked for." in run.outcome.text
        assert before == on.forge.list_branches(REPO)[BRANCH]
        assert 4 == len(on.double.requests)


def test_edited_issue_is_given_with_a_retry(stage):
    """What the issue says now is what the work is for."""
    with stage(TWICE) as on:
        issue = first_run(on)
        on.forge.edit_issue(REPO, issue, "ada", "Greet in German", "It shouts, in English.")
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        on.ended(issue, run=2)
        newest = str(on.double.requests[4].body["messages"][-1])

        assert "| Greet in German" in newest
        assert "| It shouts, in English." in newest
        assert 1 == len(on.forge.list_pulls(REPO))


def test_label_that_is_added_again_opens_no_second_pull_request(stage):
    """It asks like a command; CI is looked at again."""
    with stage(PLAY) as on:
        issue = first_run(on)
        on.forge.remove_label(REPO, issue, "autogen", "ada")
        on.label(issue)
        on.ended(issue, run=2)

        assert {BRANCH} == on.branches()
        assert 1 == len(on.forge.list_pulls(REPO))


def test_retry_after_a_stop_watches_what_was_pushed(stage, tmp_path):
    """The work stands on the branch already, so only CI is waited for; the branch is the new run's."""
    with stage(PLAY, FILES | SLOW) as on:
        issue = on.issue()
        on.label(issue)
        on.until_waiting(issue)
        on.forge.add_comment(REPO, issue, "ada", "/stop")
        stopped = on.ended(issue)
        (tmp_path / "go").touch()
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)

        assert ("stopped", "opened") == (stopped.outcome.state, run.outcome.state)
        assert {BRANCH} == on.branches()
        assert 4 == len(on.double.requests)
        assert "follow" in {step.name for step in on.bot.steps(f"{REPO}#{issue}/2")}


def test_retry_after_a_limit_goes_on_in_the_conversation(stage):
    """Plan and conversation are kept, and the caps are counted anew."""
    with stage(PLAY, turns_per_run=2) as on:
        issue = on.issue()
        on.label(issue)
        limited = on.ended(issue)
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)
        state = on.bot.last_state(f"{REPO}#{issue}")

        assert ("gave up", "opened") == (limited.outcome.state, run.outcome.state)
        assert (4, 2) == (len(on.double.requests), state.turns)
        assert state.total_usd > state.usage.usd > 0


def test_retry_after_a_question_brings_the_answer(stage):
    """The call that asked is answered with what a writer said since."""
    question = {"summary": "Unsure.", "files": [], "questions": ["Which greeting?"]}
    play = script(BEGIN[0], [("submit_plan", question)], BEGIN[1], [GOOD], END)
    answer = ExpectedResult(tool="submit_plan", failed=True, contains=("| The soft one.",))
    turns = list(play.turns)
    turns[2] = turns[2].model_copy(update={"expect": Expectation(results=(answer,))})
    with stage(play.model_copy(update={"turns": tuple(turns)})) as on:
        issue = first_run(on)
        on.forge.add_comment(REPO, issue, "eve", "Mine!")
        on.forge.add_comment(REPO, issue, "ada", "The soft one.")
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)

        assert "opened" == run.outcome.state
        assert "Mine!" not in str(on.double.requests[-1].body)


def test_more_words_go_on_top_of_what_a_person_pushed(stage):
    """One commit on the branch that they took over; what they pushed stays, and no second pull
    request is opened.
    """
    on_top = script(*BEGIN, [MORE], END, opening="work on pull request")
    with stage(PLAY) as on:
        issue = first_run(on)
        theirs = on.forge.push(REPO, "ada", BRANCH, {"README.md": "# Mine\n"}, "Mine")
        on.double._scripts[:] = [on_top]
        on.forge.add_comment(REPO, issue, "ada", "/generate in German, please")
        run = on.ended(issue, run=2)
        (pull,) = on.forge.list_pulls(REPO)
        files = on.forge.read_files(REPO, BRANCH)

        assert ("changed", pull.number) == (run.outcome.state, run.outcome.pull)
        assert ("# Mine\n", True) == (files["README.md"], '"Hallo, "' in files["greeting.py"])
        assert theirs == parent_of(on, BRANCH)
        assert f"to [Greet quietly]({pull_url(on, pull)})" in on.ends(issue)[-1]
        on.forge.add_comment(REPO, issue, "ada", "/retry")

        assert "unchanged" == on.ended(issue, run=3).outcome.state
        assert 1 == len(on.forge.list_pulls(REPO))


def parent_of(on, branch):
    """The commit below the newest one of a branch."""
    return git(on.forge.git_dir(REPO), "rev-parse", f"refs/heads/{branch}^").strip()


def pull_url(on, pull):
    """Where people read a pull request."""
    return f"{on.forge.state.web}/{REPO}/pull/{pull.number}"


def test_closed_pull_request_is_not_opened_again(stage):
    """What people closed stays closed; the run begins anew and says why."""
    with stage(PLAY) as on:
        issue = first_run(on)
        first = on.forge.list_pulls(REPO)[0].number
        on.forge.close_pull(REPO, first, "ada")
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)

        assert "opened" == run.outcome.state
        assert first != run.outcome.pull
        assert f"#{first} was closed, so this begins anew." in "".join(on.own(issue))


def test_two_people_at_once_start_one_run(stage):
    """The other one is told of it; there is one pull request."""
    with stage(TWICE) as on:
        issue = first_run(on)
        on.forge.set_permission(REPO, "wes", "write")
        with ThreadPoolExecutor(2) as at_once:
            say = [("ada", "/generate in German"), ("wes", "/generate in French")]
            list(at_once.map(lambda one: on.forge.add_comment(REPO, issue, *one), say))
        on.ended(issue, run=2)
        on.forge.wait_until_idle(30)

        assert on.bot.run(f"{REPO}#{issue}/3") is None
        assert 1 == sum("I am at work on this issue already" in own for own in on.own(issue))
        assert 1 == len(on.forge.list_pulls(REPO))


def test_retry_after_a_model_that_stopped_early_asks_it_again(stage):
    """Its last words stay in the conversation; it is told once more that the job is not done."""
    play = script(*BEGIN, ["All done!"], ["Really."], ["Bye."], [GOOD], END)
    with stage(play) as on:
        issue = first_run(on)
        on.forge.add_comment(REPO, issue, "ada", "/retry")

        assert "gave up" == on.bot.run(f"{REPO}#{issue}/1").outcome.state
        assert "opened" == on.ended(issue, run=2).outcome.state


def test_resumed_run_is_the_same_after_a_crash(stage):
    """All that it takes over is in its own record: replayed from there it comes to the same end."""
    with stage(TWICE) as on:
        issue = first_run(on)
        on.forge.add_comment(REPO, issue, "ada", "/generate in German, please")
        run = on.ended(issue, run=2)
        infos = DBOS.list_workflow_steps(run.key)
        replay = Replay(run.key, [(info["function_name"], info["output"]) for info in infos])
        outcome = asyncio.run(solve_issue(replay, from_json(run.value, Request)))
        ((_name, last),) = replay.steps

        assert run.outcome == replace(outcome, usd=run.outcome.usd)  # the engine adds the cost
        assert from_json(last["ok"], RunState) == replay.state


def test_pull_request_stays_as_it_was_when_the_model_changes_nothing(stage):
    """Its reason is told to whoever asked; it does not become the pull request's text."""
    reason = {"title": "Nothing", "message": "", "summary": "It is German already."}
    with stage(script(*BEGIN, [GOOD], END, [("finish", reason)])) as on:
        issue = first_run(on)
        (pull,) = on.forge.list_pulls(REPO)
        on.forge.add_comment(REPO, issue, "ada", "/generate in German")
        run = on.ended(issue, run=2)

        assert "unchanged" == run.outcome.state
        assert "It is German already." in run.outcome.text
        assert [pull] == on.forge.list_pulls(REPO)


def test_pull_request_that_is_closed_while_the_model_writes_ends_the_work(stage):
    """Nothing more is paid for, and nothing is pushed to a branch that nobody wants."""
    with stage(ClaudeDouble(slow(TWICE, turn=4, pace_s=4))) as on:
        issue = first_run(on)
        on.forge.add_comment(REPO, issue, "ada", "/generate in German")
        until(lambda: len(on.double.requests) > 4)
        on.forge.close_pull(REPO, on.forge.list_pulls(REPO)[0].number, "ada")
        run = on.ended(issue, run=2)

        assert "stopped" == run.outcome.state
        assert "my pull request was closed" in run.outcome.text
        assert 5 == len(on.double.requests)


def test_retry_after_a_draft_repairs_what_ci_says_now(stage):
    """The red check of the draft is read again, and mended with attempts of the new run's own."""
    worse = edit('"hello "', '"hello  "')
    mended = edit('"hello  "', '"Hello, "')
    with stage(script(*BEGIN, [BAD], END, [worse], END, [mended], END), FILES) as on:
        issue = first_run(on)
        (draft,) = on.forge.list_pulls(REPO)
        on.forge.add_comment(REPO, issue, "ada", "/retry")
        run = on.ended(issue, run=2)
        (pull,) = on.forge.list_pulls(REPO)

        assert (True, False) == (draft.draft, pull.draft)
        assert ("opened", draft.number) == (run.outcome.state, pull.number)
