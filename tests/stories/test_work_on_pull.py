"""Work on pull requests of people: commits on top of what they pushed, and CI made green."""

from contextlib import contextmanager

import pytest

from bot.forge.claude_double import ClaudeDouble
from tests.git_served import git
from tests.stage import BEGIN, END, FILES, GOOD, MENDED, REPO, edit, script, staged
from tests.stories.test_story_ci import NEVER_ENDS, ONCE, slow, until

OPENING = "work on pull request"
TOPIC = {"README.md": "# Greeter\n\nIt greets.\n"}
RED = {"greeting.py": 'def greet(name):\n    return "hello " + name\n'}
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
ASK = {"summary": "Unsure.", "files": [], "questions": ["Which greeting?"]}


def on_pull(*turns):
    """A conversation about a pull request."""
    return script(*turns, opening=OPENING)


PLAY = on_pull(*BEGIN, [GOOD], END)


@pytest.fixture
def stage(tmp_path, checked):
    """Makes a stage for a script or a double, with CI unless another tree is given."""

    @contextmanager
    def make(play, tree=FILES, **settings):
        with staged(tmp_path, checked, play, tree, **settings) as on:
            yield on

    return make


def subjects(on, branch="topic"):
    """The subjects of a branch's commits, newest first."""
    return git(on.forge.git_dir(REPO), "log", "--format=%s", f"main..{branch}").splitlines()


def read(on, path="greeting.py", branch="topic"):
    return on.forge.read_files(REPO, branch)[path]


def test_words_become_a_commit_on_top(stage):
    """The branch stays the person's, and so does the text; one comment is edited, one tells the
    end, and what was asked is done.
    """
    with stage(PLAY) as on:
        pull = on.pull("topic", TOPIC, body="It says what it is.")
        before = on.forge.find_pull(REPO, pull)
        on.say(pull, "/generate greet more softly")
        run = on.ended(pull)
        after = on.forge.find_pull(REPO, pull)
        status, end = on.own(pull)
        told = str(on.double.requests[1].body["messages"][-1])
        (command,) = [each for each in on.forge.list_comments(REPO, pull) if each.author == "ada"]
        reactions = on.forge.list_reactions(REPO, pull, command.id)

    assert ("changed", pull) == (run.outcome.state, run.outcome.pull)
    assert ["Greet quietly", "Change"] == subjects(on)
    assert before.head_sha == git(on.forge.git_dir(REPO), "rev-parse", "topic^").strip()
    assert (before.title, before.body, before.draft) == (after.title, after.body, after.draft)
    assert {"topic"} == on.branches()
    assert "### ✅ Greenlit changed the pull request" in status
    assert "The greeting is in lower case." in status
    assert f"@ada I pushed [`{after.head_sha[:7]}`](" in end
    assert ") (Greet quietly). CI is green." in end
    assert ["+1", "eyes"] == sorted(each.content for each in reactions)
    for text in ("| greet more softly", "It says what it is.", "| +It greets."):
        assert text in told


def test_red_ci_is_repaired(stage):
    """`/fix` reads why it is red and mends it on top; `/generate` without words does the same."""
    with stage(on_pull(*BEGIN, [MENDED], END)) as on:
        pull = on.pull("topic", RED)
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/generate")
        outcome = on.ended(pull).outcome
        told = str(on.double.requests[1].body["messages"][-1])

        assert "changed" == outcome.state
        assert ["Repair AssertionError in test_greeting.py", "Change"] == subjects(on)
        assert "and to repair that is the request:" in told
        assert "1 attempt at CI" in on.ends(pull)[0]


def test_a_red_that_was_there_before_is_told(stage):
    """The base is red in the same way: nothing is edited, and no turn is paid."""
    with stage(PLAY, FILES | RED) as on:
        assert on.forge.wait_until_idle(30)
        on.forge.push(REPO, "ada", "main", {"a.txt": "a\n"}, "Start CI")
        pull = on.pull("topic", TOPIC)
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/fix")
        outcome = on.ended(pull).outcome

        assert ("red", "already red") == (outcome.state, outcome.kind)
        assert "`main` was red in the same way before this change" in on.ends(pull)[0]
        assert ([], ["Change"]) == (on.double.requests, subjects(on))


def test_an_outage_is_run_again_once(stage):
    """It passes then: nothing is edited, and people are told that CI is green."""
    with stage(PLAY, FILES | {"test_greeting.py": ONCE}) as on:
        pull = on.pull("topic", TOPIC)
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/fix")

        assert "unchanged" == on.ended(pull).outcome.state
        assert "I changed nothing. CI is green." in on.ends(pull)[0]
        assert [] == on.double.requests


