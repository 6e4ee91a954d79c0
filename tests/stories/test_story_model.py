"""What a run makes of a model: one that errs, stops, circles, refuses, asks for too much or costs
too much.
"""

import asyncio
from contextlib import contextmanager
from dataclasses import replace

import pytest
from rich.console import Console

from bot.adapters.claude.claude_client import ClaudeClient
from bot.cli.unrecorded_run import UnrecordedRun
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_stream import EarlyStop
from bot.stories.agent import write as write_change
from bot.stories.stops import Asks, GaveUp
from bot.values import (
    Caps,
    Issue,
    ModelConfig,
    Price,
    RepoConfig,
    Retrieval,
    RunKey,
    RunState,
    SearchHit,
)
from tests.stage import BEGIN, END, FINISH, GOOD, PLAN, edit, script

DEAL = ModelConfig("claude-opus-5-5", "medium", Price(4.0, 5.0, 0.2, 20.0))
BROKEN = ("create_file", {"path": "new.py", "text": "def f(:\n"})
READ = ("read_file", {"path": "greeting.py"})


class Writing:
    """A run that is ready to write, and how it stands."""

    def __init__(self, run, state):
        self.run = run
        run.keep(state)

    def finish(self):
        asyncio.run(write_change(self.run, self.run.state))
        return self.state.finish_call.finish

    @property
    def state(self):
        return self.run.state


@pytest.fixture
def write(place):
    """A run that is ready to write, and the double that plays the model: write(turns, caps...)."""

    @contextmanager
    def make(*turns, config=None, **caps):
        double = (
            turns[0]
            if isinstance(turns[0], ClaudeDouble)
            else ClaudeDouble(about_anything(script(*turns)), pace=0)
        )
        with serve_claude(double) as url:
            model = ClaudeClient("any", DEAL, base_url=url)
            run = UnrecordedRun(
                replace(place.ports, model=model), Console(quiet=True), RunKey("here#0/1")
            )
            state = RunState(
                run.key,
                place.asking(place.issue()),
                config=config or RepoConfig(),
                caps=Caps(**caps),
                issue=Issue(1, "Greet", "It shouts.", "ada"),
                tree=place.tree(),
                retrieval=Retrieval(symbols=(SearchHit("greeting.py", 1.0, name="greet"),)),
            )
            yield Writing(run, state), double

    return make


def about_anything(play):
    return play.model_copy(update={"about": ""})


def done(writing):
    return writing.finish()


def given_up(writing):
    with pytest.raises(GaveUp) as gave_up:
        done(writing)
    return str(gave_up.value)


def answers(double):
    """What the tools answered in the newest request."""
    return str(double.requests[-1].body["messages"])


def test_the_work_is_what_was_edited(write):
    """A plan, an edit, a finish: the patch, the words, the cost."""
    with write(*BEGIN, [GOOD], END) as (writing, double):
        finish = done(writing)

        assert "Greet quietly" == finish.title
        assert {
            "greeting.py": 'def greet(name):\n    return "Hello, " + name\n'
        } == writing.state.patch.files
        assert (4, 4) == (writing.state.turns, len(double.requests))
        assert writing.state.usage.usd > 0


def test_a_finish_without_edits_tells_why(write):
    """Nothing is checked and nothing pushed: the model's reason is what people read, and it calls
    nobody.
    """
    sorry = ("finish", FINISH | {"summary": "It is quiet already, @eve."})
    with write(*BEGIN, [sorry]) as (writing, _):
        assert "I found nothing to change. It is quiet already, `@eve`." == given_up(writing)


def test_edits_that_were_undone_are_no_work(write):
    """The file is as it was: there is nothing to push."""
    with write(*BEGIN, [GOOD], [edit('"Hello, "', '"Hello "')], END) as (writing, _):
        assert given_up(writing)
        assert {} == writing.state.patch.files


def test_the_gates_refuse_four_times_and_no_more(write):
    """Each time the finding goes back as the answer to finish; then the run ends with the last one."""
    with write(*BEGIN, [BROKEN], END, END, END, END) as (writing, double):
        told = given_up(writing)

        assert "refused the change 4 times" in told
        assert "new.py" in told
        assert "new.py:1 [syntax]" in answers(double)
        assert 3 + 4 == len(double.requests)


