"""The tests of runs that wait: in a line, for a port that is down, and for what people say."""

import asyncio
import time

import pytest

from bot.adapters.dbos.slots import Slots, SlotTicket
from bot.adapters.dbos.wait_reports import WaitPolicy
from bot.run import step
from bot.values import RunReport, RunState, Waiting
from tests.adapters.dbos import engine_stories as stories
from tests.adapters.dbos.engine_stage import durable, ended, eventually, lines, start, tell


def began(diary):
    """The issues whose work began, in order."""
    keys = [line.split()[0] for line in lines(diary) if line.endswith("began")]
    return [int(key.removeprefix("o/r#").removesuffix("/1")) for key in keys]


@pytest.fixture
def told():
    """What people were told of waits, newest last."""
    return []


@pytest.fixture
def telling(tmp_path, told):
    """An engine with one slot that tells of waits after a moment."""

    @step("report")
    def report(ports, state: RunState) -> RunReport:
        told.append(state.waiting)
        return RunReport(1, "queued" if state.waiting else "at work")

    engine = durable(
        tmp_path / "home",
        slots=1,
        on_run_waits=report,
        wait_policy=WaitPolicy(first_s=0.2, again_s=0.2),
    )
    engine.launch()
    yield engine
    engine.close()


def test_who_asked_first_is_served_first(engine, diary):
    """Whatever order the runs come in, the line goes by the time of the asking."""
    start(engine, stories.queueing, diary, key="o/r#1/1", seconds=0.6, word="2026-01-01T00:00:00Z")
    eventually(lambda: began(diary), [1], 20)
    for number, at in ((2, "04"), (3, "02"), (4, "03"), (5, "03"), (11, "03")):
        word = f"2026-01-01T00:00:{at}Z"
        start(engine, stories.queueing, diary, key=f"o/r#{number}/1", word=word)
    for number in (2, 3, 4, 5, 11):
        ended(engine, f"o/r#{number}/1")

    assert [1, 3, 4, 5, 11, 2] == began(diary)


@pytest.mark.long
def test_the_line_is_the_same_after_a_crash(killable, diary):
    """The run that had the slot goes on first; the others follow in the order of the asking."""
    process = killable()
    for number in (1, 2, 3, 4):
        word, key = f"2026-01-01T00:00:0{number}Z", f"o/r#{number}/1"
        seconds = 1.5 if number == 1 else 0
        process.start("queueing", key=key, diary=str(diary), seconds=seconds, word=word)
        if number == 1:
            eventually(lambda: began(diary), [1], 20)
    time.sleep(0.5)
    process.kill()
    again = killable()
    for number in (1, 2, 3, 4):
        eventually(lambda key=f"o/r#{number}/1": again.ask("state", key), "done")

    assert [1, 1, 2, 3, 4] == began(diary)


def test_a_place_in_the_line_is_told_once_it_takes_a_while(telling, diary, told):
    """The run is told of with its place and whom it waits for; when it begins, that goes away."""
    start(telling, stories.queueing, diary, key="o/r#1/1", seconds=1.0, word="1")
    eventually(lambda: began(diary), [1], 20)
    start(telling, stories.queueing, diary, key="o/r#2/1", word="2")
    ended(telling, "o/r#2/1")

    assert [Waiting("slot", place=1, line_length=1, behind=("o/r#1/1",)), None] == told


def test_who_was_given_a_slot_is_not_told_to_wait():
    """A report that is due just as the slot is given does not name the run as its own obstacle."""

    async def take_turns():
        slots = Slots(1, 1)
        first, second = (SlotTicket("o/r", f"o/r#{number}/1") for number in (1, 2))
        await slots.enter(first)
        await slots.enter(second)
        waiting = slots.describe(second)
        slots.leave(first)
        return waiting.behind, slots.describe(second)

    assert (("o/r#1/1",), None) == asyncio.run(take_turns())