def test_commands_are_answered_where_there_is_nothing_to_do(stage, tmp_path):
    """Each in one comment that says what works here; nobody is started."""
    with stage(PLAY, FILES | {"test_greeting.py": NEVER_ENDS}) as on:
        pull = on.pull("topic", TOPIC)
        for text in ("/fix", "/generate", "/status", "/stop", "/help", "/genrate softly"):
            on.say(pull, text)
        on.say(pull, "/fix", by="eve")
        (tmp_path / "go").touch()
        assert on.forge.wait_until_idle(30)
        on.say(pull, "/fix")
        answers = on.own(pull)
        texts = (
            "CI is still running on ",
            "What shall I do here?",
            "I have not worked on this pull request yet",
            "Nothing is under way here.",
            "| `/fix` |",
            "Did you mean `/generate softly`?",
            "only people with write access",
            "CI is green on ",
        )

        for text, answer in zip(texts, answers, strict=True):
            assert text in answer
        assert on.bot.run(f"{REPO}#{pull}/1") is None


def test_a_push_meanwhile_comes_first(stage):
    """The change goes on top of it, where the two leave no doubt; else the bot stops and says so."""
    conflicting = 'def greet(name):\n    return "Good day, " + name\n'
    plays = [on_pull(*BEGIN, [GOOD], END), on_pull(*BEGIN, [edit('"Hello, "', '"Hi, "')], END)]
    with stage(ClaudeDouble(slow(plays[0], turn=2, pace_s=4)), NO_CI) as on:
        pull = on.pull("topic", TOPIC)
        on.forge.add_comment(REPO, pull, "ada", "/generate greet more softly")
        until(lambda: len(on.double.requests) > 2)
        on.forge.push(REPO, "ada", "topic", {"README.md": "# Mine\n"}, "Mine")
        first = on.ended(pull)

        assert "changed" == first.outcome.state
        assert ["Greet quietly", "Mine", "Change"] == subjects(on)
        assert ("# Mine\n", True) == (read(on, "README.md"), '"Hello, "' in read(on))

        on.double._scripts[:] = [slow(plays[1], turn=2, pace_s=4)]
        seen = len(on.double.requests)
        on.forge.add_comment(REPO, pull, "ada", "/generate say hi")
        until(lambda: len(on.double.requests) > seen + 2)
        on.forge.push(REPO, "ada", "topic", {"greeting.py": conflicting}, "Good day")
        second = on.ended(pull, run=2)

        assert ("stopped", "taken branch") == (second.outcome.state, second.outcome.kind)
        assert "while I was writing, and we both changed `greeting.py`." in on.ends(pull)[1]
        assert "Nothing was pushed." in on.ends(pull)[1]
        assert conflicting == read(on)


def test_a_push_while_ci_runs_ends_the_run(stage):
    """What the bot pushed stays below; who pushed is named."""
    with stage(PLAY, FILES | {"test_greeting.py": NEVER_ENDS}) as on:
        on.forge.set_permission(REPO, "bob", "write")
        pull = on.pull("topic", TOPIC)
        on.forge.add_comment(REPO, pull, "ada", "/generate greet more softly")
        on.until_waiting(pull)
        until(lambda: len(subjects(on)) == 2)
        on.forge.push(REPO, "bob", "topic", {"README.md": "# Mine\n"}, "Mine")
        run = on.ended(pull)

        assert "stopped" == run.outcome.state
        assert "because @bob pushed to " in on.ends(pull)[0]
        assert ["Mine", "Greet quietly", "Change"] == subjects(on)


def test_a_pull_request_that_moves_meanwhile_ends_the_work(stage):
    """Retargeted, closed, or without its branch: a sentence says what happened; nothing more is
    paid for or pushed.
    """
    with stage(ClaudeDouble(slow(PLAY, turn=2, pace_s=3)), NO_CI) as on:
        on.forge.push(REPO, "ada", "next", {"next.txt": "next\n"}, "Next")
        acts = (
            lambda pull: on.forge.retarget_pull(REPO, pull, "ada", "next"),
            lambda _: on.forge.delete_branch(REPO, "topic1", "ada"),
            lambda pull: on.forge.close_pull(REPO, pull, "ada"),
        )
        pulls = [on.pull(f"topic{count}", TOPIC) for count in range(3)]
        for number, (pull, act) in enumerate(zip(pulls, acts, strict=True), 1):
            on.forge.add_comment(REPO, pull, "ada", "/generate greet more softly")
            until(lambda seen=3 * number: len(on.double.requests) >= seen)
            act(pull)
        states = [on.ended(pull).outcome.state for pull in pulls]
        (moved,), *others = (on.ends(pull) for pull in pulls)

        assert ["stopped"] * 3 == states
        assert "because the base of the pull request was changed from `main` to `next`" in moved
        for (end,) in others:
            assert "because the pull request was closed" in end
        assert 9 == len(on.double.requests)


