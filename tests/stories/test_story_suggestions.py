"""Suggestions in reviews of the bot's pull requests: one commit, without the model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble
from tests.edits.suggestion_cases import block
from tests.git_served import git
from tests.pull_scenes import (
    BOT,
    BRANCH,
    list_resolved,
    on_line,
    open_own_pull,
    read_threads,
    review,
    script_on_pull,
    wait_for_run,
)
from tests.run_record import list_steps
from tests.stage import BEGIN, FILES, FINISH, GOOD, PLAN, REPO, Say, edit, script, staged
from tests.stories.test_solve_issue import SLOW

READ: Sequence[Say] = [("read_request", {})]
END: Sequence[Say] = [("finish", FINISH)]
LOUDER = on_line("greeting.py", 3, "Louder:\n\n" + block('    return "Hello, " + name + "!"\n'))
WORDS = on_line("greeting.py", 2, block('    """Greet by name."""\n'))


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage on which the bot has an open pull request: stage(turns, ...)."""

    @contextmanager
    def make(*turns, **settings):
        play = ClaudeDouble(script_on_pull(*turns) if turns else script_on_pull(READ), pace=0)
        with staged(tmp_path, checked, play, FILES, **settings) as on:
            pull = open_own_pull(on.forge)
            assert on.forge.wait_until_idle(30)
            yield on, pull

    return make


def replies(on, pull):
    """What the bot said in each thread, without its hidden marker."""
    return [
        [text.partition("-->\n")[2] for author, text in thread if author == BOT]
        for thread in read_threads(on.forge, pull)
    ]


def test_suggestions_alone_need_no_model(stage):
    """One commit with all of them; each thread is answered with it and resolved once CI is green,
    and the review asked for again. Those that overlap are asked about, in words. The model is asked
    only when one turns CI red, and mends what stands there.
    """
    red = on_line("greeting.py", 3, block('    return "hello, " + name\n'))
    mended = edit('"hello, "', '"Hello, "')
    with stage(READ, [("submit_plan", PLAN), mended], END) as (on, pull):
        before = on.forge.list_branches(REPO)[BRANCH]
        rivals = [on_line("greeting.py", 1, block(f"def greet({name}):\n")) for name in "ab"]
        review(on.forge, pull, WORDS, LOUDER, *rivals)
        run = wait_for_run(on, "work_on_pull")
        sha = on.forge.list_branches(REPO)[BRANCH]
        *applied, first, second = replies(on, pull)
        message = git(on.forge.git_dir(REPO), "log", "-1", "--format=%P %B", sha)

        assert ("changed", 0.0) == (run.outcome.state, run.outcome.usd)
        assert f"{before} Apply 2 suggestions by ada" == message.split("\n")[0]
        assert "Co-authored-by: ada <" in message
        assert all(said.startswith(f"Applied in [{sha[:7]}](") for (said,) in applied)
        assert first == second
        assert "overlap, so none of them was applied. Which one shall it be?" in first[0]
        assert [True, True, False, False] == list_resolved(on.forge, pull)
        assert ("ada",) == tuple(on.forge.find_pull(REPO, pull).reviewers)
        assert (
            'def greet(name):\n    """Greet by name."""\n    return "Hello, " + name + "!"\n'
            == on.forge.read_files(REPO, BRANCH)["greeting.py"]
        )

        review(on.forge, pull, red)
        run = wait_for_run(on, "work_on_pull", count=2)
        (*_, (reply,)) = replies(on, pull)

        assert "changed" == run.outcome.state
        assert reply.startswith("Applied in [")
        assert 'return "Hello, " + name\n' in on.forge.read_files(REPO, BRANCH)["greeting.py"]


def test_model_writes_on_top_of_suggestions(stage):
    """It is shown the other threads alone, on their new lines; two commits, one judgement of CI."""
    two = on_line("greeting.py", 2, block('    """Greet."""\n\n'))
    change = edit('"Hello, " + name', 'f"Hello, {name}"')
    answer = ("answer_thread", {"thread": 2, "text": "It is one now.", "done": True})
    turns = READ, [("submit_plan", PLAN), change, answer], END
    with stage(*turns) as (on, pull):
        review(on.forge, pull, two, on_line("greeting.py", 3, "Use an f-string."))
        run = wait_for_run(on, "work_on_pull")
        (applied,), (done,) = replies(on, pull)
        shown = str(on.double.requests[1].body["messages"][-1])
        text = on.forge.read_files(REPO, BRANCH)["greeting.py"]

        assert "changed" == run.outcome.state
        assert 'def greet(name):\n    """Greet."""\n\n    return f"Hello, {name}"\n' == text
        assert applied.startswith("Applied in [")
        assert done.startswith("It is one now.\n\nDone in [")
        assert [True, True] == list_resolved(on.forge, pull)
        assert "Thread 2, on `greeting.py`, line 4" in shown
        assert "Thread 1" not in shown


def test_words_beside_a_suggestion_that_ask_for_more_reach_the_model(stage):
    """The suggestion is applied first; the one answer tells of both."""
    said = block('    """Greet."""\n\n') + "\nAnd then move to an f-string.\n"
    change = edit('"Hello, " + name', 'f"Hello, {name}"')
    answer = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
    with stage(READ, [("submit_plan", PLAN), change, answer], END) as (on, pull):
        review(on.forge, pull, on_line("greeting.py", 2, said))
        run = wait_for_run(on, "work_on_pull")
        ((reply,),) = replies(on, pull)
        text = on.forge.read_files(REPO, BRANCH)["greeting.py"]

        assert "changed" == run.outcome.state
        assert 'def greet(name):\n    """Greet."""\n\n    return f"Hello, {name}"\n' == text
        assert reply.startswith("It is one now.\n\nApplied in [")
        assert [True] == list_resolved(on.forge, pull)


def test_suggestion_during_a_run_for_the_issue_is_applied_on_its_work(tmp_path, checked):
    """A run that goes on with its pull request takes it once its own commit is green."""
    more = edit('"Hello, "', '"Hallo, "')
    play = ClaudeDouble(script(*BEGIN, [GOOD], END, [more], END), pace=0)
    go = tmp_path / "go"
    with staged(tmp_path, checked, play, FILES | SLOW) as on:
        go.touch()
        issue = on.issue()
        on.label(issue)
        on.ended(issue)
        go.unlink()
        on.forge.add_comment(REPO, issue, "ada", "/generate in German, please")
        wait_for_steps(on, f"{REPO}#{issue}/2", {"push", "fetch_checks"})
        (pull,) = on.forge.list_pulls(REPO)
        said = block('    return "Hallo, " + name + "!"\n')
        review(on.forge, pull.number, on_line("greeting.py", 2, said))
        go.touch()
        run = on.ended(issue, run=2)
        ((reply,),) = replies(on, pull.number)
        files = on.forge.read_files(REPO, pull.head)
        (pull,) = on.forge.list_pulls(REPO)

        assert "opened" == run.outcome.state
        assert 'def greet(name):\n    return "Hallo, " + name + "!"\n' == files["greeting.py"]
        assert reply.startswith("Applied in [")
        assert [True] == list_resolved(on.forge, pull.number)
        assert FINISH["summary"] in pull.body
        assert "Not in the plan" not in pull.body


def wait_for_steps(on, key, names):
    """Wait until a run has done these steps."""
    deadline = time.monotonic() + 60
    while not names <= set(list_steps(on.settings.home, key)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