def test_a_slot_that_is_free_at_once_is_not_told(telling, diary, told):
    """Most runs wait for nothing, and nobody reads of a queue."""
    start(telling, stories.queueing, diary, key="o/r#1/1", seconds=0.5, word="1")
    ended(telling, "o/r#1/1")

    assert [] == told


def test_a_stop_is_heard_in_the_line(telling, diary):
    """A run that waits for a slot ends at once when it is told to."""
    start(telling, stories.queueing, diary, key="o/r#1/1", seconds=3, word="1")
    eventually(lambda: began(diary), [1], 20)
    start(telling, stories.queueing, diary, key="", subject="o/r#2", word="2")
    eventually(lambda: len(telling._runtime.slots._line), 1)
    asked = time.monotonic()
    tell(telling, "o/r#2", "enough")
    outcome = ended(telling, "o/r#2/1")

    assert ("stopped", "enough") == (outcome.state, outcome.text)
    assert time.monotonic() - asked < 1.5


def test_a_port_that_is_down_is_told_and_a_stop_is_heard(telling, diary, told):
    """The run is told of with who does not answer; the pause before the next try ends at a stop."""
    start(telling, stories.outage, diary, key="", subject="o/r#1", seconds=60)
    eventually(lambda: len(told), 1)
    asked = time.monotonic()
    tell(telling, "o/r#1", "enough")
    outcome = ended(telling, "o/r#1/1")

    assert ("service", "Claude") == (told[0].kind, told[0].service)
    assert told[0].since < told[0].next_try
    assert ("stopped", "enough") == (outcome.state, outcome.text)
    assert time.monotonic() - asked < 1.5


def test_an_outage_that_ends_is_told_no_more(telling, diary, told):
    """When the port answers again, people read that the run goes on."""
    start(telling, stories.outage, diary, key="k", seconds=0.6)
    ended(telling, "k")

    assert ["service", None] == [waiting and waiting.kind for waiting in told]


@pytest.mark.long
def test_a_signal_from_before_a_crash_is_heard_in_the_pause(killable, diary):
    """What was sent to a process that died is in the inbox of the next one."""
    process = killable()
    process.start("outage", subject="o/r#1", diary=str(diary), seconds=600)
    eventually(lambda: lines(diary), ["try"])
    process.kill()
    again = killable(most_replay_s=1)
    again.ask("tell", "o/r#1", "enough")

    assert "stopped" == eventually(lambda: again.ask("state", "o/r#1/1"), "stopped")


def test_places_count_those_who_wait_for_the_same(diary):
    """A full repository holds up its own runs only; the others wait for any slot."""

    async def describe():
        slots = Slots(2, 1)
        tickets = [
            SlotTicket(repo, f"{repo}#{number}/1", str(number))
            for number, repo in enumerate(("o/a", "o/b", "o/a", "o/c", "o/d"))
        ]
        free = [await slots.enter(ticket) for ticket in tickets]
        return free, [slots.describe(ticket) for ticket in tickets[2:]]

    free, waiting = asyncio.run(describe())

    assert [True, True, False, False, False] == free
    assert [
        Waiting("slot", place=1, line_length=1, behind=("o/a#0/1",)),
        Waiting("slot", place=1, line_length=2),
        Waiting("slot", place=2, line_length=2),
    ] == waiting


def test_an_owner_with_many_labels_lets_the_others_through():
    """Whoever has the fewest runs at work is next, though another asked long before."""

    async def serve():
        slots = Slots(2, 1)
        greedy = [SlotTicket(f"big/r{number}", f"big/r{number}#1/1", "1") for number in range(6)]
        late = [SlotTicket(f"small{number}/r", f"small{number}/r#1/1", "9") for number in (1, 2)]
        for ticket in (*greedy, *late):
            await slots.enter(ticket)
        served = []
        while working := [each for each in (*greedy, *late) if each.granted.is_set()]:
            served.append({ticket.owner for ticket in working})
            slots.leave(working[0])
        return served

    assert [{"big"}, {"big", "small1"}, {"small1", "small2"}] == asyncio.run(serve())[:3]
