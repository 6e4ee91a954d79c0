"""Webhooks that never arrived are delivered again: once, then at growing distances."""

from __future__ import annotations

import logging
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from bot.adapters.dbos.lost_deliveries import LostDeliveries, LostDelivery
from bot.adapters.dbos.record import open_record
from bot.adapters.github.github_app import GitHubApp
from bot.cli.missed_deliveries import MissedDeliveries
from bot.forge.claude_double import ClaudeDouble, serve_claude
from tests.adapters.github.scripted_github import Reply, listening
from tests.crash.forked_bot import name_variables, run_forked_bot
from tests.stage import REPO, forged, script, settings_for
from tests.tcp_proxy import open_wire

NOWHERE = "http://127.0.0.1:9/github"
LIST = ("GET", "/api/v3/app/hook/deliveries", 200)
MINUTE_S, HOUR_S = 60, 3600


class Looker:
    """A process that looks for what is lost, and whose clock the test sets."""

    def __init__(self, forge, keys, url, record):
        self.forge, self.keys, self.now = forge, keys, time.time()
        forge.apps.clock = self.tell
        key, api_url = keys.private_key, f"{url}/api/v3"
        hub = GitHubApp(keys.id, key, url, api_url, clock=self.tell, pause_between_writes_s=0)
        self.missed = MissedDeliveries(hub, LostDeliveries(record), self.tell)

    def tell(self):
        return self.now

    def look(self, later_s=5 * MINUTE_S):
        """Look some time later; how many attempts to deliver, and requests for the list, it made."""
        self.now += later_s
        attempts, lists = len(self.forge.list_deliveries()), self.count_lists()
        self.missed.look()
        assert self.forge.wait_until_idle(30)
        return len(self.forge.list_deliveries()) - attempts, self.count_lists() - lists

    def count_lists(self):
        return self.forge.list_requests().count(LIST)


@pytest.fixture
def looker(tmp_path, checked):
    """One that has its record for itself. Nobody hears the App's webhooks: its ping is lost."""
    record = open_record(tmp_path)
    record.migrate()
    with forged(tmp_path, checked) as (forge, keys, url):
        forge.set_webhook_url(keys, NOWHERE)
        assert forge.wait_until_idle(30)
        yield Looker(forge, keys, url, record)


def test_a_look_at_nothing_new_is_one_request(looker):
    """What was lost is asked for once; then nothing is, and looks come every five minutes."""
    assert (1, 1) == looker.look()
    assert (0, 0) == looker.look(4 * MINUTE_S)
    assert (0, 1) == looker.look(1 * MINUTE_S)
    assert (0, 1) == looker.look()


def test_what_fails_again_is_asked_for_at_growing_distances(looker, caplog):
    """After a quarter of an hour, then three times as long, six times in all; then it is told."""
    seen = [looker.look()[0]]
    for wait_min in (15, 45, 135, 405, 1215, 3645):
        seen.append(looker.look((wait_min - 5) * MINUTE_S)[0])
        seen.append(looker.look(5 * MINUTE_S)[0])

    assert [1, *[0, 1] * 5, 0, 0] == seen
    assert "ping of " in caplog.text
    assert 1 == caplog.text.count("is lost: it was asked for 6 times and never arrived")


def test_what_arrived_is_asked_for_no_more(looker):
    """Not even after a quarter of an hour, and though its first attempt is listed still."""
    with listening(lambda *_: Reply(202)) as url:
        looker.forge.set_webhook_url(looker.keys, f"{url}/github")
        assert looker.forge.wait_until_idle(30)
        first = looker.look()
    looker.forge.set_webhook_url(looker.keys, NOWHERE)
    assert looker.forge.wait_until_idle(30)

    assert (1, 1) == first
    assert (1, 1) == looker.look(HOUR_S)  # the ping of the second address


def test_a_rate_limit_is_waited_out(looker, caplog):
    """No request before GitHub listens again; the warning comes once."""
    looker.forge.faults.add("GET", "/app/hook/deliveries", "403-primary", wait_s=HOUR_S)

    assert (0, 0) == looker.look()
    assert (0, 0) == looker.look(59 * MINUTE_S)
    assert (1, 1) == looker.look(2 * MINUTE_S)
    assert 1 == caplog.text.count("missed deliveries cannot be asked for")


def test_what_github_cannot_deliver_again_is_told(looker, caplog):
    """It has forgotten one of them; the other is asked for all the same."""
    gone = LostDelivery("gone", 10**9, "issues.labeled", looker.now)
    looker.missed.memory.note_look([gone], frozenset(), 0, looker.now)

    assert (1, 1) == looker.look()
    assert 1 == caplog.text.count("is lost: ")
    assert (0, 1) == looker.look()


def test_a_start_looks_at_once(looker):
    """What nobody heard while the bot was down does not wait for five minutes."""
    looker.look()
    looker.forge.open_issue(REPO, "ada", "Greet", "It shouts.")
    assert looker.forge.wait_until_idle(30)
    again = MissedDeliveries(looker.missed.hub, looker.missed.memory, lambda: looker.now)
    again.look()
    assert looker.forge.wait_until_idle(30)

    assert "issues" == looker.forge.list_deliveries()[-1].event
    assert looker.forge.list_deliveries()[-1].redelivery


def test_a_database_that_is_away_costs_no_delivery(tmp_path, checked, database_url, caplog):
    """The door answers 503 meanwhile. Then one of several processes has GitHub deliver again, and
    the run starts once.
    """
    caplog.set_level(logging.INFO)
    with (
        forged(tmp_path, checked) as (forge, keys, url),
        serve_claude(ClaudeDouble(script(), pace=0)) as claude,
        open_wire(database_url) as (wire, through),
    ):
        settings = settings_for(
            keys, url, claude, tmp_path / "bot", port=0, page_port=0, database_url=through
        )
        with run_forked_bot(tmp_path, name_variables(settings), "door") as door:
            forge.set_webhook_url(keys, door.webhook_url)
            issue = forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
            assert forge.wait_until_idle(30)
            wire.cut()
            forge.add_label(REPO, issue, "autogen", "ada")
            assert forge.wait_until_idle(30)
            wire.mend()
            lookers = [Looker(forge, keys, url, open_record(tmp_path, through)) for _ in "abc"]
            for number, looker in enumerate(lookers):
                looker.now += 5 * MINUTE_S + number
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda looker: looker.missed.look(), lookers))
            assert forge.wait_until_idle(30)
            door.process.send_signal(signal.SIGKILL)  # its end would take seconds
    attempts = [
        (attempt.status, attempt.redelivery)
        for attempt in forge.list_deliveries()
        if (attempt.event, attempt.action) == ("issues", "labeled")
    ]
    assert [(503, False), (202, True)] == attempts
    with psycopg.connect(database_url) as record:
        runs = record.execute("select workflow_uuid from dbos.workflow_status").fetchall()
    assert 1 == len(runs)
    assert 1 == caplog.text.count("asked GitHub to deliver issues.labeled")