def test_what_the_gates_refuse_can_be_mended(write):
    """The model reads the finding and mends it in the same conversation."""
    with write(
        *BEGIN, [BROKEN], END, [edit("def f(:", "def f():\n    return 1", "new.py")], END
    ) as (
        writing,
        _,
    ):
        done(writing)

        assert "def f():\n    return 1\n" == writing.state.patch.files["new.py"]


def test_the_same_call_with_the_same_answer_is_a_loop(write):
    """Said to the model at the fourth time; the eighth ends the run."""
    listing = [("list_dir", {})] * 4
    with write(BEGIN[0], listing, [("list_dir", {"path": ""})], turns=3) as (writing, double):
        given_up(writing)

        assert "You made this very call 4 times" in answers(double)
    with write(BEGIN[0], listing * 2) as (writing, _):
        assert "in circles: it called `list_dir` over and over" in given_up(writing)


def test_reading_a_file_after_each_edit_is_no_loop(write):
    """The call is the same, what it answers is not: the work goes on."""
    steps = [(edit(f'"{old} "', f'"{old + 1} "'), READ) for old in range(10)]
    turn = [edit('"Hello "', '"0 "'), *(call for pair in steps for call in pair)]
    with write(*BEGIN, turn, END) as (writing, double):
        done(writing)

        assert '"10 "' in writing.state.patch.files["greeting.py"]
        assert "this very call" not in answers(double)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("refusal", "Claude declined the request."),
        ("model_context_window_exceeded", "longer than Claude can read"),
    ],
)
def test_a_model_that_will_not_or_cannot_ends_the_run(write, reason, words):
    """In words that people can act on; nothing is asked again."""
    double = ClaudeDouble(
        about_anything(script(*BEGIN, [GOOD], END)), {1: EarlyStop(reason)}, pace=0
    )
    with write(double) as (writing, _):
        assert words in given_up(writing)
        assert 2 == len(double.requests)


@pytest.mark.parametrize(
    ("caps", "asked", "words"),
    [
        ({"turns": 3}, 3, "limit of 3 turns"),
        ({"minutes": 0}, 0, "limit of 0 minutes"),
        ({"usd": 0.001}, 0, "less than $0.01 for one run is too small for even one turn"),
        ({"usd": 0.0}, 0, "too small for even one turn"),
    ],
)
def test_a_cap_is_kept_before_the_call(write, caps, asked, words):
    """Turns, minutes, dollars: what would pass the cap is not begun."""
    with write(*BEGIN, [GOOD], END, **caps) as (writing, double):
        assert words in given_up(writing)
        assert asked == len(double.requests)


def test_a_question_ends_the_writing(write):
    """Whatever else the turn holds: nothing of it is pushed."""
    plan = {"summary": "Unsure.", "files": [], "questions": ["Which?", "When?"]}
    with write(BEGIN[0], [("submit_plan", plan), GOOD, ("finish", FINISH)]) as (writing, _):
        with pytest.raises(Asks) as asked:
            done(writing)

        assert ("Which?", "When?") == asked.value.outcome.questions


def test_what_the_repository_protects_is_kept(write):
    """Its own globs count like ours, when a file is edited."""
    plan = ("submit_plan", PLAN | {"files": [{"path": "notes.txt", "change": "the word"}]})
    notes = ("create_file", {"path": "notes.txt", "text": "Hello\n"})
    play = script(BEGIN[0], [plan], [GOOD, notes], END, refused=("edit_file",))
    double = ClaudeDouble(about_anything(play), pace=0)
    with write(double, config=RepoConfig(protected=("*.py",))) as (writing, _):
        done(writing)

        assert ["notes.txt"] == list(writing.state.patch.files)
        assert "the repository protects `*.py`" in answers(double)


def test_finish_need_not_be_said_again(write):
    """After a finding, an empty `finish` has the words of the one before."""
    mend = edit("def f(:", "def f():\n    return 1", "new.py")
    with write(*BEGIN, [BROKEN], END, [mend], [("finish", {})]) as (writing, double):
        assert "Greet quietly" == done(writing).title
        assert "`finish` keeps what you gave it" in answers(double)


def test_two_finishes_in_a_turn_do_not_break_the_conversation(write):
    """Every call comes back answered, so the API takes the next turn; the script's own check would
    fail otherwise.
    """
    twice = [BROKEN, ("finish", FINISH), ("finish", FINISH)]
    untwice = [("delete_file", {"path": "new.py"}), GOOD]
    play = about_anything(script(*BEGIN, twice, untwice, END))
    with write(ClaudeDouble(play, pace=0)) as (writing, _):
        assert "Greet quietly" == done(writing).title