def test_a_draft_is_worked_on_and_a_locked_one_ends_without_a_word(stage):
    """A draft stays a draft. Where nobody can be told any more, the record still says why."""
    with stage(ClaudeDouble(slow(PLAY, turn=2, pace_s=3)), NO_CI) as on:
        pull = on.pull("topic", TOPIC)
        on.forge.add_comment(REPO, pull, "ada", "/generate greet more softly")
        until(lambda: len(on.double.requests) > 2)
        on.forge.set_draft(REPO, pull, "ada", draft=True)

        assert "changed" == on.ended(pull).outcome.state
        assert on.forge.find_pull(REPO, pull).draft
        again = on_pull(*BEGIN, [edit('"Hello, "', '"Hi, "')], END)
        on.double._scripts[:] = [slow(again, turn=2, pace_s=3)]
        seen = len(on.double.requests)
        on.forge.add_comment(REPO, pull, "ada", "/generate again")
        until(lambda: len(on.double.requests) > seen + 2)
        on.forge.lock_issue(REPO, pull, "ada")

        run = on.ended(pull, run=2)

        assert "stopped" == run.outcome.state
        assert "the conversation of the pull request was locked" in run.outcome.text
        assert 2 == len(subjects(on))


def test_an_issue_and_its_pull_request_have_one_run(stage):
    """Asked on either while a run lives, the other is answered; the numbers go on."""
    issue_play = script(*BEGIN, [GOOD], END)
    more = on_pull(*BEGIN, [edit('"Hello, "', '"Hallo, "')], END)
    with stage(ClaudeDouble(issue_play), NO_CI) as on:
        issue = on.issue()
        on.label(issue)
        pull = on.ended(issue).outcome.pull
        on.double._scripts[:] = [slow(more, turn=2, pace_s=4)]
        seen = len(on.double.requests)
        on.forge.add_comment(REPO, pull, "ada", "/generate in German")
        until(lambda: len(on.double.requests) > seen + 2)
        on.say(issue, "/generate in French")
        on.say(pull, "/generate in Danish")
        on.say(pull, "/status")
        run = on.ended(issue, run=2)

        assert ("changed", "work_on_pull") == (run.outcome.state, run.story)
        assert "I am at work on this issue already" in on.answers(issue)[0]
        assert "I am at work on this pull request already" in on.answers(pull)[0]
        assert "A run is under way" in on.answers(pull)[1]
        assert on.bot.run(f"{REPO}#{pull}/1") is None
        assert 1 == len(on.forge.list_pulls(REPO))


def test_a_question_its_answer_and_the_work(stage):
    """The run asks and ends; `/generate` after the answer goes on with what was asked for, and
    `/retry` asks for it once more.
    """
    with stage(on_pull(BEGIN[0], [("submit_plan", ASK)]), NO_CI) as on:
        pull = on.pull("topic", TOPIC)
        on.say(pull, "/generate greet differently")
        asked = on.ended(pull)
        on.double._scripts[:] = [on_pull(*BEGIN, [GOOD], END)]
        on.forge.add_comment(REPO, pull, "ada", "The soft one.")
        on.say(pull, "/generate")
        done = on.ended(pull, run=2)
        told = str(on.double.requests[-1].body)
        on.double._scripts[:] = [on_pull(*BEGIN, [edit('"Hello, "', '"Hi, "')], END)]
        on.say(pull, "/retry")

        assert ("asked", "changed") == (asked.outcome.state, done.outcome.state)
        for text in ("| greet differently", "Which greeting?", "The soft one."):
            assert text in told
        assert "greet differently" == on.ended(pull, run=3).value["words"]


def test_retry_after_a_limit_goes_on_with_the_work(stage):
    """Plan, conversation and edits are kept where nobody pushed since: no turn is paid twice."""
    with stage(PLAY, NO_CI, turns_per_run=3) as on:
        pull = on.pull("topic", TOPIC)
        on.say(pull, "/generate greet more softly")
        limited = on.ended(pull)
        on.say(pull, "/retry")
        run = on.ended(pull, run=2)
        again = on.own(pull)[2]
        on.say(pull, "/retry")

        assert ("gave up", "changed") == (limited.outcome.state, run.outcome.state)
        assert (4, ["Greet quietly", "Change"]) == (len(on.double.requests), subjects(on))
        assert "This goes on where the last run ended." in again
        assert "unchanged" == on.ended(pull, run=3).outcome.state
        assert 4 == len(on.double.requests)
