"""What monitors are told of the bot: whether GitHub and Claude answer, and its numbers."""

import asyncio
import logging

import pytest
from starlette.testclient import TestClient

from bot.assembly import build_github, build_metrics
from bot.cli.monitoring import build_metrics_page, build_own_probes, build_service_probes
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import Settings, load_settings
from bot.web.door import create_monitor
from bot.web.probe_pages import MonitorPages, ProbePages
from bot.web.probes import Probe, ProbeAnswer, fetch_answers
from tests.adapters.dbos.engine_stage import durable
from tests.metric_samples import samples
from tests.stage import forged, settings_for

pytestmark = pytest.mark.served

PATIENCE_S = 60  # Claude's library is imported at the first question
NOWHERE = "http://127.0.0.1:9"


def fetch_words(probes):
    """How each part does, in a word."""
    answers = asyncio.run(fetch_answers(probes, PATIENCE_S))
    return {name: answer.word for name, answer in answers.items()}


@pytest.fixture
def ask(tmp_path, checked):
    """Asks whether a bot with these settings is ready, so many times."""
    double = ClaudeDouble(Script(turns=()), key="the-double-takes-any")
    with forged(tmp_path, checked) as (_, keys, url), serve_claude(double) as claude:

        def fetch(times=1, **more):
            given = settings_for(keys, url, claude, tmp_path / "bot") | more
            settings = load_settings(Settings, **given)
            probes = build_service_probes(settings, build_github(settings))
            return [fetch_words(probes) for _ in range(times)]

        yield fetch
    assert [] == double.requests


def test_it_is_ready_when_both_answer(ask):
    """However often it is asked, no turn of the model is."""
    assert [{"github": "ok", "claude": "ok"}] * 3 == ask(3)


def test_who_refuses_the_bot_or_is_away_is_named(ask, caplog):
    """The reason is for the log: it may name what strangers need not know."""
    caplog.set_level(logging.WARNING, "bot")

    assert [{"github": "cannot be reached", "claude": "refuses the bot"}] == ask(
        anthropic_api_key="wrong", github_api_url=NOWHERE
    )
    assert "GREENLIT_ANTHROPIC_API_KEY" in caplog.text


def test_the_bot_itself_is_well_while_its_engine_runs(tmp_path):
    """And not when it was closed."""
    engine = durable(tmp_path)
    engine.launch()
    settings = load_settings(Settings, **settings_for(Keys(), NOWHERE, NOWHERE, tmp_path))
    well = fetch_words(build_own_probes(settings, engine))
    engine.close()
    closed = fetch_words(build_own_probes(settings, engine))

    assert {"process": "ok", "database": "ok", "disk": "ok"} == well
    assert {"process": "does not work", "database": "ok", "disk": "ok"} == closed


def test_numbers_are_read_of_the_engine_and_not_of_a_record_that_is_away(tmp_path):
    """A monitor is answered all the same."""
    engine = durable(tmp_path)
    engine.launch()
    broken = Probe("database", lambda: ProbeAnswer("does not work"), 60)
    texts = []
    for probe in (broken, Probe("database", ProbeAnswer, 60)):
        page = build_metrics_page(build_metrics(), engine, [probe])
        answer = TestClient(create_monitor(MonitorPages(ProbePages(), page))).get("/metrics")
        texts.append(samples(answer.content))
    engine.close()

    assert [0, 1] == [text['greenlit_part_works{part="database"}'] for text in texts]
    assert [4, 4] == [text["greenlit_slots"] for text in texts]
    assert [None, 0] == [text.get("greenlit_queue_runs") for text in texts]
    assert 0 == texts[0]['greenlit_runs_ended_total{outcome="failed",story="solve_issue"}']


class Keys:
    """Keys of an App that nobody asks for."""

    id = 1
    private_key = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----"
    webhook_secret = "a secret of the test's own"
