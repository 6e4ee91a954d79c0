"""What `greenlit serve` says when it starts: what serves, for whom, with which limits, and where."""

import logging

import pytest

from bot.assembly import build_github
from bot.cli.start_notice import print_start
from bot.settings import Settings, load_settings
from tests.stage import forged, settings_for

pytestmark = pytest.mark.served

NOWHERE = "http://127.0.0.1:9"
ADDRESSES = {"webhooks": "http://127.0.0.1:8484/github", "runs": "http://127.0.0.1:8485/"}


@pytest.fixture
def start(tmp_path, checked, capsys):
    """Prints the block of a bot with these settings, and gives its lines."""
    with forged(tmp_path, checked) as (_, keys, url):

        def print_lines(*, works_on_runs=True, **more):
            given = settings_for(keys, url, NOWHERE, tmp_path / "bot") | more
            settings = load_settings(Settings, **given)
            hub = build_github(settings)
            print_start(settings, hub, ADDRESSES, works_on_runs=works_on_runs)
            return capsys.readouterr().out.splitlines()

        yield print_lines


def test_a_start_is_one_block(start, tmp_path):
    """Version, App, model, caps, whom it works for, and addresses."""
    title, *facts = start(usd_per_day=50, attempts=1, slots=1, allow="acme")

    assert title.startswith("Greenlit ")
    assert [
        "app: greenlit, 1 installation: acme; GitHub sends to no address yet",
        "model: claude-opus-5-5, effort medium",
        "caps: $5.00, 80 turns, 60 minutes and 1 push a run; 1 run at once, 1 in one repository; $50.00 a day",
        "for: acme",
        f"home: {tmp_path / 'bot'}",
        "webhooks: http://127.0.0.1:8484/github",
        "runs: http://127.0.0.1:8485/",
    ] == facts


def test_a_shared_record_is_named_without_its_password(start):
    """Whoever set another database than was meant sees it."""
    facts = start(database_url="postgresql://ada:a-word@db.example/runs")

    assert "record: db.example:5432/runs" in facts
    assert not [line for line in facts if "a-word" in line]


def test_a_door_tells_no_slots(start):
    """It works on no run."""
    assert "caps: $5.00, 80 turns, 60 minutes and 3 pushes a run" in start(works_on_runs=False)


def test_a_github_that_is_away_is_told_and_stops_nothing(start):
    """The App is named by its id then."""
    line = start(github_api_url=NOWHERE)[1]

    assert line.startswith("app: id ")
    assert "GitHub gave no answer" in line


def test_a_log_in_json_has_no_block(start, caplog):
    """One object with the same facts, on the log."""
    caplog.set_level(logging.INFO, "bot")

    assert [] == start(log_format="json")
    [record] = [record for record in caplog.records if record.event == "serving"]
    assert "http://127.0.0.1:8485/" == record.details["runs"]
