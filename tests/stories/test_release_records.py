"""Runs that an earlier release left waiting go on under this one.

`make records` writes the files, once for a release; they are never written anew for a change of the
code. Where this test turns red, runs that wait while an operator upgrades would be lost: change a
story only behind what it had done by then, or give the new one a new name.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

import pytest

from bot.adapters.dbos.run_inbox import INBOX
from bot.adapters.dbos.sqlite import SqliteRecord
from bot.assembly import build_engine, build_github
from bot.run import SignalRun
from bot.settings import Settings
from bot.values import RunKey, Signal, Subject
from tests.adapters.dbos.engine_stage import eventually
from tests.stage import REPO, forged, settings_for
from tests.stories.release_records import (
    FOLDER,
    put_into_record,
    read_first_release,
    read_records,
)

STOPPABLE = ("solve_issue", "work_on_pull", "update_branch")


@contextmanager
def upgraded(home, runs):
    """This release's bot over the record of another one."""
    with forged(home, lambda app: app) as (forge, keys, url):
        for _ in range(9):
            forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        settings = Settings.model_validate(settings_for(keys, url, url, home / "bot"))
        settings.home.mkdir()
        SqliteRecord(settings.home).migrate()
        put_into_record(settings.home, runs)
        engine = build_engine(settings, build_github(settings))
        engine.launch()
        yield engine
        engine.close()


def comes_back(engine, run):
    """Whether it comes back to where it waited. What has ended has not."""

    def is_there():
        waits = engine._dbos._sys_db.notifications_map.get(f"{run.key}::{INBOX}")
        return "waits" if waits is not None else engine.run(RunKey(run.key)).state

    eventually(lambda: is_there() in ("running", "queued"), expected=False, patience_s=20)
    return is_there() == "waits"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json.gz")), ids=lambda path: path.stem)
def test_what_waits_during_an_upgrade_goes_on(tmp_path, path):
    """Each run is replayed to its wait, without a step that its record does not know; what people
    say then ends it as it should.
    """
    runs = read_records(path)
    runs.append(read_first_release(runs[0]))
    with upgraded(tmp_path, runs) as engine:
        lost = [run for run in runs if not comes_back(engine, run)]
        assert [] == [(run.wait, engine.run(RunKey(run.key)).outcome) for run in lost]
        stoppable = [run for run in runs if run.story in STOPPABLE]
        for run in stoppable:
            subject = Subject(run.key.rpartition("/")[0])
            asyncio.run(engine.signal(SignalRun(subject, Signal("stop", by="ada"))))
        states = {run.wait: end(engine, run) for run in stoppable}

    assert dict.fromkeys(states, "stopped") == states


def end(engine, run):
    """How the run ends."""
    eventually(lambda: engine.run(RunKey(run.key)).state, "stopped", 20)
    return engine.run(RunKey(run.key)).state
