"""A command on a pull request that is not small and clear: questions, answers, and the proofs."""

from contextlib import contextmanager

import pytest

from bot.forge.claude_script import Expectation, ExpectedResult
from tests.gfm import GitHubPage
from tests.pull_scenes import QUIET, on_line, read_threads, review, wait_for_run
from tests.stage import BEGIN, END, FILES, GOOD, REPO, edit, script, staged
from tests.stories.test_story_brief import BRIEF, PROOFS
from tests.stories.test_story_parts import unchecked

pytestmark = [pytest.mark.served, pytest.mark.long]

OPENING = "work on pull request"
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}
TOPIC = {"README.md": "# Greeter\n\nIt greets.\n"}
WORK = [*BEGIN[1], GOOD, ("prove_criteria", PROOFS), *END]
IN_THREAD = edit('"Hello, " + name', 'f"Hello, {name}"')
DONE = ("answer_thread", {"thread": 1, "text": "It is one now.", "done": True})
VAGUE = {
    "kind": "refactoring",
    "missing": ["What is to be nicer: its length, or its names?"],
    "example": {"title": "use an f-string", "parts": [{"heading": "How", "text": "In one line."}]},
}


@pytest.fixture
def stage(tmp_path):
    """Makes a stage without CI."""

    @contextmanager
    def make(play):
        with staged(tmp_path, unchecked, play, NO_CI) as on:
            yield on

    return make


def asked_first(brief, *work, contains=()):
    """A conversation whose brief is answered by people before the work goes on."""
    play = script(
        BEGIN[0],
        [("submit_brief", brief)],
        *work,
        refused=("submit_brief",),
        opening=OPENING,
    )
    result = ExpectedResult(tool="submit_brief", failed=True, contains=contains)
    turns = list(play.turns)
    turns[2] = turns[2].model_copy(update={"expect": Expectation(results=(result,))})
    return play.model_copy(update={"turns": tuple(turns)})


def test_questions_stand_where_the_command_was_given(stage):
    """In a comment: asked once, answered by number and `go`, and what proves each criterion is
    told. In a thread: asked and answered in that thread, whose lines the work is about.
    """
    told = ("| Hello", "Question 2 takes its default.")
    with stage(asked_first(BRIEF, WORK, contains=told)) as on:
        pull = on.pull("topic", TOPIC)
        on.say(pull, "/generate make it better")
        first = on.ended(pull)
        on.say(pull, "/generate go 1: Hello")
        second = on.ended(pull, run=2)
        questions, _ = on.ends(pull)
        status = GitHubPage([body for body in on.own(pull) if "greenlit:run" in body][-1]).text

        assert ("asked", "changed") == (first.outcome.state, second.outcome.state)
        assert "- 1: Which word does it say?\n   Default: Hello\n- 2: Which sign" in questions
        assert "greet('Ada') says Hello, with a comma \u2192 test_greeting.py" in status
        assert "Which word does it say? Answered: Hello" in status
        assert "\u201cmake it better\u201d" in status
        assert 3 == len(on.double.requests)

        brief = ("submit_brief", {"kind": "refactoring", "criteria": BRIEF["criteria"][:1]})
        proof = ("prove_criteria", {"proofs": PROOFS["proofs"][:1]})
        work = [brief, *BEGIN[1], IN_THREAD, proof, DONE, *END]
        on.double._scripts[:] = [asked_first(VAGUE, work, contains=("| an f-string",))]
        on.forge.push(REPO, "ada", "quiet", QUIET, "Greet")
        other = on.forge.open_pull(REPO, "ada", "quiet", "Greet quietly")
        review(on.forge, other, on_line("greeting.py", 3, "/generate make this nicer"))
        wait_for_run(on, "work_on_pull", 3)
        comment, _ = on.forge.list_review_comments(REPO, other)
        on.forge.reply(REPO, comment.id, "ada", "/generate an f-string")
        run = wait_for_run(on, "work_on_pull", 4)
        said = [body for _, body in read_threads(on.forge, other)[0]]
        end = on.ends(other)[0]

        assert "- What is to be nicer: its length, or its names?" in said[1]
        assert "/generate use an f-string\n\nIn one line." in said[1]
        assert "What is to be nicer" not in end
        assert "Answer in that thread" in end
        assert ("changed", True) == (run.outcome.state, "It is one now." in said[3])
