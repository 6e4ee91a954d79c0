"""The tests of processes that share a record on a PostgreSQL."""

import io
import os
import signal
import time

import psycopg
import pytest
from rich.console import Console

from bot.adapters.dbos.fleet_timing import FleetTiming
from bot.cli.runs import retry_run
from bot.settings import ServerSettings
from tests.adapters.dbos.engine_stage import eventually, lines, peak
from tests.adapters.dbos.engine_stories import tell_of_task
from tests.adapters.dbos.outage import staged_outage
from tests.tcp_proxy import open_wire

# A fifth of what an operator has, so that a test need not wait for ten seconds.
QUICK = FleetTiming(beat_s=0.2, fence_after_s=0.8, dead_after_s=1.5, take_s=0.05, stray_after_s=1.0)


def ask(database_url, query, *values):
    """Ask the record itself."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        return connection.execute(query, values).fetchall()


@pytest.fixture
def who_has(database_url):
    """Tells which of some processes runs a run, and which do not."""

    def find(processes, key):
        query = "select executor_id from dbos.workflow_status where workflow_uuid = %s"
        name = ask(database_url, query, key)[0][0]
        return sorted(processes, key=lambda process: process.ask("name") != name)

    return find


def test_a_run_is_done_by_who_has_room(fleet, diary):
    """What one process was asked to start is done, and any can tell how it ended."""
    first, second = fleet(timing=QUICK), fleet(timing=QUICK)
    first.start("three", "k", diary=str(diary))

    assert "done" == eventually(lambda: second.ask("state", "k"), "done")
    assert ["a", "b began", "b ended", "c"] == lines(diary)


def test_runs_of_a_dead_process_go_on_elsewhere(fleet, diary, who_has):
    """Killed in the middle of a step: another process repeats that step, and nothing before it."""
    processes = [fleet(timing=QUICK), fleet(timing=QUICK)]
    processes[0].start("three", "k", diary=str(diary), seconds=1.5)
    eventually(lambda: lines(diary), ["a", "b began"])
    busy, idle = who_has(processes, "k")
    busy.kill()
    killed_at = time.monotonic()

    assert "done" == eventually(lambda: idle.ask("state", "k"), "done")
    assert time.monotonic() - killed_at < 10
    assert ["a", "b began", "b began", "b ended", "c"] == lines(diary)


def test_a_process_that_ends_hands_its_runs_over_at_once(fleet, diary, who_has):
    """Nobody waits until it would be taken for dead."""
    slow = FleetTiming(dead_after_s=600, fence_after_s=500)
    processes = [fleet(timing=slow), fleet(timing=slow)]
    processes[0].start("listen", subject="o/r#7", diary=str(diary), seconds=600)
    eventually(lambda: lines(diary), ["a"])
    busy, idle = who_has(processes, "o/r#7/1")
    busy.ask("close")

    assert idle.ask("tell", "o/r#7", "go")
    assert ["a", "go"] == eventually(lambda: lines(diary), ["a", "go"])


def test_the_runs_of_a_repository_go_to_who_has_its_mirror(fleet, diary, who_has):
    """While it lives; then to another one, which keeps them."""
    processes = [fleet(timing=QUICK) for _ in range(2)]
    for number in range(1, 5):
        key = f"o/r#{number}/1"
        processes[number % 2].start("slotted", key, diary=str(diary), seconds=0.0, repo="o/r")
        assert "done" == eventually(lambda key=key: processes[0].ask("state", key), "done")
    owners = [who_has(processes, f"o/r#{number}/1")[0] for number in range(1, 5)]
    assert 1 == len(set(map(id, owners)))

    owners[0].kill()
    [other] = [process for process in processes if process is not owners[0]]
    other.start("slotted", "o/r#5/1", diary=str(diary), seconds=0.0, repo="o/r")
    assert "done" == eventually(lambda: other.ask("state", "o/r#5/1"), "done")


def test_a_signal_reaches_a_run_of_another_process(fleet, diary, who_has):
    """Whoever GitHub told hands it on."""
    processes = [fleet(timing=QUICK), fleet(timing=QUICK)]
    processes[0].start("listen", diary=str(diary), subject="o/r#7", seconds=600)
    eventually(lambda: lines(diary), ["a"])
    _busy, idle = who_has(processes, "o/r#7/1")

    assert idle.ask("tell", "o/r#7", "hello")
    assert ["a", "hello"] == eventually(lambda: lines(diary), ["a", "hello"])


def test_slots_hold_across_processes(fleet, diary):
    """One run at a time in a repository and two in all, whichever process they are in, and all come
    to their turn.
    """
    caps = {"slots": 3, "slots_per_repository": 1, "slots_in_all": 2}
    processes = [fleet(timing=QUICK, **caps) for _ in range(2)]
    for number in range(6):
        repo = f"o/r{number % 3}"
        processes[number % 2].start(
            "slotted", f"{repo}#{number}/1", diary=str(diary), seconds=0.2, repo=repo
        )
    assert 12 == eventually(lambda: len(lines(diary)), 12)  # each works twice
    assert [1, 1, 1] == [peak(diary, f"o/r{number}") for number in range(3)]
    assert 2 == peak(diary)


def test_a_process_that_was_frozen_writes_nothing_more(fleet, diary, who_has):
    """While it was, its run went on elsewhere: it records nothing, and ends."""
    processes = [fleet(timing=QUICK), fleet(timing=QUICK)]
    processes[0].start("three", "k", diary=str(diary), seconds=1.0)
    eventually(lambda: lines(diary), ["a", "b began"])
    frozen, other = who_has(processes, "k")
    os.kill(frozen.process.pid, signal.SIGSTOP)
    assert "done" == eventually(lambda: other.ask("state", "k"), "done")
    os.kill(frozen.process.pid, signal.SIGCONT)
    frozen.process.join(30)

    assert frozen.process.exitcode is not None
    assert 1 == lines(diary).count("c")


def test_a_run_that_kills_three_processes_is_set_aside(fleet, diary, database_url):
    """In a row at the same step; what only waited meanwhile lives on."""
    processes = [fleet(timing=QUICK) for _ in range(4)]
    processes[0].start("listen", subject="o/r#8", diary=str(diary), seconds=600)
    eventually(lambda: lines(diary), ["a"])
    processes[0].start("deadly", "k", diary=str(diary))
    eventually(lambda: sum(process.process.is_alive() for process in processes), 1)
    [last] = [process for process in processes if process.process.is_alive()]

    assert "failed" == eventually(lambda: last.ask("state", "k"), "failed")
    assert 3 == lines(diary).count("dies")
    assert last.ask("tell", "o/r#8", "go")
    assert "go" == eventually(lambda: lines(diary)[-1], "go")
    # An operator brings it back, and it does what it did.
    assert 0 == retry(database_url, "k")
    last.process.join(30)
    assert 4 == lines(diary).count("dies")
    assert 1 == retry(database_url, "k")
    assert 1 == retry(database_url, "nothing#1/1")


def test_a_run_that_is_set_aside_again_is_told_of_again(fleet, diary, database_url):
    """An operator brought it back in between; once for each time, however often it is found."""
    door = fleet(timing=QUICK, slots=0, tell_set_aside=tell_of_task)
    door.start("three", "k", diary=str(diary))

    def set_aside(at):
        status = "set status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED', completed_at = %s"
        ask(
            database_url,
            f"update dbos.workflow_status {status} where workflow_uuid = 'k' returning 1",
            at,
        )
        insert = "insert into greenlit.deaths (run, deaths, steps) values ('k', 3, 0) returning 1"
        ask(database_url, insert)
        return eventually(lambda: ask(database_url, "select 1 from greenlit.deaths"), [])

    assert [] == set_aside(1)
    assert [] == set_aside(2)
    told = "select workflow_uuid from dbos.workflow_status where workflow_uuid <> 'k' order by 1"
    assert [("told k:1",), ("told k:2",)] == ask(database_url, told)


def retry(database_url, key):
    """What `greenlit runs retry KEY` ends with."""
    console, settings = Console(file=io.StringIO()), ServerSettings(database_url=database_url)
    return retry_run(console, settings, key)


def test_while_the_database_is_away_all_wait_and_the_door_refuses(tmp_path, database_url):
    """What GitHub delivers meanwhile it is to deliver again. What worked has done nothing twice."""
    with (
        open_wire(database_url) as (wire, url),
        staged_outage(tmp_path, url, 1, QUICK) as outage,
    ):
        outage.begin(2, work_s=1.0)
        wire.cut()
        outage.outlast(5.0)
        wire.mend()
        outage.go_on(2)

        assert {503} == set(outage.answers)
        assert 5 == len(outage.ends)
        assert outage.workers[0].process.is_alive()
        assert ["a", "b began", "b ended", "c"] == outage.lines("works1")
        assert ["a", "go"] == outage.lines("waits1")


def test_processes_that_lost_the_database_together_live_on(fleet, diary, database_url):
    """It was away for longer than it takes to be dead: the first to come back waits for the rest."""
    with open_wire(database_url) as (wire, url):
        processes = [fleet(database_url=url, timing=QUICK) for _ in range(3)]
        processes[0].start("three", "k", diary=str(diary), seconds=1.0)
        eventually(lambda: "b began" in lines(diary), expected=True)
        wire.cut()
        time.sleep(2 * QUICK.dead_after_s)
        wire.mend()

        assert "done" == eventually(lambda: processes[0].ask("state", "k"), "done")
        time.sleep(QUICK.dead_after_s)
        assert [True] * 3 == [process.process.is_alive() for process in processes]


def test_a_run_that_its_process_lost_is_begun_anew(fleet, diary, database_url):
    """Taken, and then not begun, or not written down, for want of the database."""
    door = fleet(timing=QUICK, slots=0)
    door.start("three", "k", diary=str(diary))
    take = (
        "update dbos.workflow_status set status = 'PENDING', executor_id = %s "
        "where workflow_uuid = 'k' returning 1"
    )
    ask(database_url, take, "nobody")
    worker = fleet(timing=QUICK)
    ask(database_url, take, worker.ask("name"))

    assert "done" == eventually(lambda: worker.ask("state", "k"), "done")
