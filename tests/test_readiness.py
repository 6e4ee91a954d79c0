"""Whether the bot is ready: GitHub and Claude are asked, and neither is paid for it."""

import asyncio
import logging

import pytest

from bot.assembly import build_github, build_health, build_readiness
from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from bot.settings import Settings, load_settings
from bot.web.probes import fetch_words
from tests.adapters.dbos.engine_stage import durable
from tests.stage import forged, settings_for

pytestmark = pytest.mark.served

PATIENCE_S = 60  # Claude's library is imported at the first question
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def ask(tmp_path, checked):
    """Asks whether a bot with these settings is ready, so many times."""
    double = ClaudeDouble(Script(turns=()), key="the-double-takes-any")
    with forged(tmp_path, checked) as (_, keys, url), serve_claude(double) as claude:

        def fetch(times=1, **more):
            given = settings_for(keys, url, claude, tmp_path / "bot") | more
            settings = load_settings(Settings, **given)
            probes = build_readiness(settings, build_github(settings))
            return [asyncio.run(fetch_words(probes, PATIENCE_S)) for _ in range(times)]

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
    well = asyncio.run(fetch_words(build_health(settings, engine), PATIENCE_S))
    engine.close()
    closed = asyncio.run(fetch_words(build_health(settings, engine), PATIENCE_S))

    assert {"process": "ok", "database": "ok", "disk": "ok"} == well
    assert {"process": "does not work", "database": "ok", "disk": "ok"} == closed


class Keys:
    """Keys of an App that nobody asks for."""

    id = 1
    private_key = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----"
    webhook_secret = "a secret of the test's own"
