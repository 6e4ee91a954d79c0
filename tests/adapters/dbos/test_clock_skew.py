"""Processes on machines whose clocks are five minutes off: one time, and waits that go on."""

import time

from tests.adapters.dbos.engine_stage import eventually, lines
from tests.adapters.dbos.fleet_stage import QUICK

SKEW_S = 300
FIND_DEADLINES = "select 1 from dbos.operation_outputs where function_name = 'DBOS.sleep'"
# As a machine writes it down whose clock is so far off.
MOVE_DEADLINE = """
update dbos.operation_outputs set output = (output::float + %s)::text
where function_name = 'DBOS.sleep' and workflow_uuid = %s
"""


def test_wrong_clocks_tell_the_records_time(fleet):
    """One machine's is five minutes ahead, another's behind; nobody takes either for dead."""
    members = [fleet(timing=QUICK, ahead_s=ahead_s) for ahead_s in (SKEW_S, -SKEW_S)]
    time.sleep(2 * QUICK.dead_after_s)

    assert [True, True] == [abs(member.ask("time") - time.time()) < 5 for member in members]
    assert [True, True] == [member.process.is_alive() for member in members]


def test_a_wait_that_a_wrong_clock_began_is_taken_over(fleet, diary, record):
    """Its deadline is off by as much and no more: one wait ends early, as when its time was over,
    and the other hears what it is told for as long as it goes on.
    """
    busy = fleet(timing=QUICK, ahead_s=SKEW_S)
    busy.start("listen", subject="o/r#1", diary=str(diary), seconds=SKEW_S)
    busy.start("listen", subject="o/r#2", diary=str(diary), seconds=30)
    eventually(lambda: len(record.execute(FIND_DEADLINES).fetchall()), 2)
    record.execute(MOVE_DEADLINE, [-SKEW_S, "o/r#1/1"])
    record.execute(MOVE_DEADLINE, [SKEW_S, "o/r#2/1"])
    idle = fleet(timing=QUICK, ahead_s=-SKEW_S)
    busy.kill()

    assert "done" == eventually(lambda: idle.ask("state", "o/r#1/1"), "done")
    assert idle.ask("tell", "o/r#2", "go")
    assert "done" == eventually(lambda: idle.ask("state", "o/r#2/1"), "done")
    assert ["a", "a", "nothing", "go"] == lines(diary)
