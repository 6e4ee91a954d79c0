"""What the door says to people and monitors: what it is, where the runs are, whether it works."""

import pytest
from starlette.testclient import TestClient

from bot.web.door import create_door, create_monitor
from bot.web.door_pages import DoorPages
from bot.web.probe_pages import MonitorPages, ProbePages, describe_reason
from bot.web.probes import Probe, ProbeAnswer
from tests.deliveries import SECRET, Kept

RUNS = "http://127.0.0.1:8485/"
BROWSER = {"accept": "text/html,application/xhtml+xml"}
DISK = ProbeAnswer("does not work", "/var/lib/greenlit: No space left on device")


def door(runs_url="", **probes):
    """A client of a door with these pages."""
    pages = DoorPages(runs_url, ProbePages(**probes))
    app = create_door(Kept(), lambda _: [], (SECRET,), pages=pages)
    return TestClient(app, raise_server_exceptions=False)


def answering(answer):
    """A probe that always has this answer."""
    return lambda: answer


def test_a_browser_is_shown_what_this_is():
    """With links to the runs, in the style of the page, and nothing of it may load anything else."""
    answer = door(runs_url=RUNS).get("/", headers=BROWSER)

    assert 200 == answer.status_code
    assert "<h1>A GitHub App</h1>" in answer.text
    assert f'<a href="{RUNS}"' in answer.text
    assert "RUNBOOK.md" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_other_programs_get_plain_text():
    """As curl does."""
    answer = door(runs_url=RUNS).get("/")

    assert "text/plain; charset=utf-8" == answer.headers["content-type"]
    assert f"Its runs: {RUNS}, which" in answer.text


def test_the_webhooks_address_says_whom_it_is_for():
    """It takes nothing but GitHub's deliveries, and says so by its status, too."""
    answer = door().get("/github", headers=BROWSER)

    assert (405, "POST") == (answer.status_code, answer.headers["allow"])
    assert "GitHub sends its webhooks to this address." in answer.text


def test_a_process_without_a_door_names_no_address_for_webhooks():
    """A worker's port is for monitors."""
    worker = TestClient(create_monitor(DoorPages(RUNS, takes_webhooks=False)))

    assert (404, 200) == (worker.get("/github").status_code, worker.get("/health").status_code)


@pytest.mark.parametrize("path", ["/", "/health", "/ready", "/style.css"])
def test_head_works(path):
    """For monitors that ask no more."""
    answer = door().head(path)

    assert (200, b"") == (answer.status_code, answer.content)


@pytest.mark.parametrize("path", ["/nothing", "/docs", "/openapi.json", "/runs", "/metrics"])
def test_an_unknown_address_is_one_sentence(path):
    """Whoever asks."""
    assert (404, "There is nothing at this address.\n") == (
        door().get(path).status_code,
        door().get(path).text,
    )
    assert "<p>There is nothing at this address.</p>" in door().get(path, headers=BROWSER).text


def test_health_names_each_part():
    """All is well."""
    probes = [Probe(name, answering(ProbeAnswer()), 60) for name in ("process", "disk")]
    answer = door(health=probes).get("/health")

    assert (200, {"status": "ok", "process": "ok", "disk": "ok"}) == (
        answer.status_code,
        answer.json(),
    )


def test_a_part_that_does_not_work_is_a_503_and_its_reason_is_no_business_of_strangers():
    """Paths and messages are for the log."""
    probes = [Probe("process", answering(ProbeAnswer()), 60), Probe("disk", answering(DISK), 60)]
    answer = door(health=probes).get("/health")

    assert (503, {"status": "failing", "process": "ok", "disk": "does not work"}) == (
        answer.status_code,
        answer.json(),
    )


def test_readiness_is_apart_from_health():
    """A bot whose GitHub is away is healthy, and not ready."""
    away = Probe("github", answering(ProbeAnswer("cannot be reached")), 60)
    client = door(readiness=[away])

    assert 200 == client.get("/health").status_code
    assert (503, {"status": "not ready", "github": "cannot be reached"}) == (
        client.get("/ready").status_code,
        client.get("/ready").json(),
    )


def test_readiness_can_be_asked_without_a_part():
    """A door takes webhooks while GitHub's API is away, so whoever sends them on leaves it out."""
    away = Probe("github", answering(ProbeAnswer("cannot be reached")), 60)
    client = door(readiness=[Probe("database", answering(ProbeAnswer()), 60), away])
    answer = client.get("/ready?exclude=github")

    assert (200, {"status": "ready", "database": "ok"}) == (answer.status_code, answer.json())
    assert (400, {"error": "There is no part 'gihub' to exclude: database, github are."}) == (
        client.get("/ready?exclude=gihub").status_code,
        client.get("/ready?exclude=gihub").json(),
    )


def test_the_operators_own_monitors_are_told_why():
    """On a port that strangers do not reach."""
    probes = ProbePages(readiness=[Probe("disk", answering(DISK), 60)], describe=describe_reason)
    answer = TestClient(create_monitor(MonitorPages(probes))).get("/ready")

    assert {
        "status": "not ready",
        "disk": "does not work: /var/lib/greenlit: No space left on device",
    } == answer.json()
