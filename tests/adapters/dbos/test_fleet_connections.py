"""The connections to a shared record: what does not answer is found out, and what comes back used."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.fleet_member import FleetMember
from bot.adapters.dbos.postgres import PostgresRecord
from tests.adapters.dbos.engine_stage import eventually, make_listener
from tests.adapters.dbos.fleet_stage import LIMITS, QUICK
from tests.tcp_proxy import open_wire


def test_who_is_not_answered_asks_on_another_connection(database_url):
    """A proxy between may take what is sent, and pass nothing on, which TCP does not find out."""
    with open_wire(database_url) as (wire, url):
        record = PostgresRecord(url)
        member = FleetMember(record, [], 4, LIMITS, Fence(), replace(QUICK, answer_s=0.5))
        member.join()
        member.begin(make_listener())
        wire.swallow()
        time.sleep(1.0)
        heard_at = member.fence._heard_at
        eventually(lambda: member.fence._heard_at > heard_at, expected=True)
        member.leave()

        assert member.fence._heard_at > heard_at


def test_a_statement_is_not_waited_for_for_ever(database_url):
    """Its connection is closed, so that nobody takes a late answer for another's."""
    with open_wire(database_url) as (wire, url):
        record = PostgresRecord(url)
        with closing(record.connect(0.3)) as connection:
            wire.swallow()
            with pytest.raises(psycopg.OperationalError, match="has not answered"):
                connection.execute("select 1")

            assert connection.closed


def test_runs_have_the_database_back_when_it_is(database_url):
    """They ask for it twice a second, however long it is away; when the process ends, no more."""
    with open_wire(database_url) as (wire, url), ThreadPoolExecutor() as threads:
        record = PostgresRecord(url)
        own = record.open()
        runs = record.open_for_runs(own)
        wire.cut()
        with pytest.raises(OperationalError):
            own.connect()
        asking = threads.submit(runs.connect)
        time.sleep(2.5)
        assert not asking.done()
        wire.mend()
        asking.result(timeout=20).close()

        runs.dispose()
        wire.cut()
        asking = threads.submit(runs.connect)
        record.stop_waiting()
        with pytest.raises(OperationalError):
            asking.result(timeout=20)


def test_a_peer_that_is_gone_is_found_out_in_seconds(database_url):
    """By the server too, and also where a process is frozen in a transaction: it may hold a lock."""
    with closing(PostgresRecord(database_url).connect()) as connection:
        names = ("idle_in_transaction_session_timeout", "tcp_keepalives_idle", "tcp_user_timeout")
        shown = [connection.execute(f"show {name}").fetchone()[0] for name in names]
        used = connection.info.get_parameters()

    assert ["5s", "4", "10000"] == shown
    assert ("4", "10000") == (used["keepalives_idle"], used["tcp_user_timeout"])


def test_a_record_that_takes_no_beat_wakes_nobody(member, record, caplog):
    """As after a backup of an older version was restored: it is tried again twice a second."""
    record.execute("alter table greenlit.record_version rename to gone")
    woken = []
    member.begin(make_listener(on_signal=woken.append))
    eventually(lambda: "is away" in caplog.text, expected=True)
    early = list(woken)
    record.execute("alter table greenlit.gone rename to record_version")

    assert [""] == eventually(lambda: woken, [""])
    assert [] == early
    member.leave()
