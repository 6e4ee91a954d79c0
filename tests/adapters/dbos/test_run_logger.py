"""The operator's log of a run: a line for each thing that happens, once, whatever crashes."""

import logging

import pytest

from bot.adapters.dbos.run_logger import RunLogger
from bot.ports import NoMetrics
from tests.adapters.dbos.engine_stage import ended, eventually, lines, start
from tests.adapters.dbos.engine_stories import broken, changes, faltering, refused

pytestmark = pytest.mark.served

ALL = [
    '@ada asked with the label autogen: "Greet"',
    "planned 0 files: Greet in lower case.",
    "pushed ccccccc to None, 0 files",
    "ended: gave up ($0.00, 0 turns): it was too hard",
]


def logged(caplog):
    """What was logged of runs: level and line."""
    return [
        (record.levelname, record.getMessage())
        for record in caplog.records
        if record.name == "bot.run"
    ]


def test_each_thing_that_happens_to_a_run_is_one_line(engine, diary, caplog):
    """In the order in which it happened; programs find each by its word."""
    caplog.set_level(logging.INFO, "bot")
    ended(engine, start(engine, changes, diary))
    records = [record for record in caplog.records if record.name == "bot.run"]

    assert [("INFO", line) for line in ALL] == logged(caplog)
    assert ["asked", "planned", "pushed", "ended"] == [record.event for record in records]


def test_a_wait_for_a_port_is_a_warning(engine, diary, caplog):
    """With what was done, how long it waits and why; programs find the step."""
    caplog.set_level(logging.INFO, "bot")
    ended(engine, start(engine, faltering, diary, times=1))
    [(level, line)] = logged(caplog)[:1]
    record = next(record for record in caplog.records if record.name == "bot.run")

    assert "WARNING" == level
    assert line.startswith("falter failed; tries again in 0.0")
    assert line.endswith("s: GitHub answered 502")
    assert {"step": "falter"} == record.details


def test_a_step_that_is_tried_again_is_named_in_words(caplog):
    """Its name in the record is not for people."""
    logger = RunLogger(NoMetrics())
    logger.note_step(is_done_now=True)
    logger.log_retry("ask_model", "again in 5 s: Claude answered 529")

    assert [
        ("WARNING", "talking to the model failed; tries again in 5 s: Claude answered 529")
    ] == logged(caplog)


def test_what_failed_is_an_error_and_what_was_refused_is_none(engine, diary, caplog):
    """The traceback of a bug goes to the log, too."""
    caplog.set_level(logging.INFO, "bot")
    ended(engine, start(engine, broken, diary, key="b"))
    ended(engine, start(engine, refused, diary, key="r"))

    assert ["ERROR", "INFO"] == [level for level, _ in logged(caplog)]
    assert "Traceback (most recent call last)" in caplog.text


@pytest.mark.parametrize("killed_in", ["a began", "b began"])
def test_a_replay_after_a_crash_logs_nothing_again(killable, diary, tmp_path, killed_in):
    """Also when the process was killed in the very first step."""
    first = killable()
    key = first.start("changes", subject="o/r#7", diary=str(diary), seconds=1.0)
    eventually(lambda: lines(diary)[-1:], [killed_in])
    first.kill()
    second = killable()
    eventually(lambda: second.ask("state", key), "gave up")
    second.ask("close")
    written = (tmp_path / "stderr").read_text().splitlines()

    assert ALL == [line.partition("o/r#7/1 ")[2] for line in written]
