"""A refactoring is compared with what the code did before, where inputs were recorded."""

import asyncio
from dataclasses import replace

from bot.run import to_json
from bot.steps.check_locally import LocalWork
from bot.stories.prove_same_behaviour import (
    keeps_behaviour,
    may_record,
    prove_same_behaviour,
    records_behaviour,
)
from bot.values import Branch, Brief, Issue, OpenFinish, ProjectChecks, PushedChange, Tree
from bot.values.behaviour import (
    BehaviourComparison,
    BehaviourDifference,
    BehaviourInput,
    RanLines,
    RecordedBehaviour,
)
from bot.views.behaviour_words import render_behaviour
from tests.gfm import GitHubPage
from tests.stories.test_replay import Replay
from tests.views.run_states import KEY, RED, REQUEST, WRITTEN, make_state

INPUTS = (
    BehaviourInput("python a.py", stdin="one\n"),
    BehaviourInput("python a.py b.csv", files={"b.csv": "1\n", "c.csv": ""}, source="README.md"),
)
RECORDED = RecordedBehaviour(INPUTS, (0, None), (RanLines("a.py", 9, (3,)), RanLines("z.py", 2)))
DIFFERS = BehaviourComparison(
    "p", 2, (BehaviourDifference(2, "output", "-a\n+b", "python a.py b.csv"),), (1,)
)
CALL = OpenFinish("c1", WRITTEN)
STATE = replace(
    make_state(),
    tree=Tree(REQUEST.repo, RED.sha, Branch("main")),
    project=ProjectChecks(),
    behaviour=RECORDED,
    open_finish=CALL,
)
REFACTORING = Issue(1, "Refactor `greet` into functions", "", "ada")
OTHER = Issue(1, "Greet in `greeting.py` without a comma", "", "ada")


def prove(state, *comparisons):
    """The state after the comparisons, which are in the record."""
    steps = []
    for comparison in comparisons:
        steps += [
            ("report", {"ok": {"comment": 1, "line": ""}}),
            ("compare_behaviour", {"ok": to_json(comparison)}),
        ]
    run = Replay(KEY, steps)
    state = asyncio.run(prove_same_behaviour(run, state))

    assert [] == run.steps
    return state


def render(state):
    """What the pull request says of it, paragraph by paragraph."""
    pushed = PushedChange(RED.sha, WRITTEN, ("a.py", "new.py"))
    return GitHubPage(render_behaviour(replace(state, pushed=pushed))).text


def test_what_differs_comes_back_twice():
    """Then it is delivered, and people are told."""
    state, rounds = STATE, []
    for _ in range(3):
        state = prove(replace(state, open_finish=CALL), DIFFERS)
        rounds.append(state.open_finish is None)

    assert [True, True, False] == rounds
    told = render(state)
    assert "Not the same output as before on 1 of 2 recorded inputs:" in told
    assert "python a.py b.csv, output:" in told
    assert "What varies from run to run by itself is left out, for 1 input." in told


def test_what_is_another_each_time_is_not_called_the_same():
    """It is said of how many inputs a whole text was left out, and where that leaves nothing."""
    some, every = BehaviourComparison("p", 2, varying=(1, 2), uncompared=(1,)), (1, 2)
    left_out = render(replace(STATE, comparison=some))
    nothing = render(replace(STATE, comparison=replace(some, uncompared=every)))

    assert "Same output as before on 2 recorded inputs" in left_out
    assert "for 2 inputs; of 1 that is the whole output, errors or a file." in left_out
    assert "did before: with each input it does something else each time" in nothing
    assert "Same output" not in nothing


def test_the_same_work_is_compared_once():
    """Where nothing was recorded, or nothing can run, nothing is compared."""
    work = LocalWork(STATE.base, STATE.patch, ProjectChecks(), "")
    compared = prove(STATE, BehaviourComparison(work.patch_id, 2))

    assert compared == prove(compared)
    assert CALL == compared.open_finish
    for state in (
        replace(STATE, behaviour=None),
        replace(STATE, project=None),
        replace(STATE, open_finish=None),
    ):
        assert state == prove(state)


def test_people_are_told_what_was_compared():
    """With all inputs, and how much of the changed files they run; else that nothing was."""
    same = replace(STATE, comparison=BehaviourComparison("p", 2))

    assert render(same) == (
        "Same output as before on 2 recorded inputs: exit status, output, errors, written files. "
        "They run 88 % of the lines of a.py as it was. The 2 recorded inputs "
        "python a.py with one as its input: exit status 0 "
        "python a.py b.csv, with files b.csv (1 line) and c.csv (empty), as README.md says: "
        "ended by the limit of time"
    )
    unmeasured = replace(same, behaviour=replace(RECORDED, ran=()))
    assert "How much of the changed code they run is not measured." in render(unmeasured)
    why = replace(same, comparison=BehaviourComparison("p", 2, why="It took too long."))
    assert render(why).endswith("does what it did before: It took too long.")
    unasked = replace(STATE, behaviour=None)
    assert "" == render(unasked)
    asked = replace(unasked, keeps_behaviour=True)
    assert render(asked).endswith("no inputs were recorded.")
    brief = replace(unasked, project=None, brief=Brief("refactoring"))
    assert render(brief).endswith("there is no sandbox here.")


def test_the_tool_is_offered_for_refactorings_and_requests_with_a_brief():
    """Where code can run, and on issues alone."""
    state = replace(STATE, brief=None, issue=REFACTORING)
    other = replace(STATE, brief=None, issue=OTHER)

    assert keeps_behaviour(state)
    assert may_record(state)
    assert not may_record(replace(state, project=None))
    assert not keeps_behaviour(replace(state, request=replace(REQUEST, command="test")))
    assert not keeps_behaviour(other)
    assert may_record(replace(other, brief=Brief("feature")))
    assert not records_behaviour(state)
    assert not records_behaviour(replace(state, start=None))
