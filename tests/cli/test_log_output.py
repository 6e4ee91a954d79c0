"""The operator's log: lines for people or objects for programs, and never a secret."""

import io
import json
import logging
import sys
import threading
import warnings

import pytest

from bot.cli.log_output import configure_log
from bot.log_fields import log_fields
from bot.text import SecretValues

SECRET = "a webhook's secret of no known shape"
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def written(capsys):
    """Configures logging as `serve` does, and gives what was written to standard error."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, threading.excepthook

    def start(form, level="INFO"):
        configure_log(level, form, SecretValues([SECRET, ""]).mask)
        stream = io.StringIO()
        root.handlers[0].setStream(stream)
        return lambda: stream.getvalue().splitlines()

    yield start
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level, threading.excepthook = before
    for name in ("bot", "greenlit", "handlers", "opentelemetry", "urllib3"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_a_line_has_time_level_run_and_delivery(written):
    """What is known of them; the run's key comes before what happened."""
    lines = written("text")
    with log_fields(run="o/r#7/1", delivery="guid"):
        logging.getLogger("bot.run").info("pushed")
    logging.getLogger("bot.run").warning("away", extra={"fields": {"delivery": "other"}})
    [first, second] = lines()

    assert "Z INFO    o/r#7/1 pushed [delivery guid]" == first[19:]
    assert "Z WARNING away [delivery other]" == second[19:]


def test_json_is_an_object_a_line_with_the_details_beside_the_message(written):
    """Empty ones are left out; surrogates and line ends do not break it."""
    lines = written("json")
    extra = {"event": "pushed", "details": {"sha": "1a2b", "pull": None, "usd": 0.0}}
    with log_fields(run="o/r#7/1", delivery=""):
        logging.getLogger("bot.run").info("pushed\n\ud800é", extra=extra)
    [line] = lines()
    entry = json.loads(line)
    time = entry.pop("time")

    assert {
        "level": "info",
        "logger": "bot.run",
        "event": "pushed",
        "message": "pushed\n\ud800é",
        "run": "o/r#7/1",
        "sha": "1a2b",
        "usd": 0.0,
    } == entry
    assert time.endswith("Z")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_written(written, form):
    """Neither one of a known shape nor one that only this bot knows, in message, details or trace."""
    lines = written(form)
    extra = {"details": {"url": [f"https://x?{SECRET}"], "more": {"token": TOKEN}}}
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("bot.run").exception("%s %s", SECRET, TOKEN, extra=extra)
    text = "\n".join(lines())

    assert form == "text" or [text] == lines()
    assert "ValueError: invalid literal" in text
    assert SECRET not in text
    assert TOKEN not in text


def test_what_goes_on_over_lines_cannot_be_taken_for_a_line_of_ours(written):
    """Every further line of a message is indented."""
    lines = written("text")
    logging.getLogger("bot.run").info("a\n2026-01-01T00:00:00Z INFO    forged")

    assert "    2026-01-01T00:00:00Z INFO    forged" == lines()[1]


def test_libraries_are_silent_unless_something_is_wrong(written):
    """Also at DEBUG, which is for what the bot does; warnings of Python are lines like others."""
    lines = written("text", "DEBUG")
    for name in ("httpx", "uvicorn.access", "dbos", "github.Requester"):
        logging.getLogger(name).info("chatter")
    logging.getLogger("opentelemetry.exporter.otlp").error("once for each try")
    logging.getLogger("uvicorn.error").warning("wrong")
    logging.getLogger("bot.web.door").debug("webhook")
    logging.getLogger("greenlit").info("back")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    assert ["wrong", "webhook", "back"] == [line.split()[-1] for line in lines()[:3]]
    assert "DeprecationWarning: old" in lines()[3]


def test_a_thread_that_dies_is_a_line_too(written):
    """Python would print its traceback beside the log, with what it holds of secrets."""
    lines = written("json")

    def die():
        with log_fields(run="o/r#7/1"):
            raise ValueError(SECRET)

    for act in (die, sys.exit):
        thread = threading.Thread(target=act, name="carrier")
        thread.start()
        thread.join()
    [line] = lines()
    entry = json.loads(line)

    assert ("error", "the thread carrier died") == (entry["level"], entry["message"])
    assert entry["trace"].startswith("Traceback")
    assert SECRET not in line
