"""Each service of deploy/ is started as its file says, asked as its file asks, and ended.

Without Docker, systemd and Kubernetes: with paths and ports of the test's own, on a real PostgreSQL
and between a GitHub and a Claude in a box.
"""

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from tests.crash.forked_bot import ForkedProcess, name_variables, run_forked_program
from tests.deploy.started_services import Service, read_chart, read_compose, read_units
from tests.metric_samples import samples
from tests.stage import forged, settings_for

pytestmark = pytest.mark.timeout(300)

PATIENCE_S = 120
PORTS = ("8484", "8485", "8487", "28481", "28581")


@pytest.fixture
def surroundings(tmp_path, checked, database_url):
    """The folder with greenlit.env and private-key.pem, as the RUNBOOK has them made."""
    double = ClaudeDouble(Script(turns=()), key="the-double-takes-any")
    with forged(tmp_path, checked) as (_, keys, url), serve_claude(double) as claude:
        settings = settings_for(keys, url, claude, tmp_path / "bot", database_url=database_url)
        for name in ("home", "private_key"):
            del settings[name]
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        lines = [f"{name}='{value}'\n" for name, value in name_variables(settings).items()]
        (secrets / "greenlit.env").write_text("".join(lines))
        (secrets / "private-key.pem").write_text(keys.private_key)
        yield secrets


def choose_places(folder, secrets, number):
    """Choose for each path and port of a file one that this machine has free."""
    home = folder / f"home{number}"
    home.mkdir()
    places = dict.fromkeys(("/run/secrets", "/etc/greenlit", "%d"), str(secrets))
    places |= {"/var/lib/greenlit-work": str(home), "/var/lib/greenlit": str(home), "%C": str(home)}
    with ExitStack() as stack:
        for port in PORTS:
            taken = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            places[port] = str(taken.getsockname()[1])
    return places


@dataclass(frozen=True)
class StartedService:
    """A service at work, and the places that stand for those of its file."""

    service: Service
    process: ForkedProcess
    places: Mapping[str, str]
    log: Path

    def fetch(self, port, path):
        """The status and the text of an answer, by the port that its file has."""
        return fetch(self.places[port], path)

    def fetch_status(self, path):
        """The status of an answer where it takes webhooks or probes; 0 while it is not there."""
        try:
            return fetch(self.service.environment["GREENLIT_PORT"], path)[0]
        except OSError:
            return 0

    def wait_for_status(self, status):
        """Wait until it says so of whether it is ready."""
        deadline = time.monotonic() + PATIENCE_S
        while self.fetch_status("/ready") != status:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.2)

    def ask_probes(self):
        """Whether each probe of its file is met."""
        return [not ask(probe).returncode for probe in self.service.probes]

    def end(self):
        """End it as its file does; how it ended, None where that took longer than it may."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(self.service.grace_s)


@contextmanager
def started(services, tmp_path, secrets):
    """Start services at once, each with places of its own, and and have all probes met."""
    with ExitStack() as stack:
        running = []
        for number, service in enumerate(services):
            places = choose_places(tmp_path, secrets, number)
            moved = service.move(places)
            folder = tmp_path / f"process{number}"
            folder.mkdir()
            log = folder / "bot.log"
            log.touch()
            environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
            process = stack.enter_context(
                run_forked_program(folder, environment | moved.environment, moved.words)
            )
            running.append(StartedService(moved, process, places, log))
        for service in running:
            service.wait_for_status(200)
            assert all(service.ask_probes()), service.log.read_text()
        yield running


def ask(probe):
    """Run a probe in a process of its own, as all but systemd do."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *probe], capture_output=True, text=True, check=False
    )


def fetch(port, path):
    """The status and the text of an answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@contextmanager
def away(postgres, database_url):
    """Have the database take nobody's connections."""
    name = database_url.rpartition("/")[2]
    with psycopg.connect(postgres.make_url("postgres"), autocommit=True) as administrator:
        administrator.execute(f"alter database {name} allow_connections false")
        end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
        administrator.execute(end, [name])
        yield
        administrator.execute(f"alter database {name} allow_connections true")


def test_compose(surroundings, tmp_path):
    """A door and a worker; the door's page is reached by its published port, and the numbers only
    where none is published.
    """
    door, worker, *others = read_compose()
    with started([door, worker], tmp_path, surroundings) as running:
        pages = running[0].fetch("8485", "/runs.json")
        at_door, _ = running[0].fetch("8484", "/metrics")
        numbers = [service.fetch("8487", "/metrics")[1] for service in running]
        ready = [json.loads(service.fetch("8484", "/ready")[1]) for service in running]
        ends = [service.end() for service in running]

    assert [other.words for other in others] == [worker.words] * 2
    assert ((200, "[]"), 404) == (pages, at_door)
    assert [0, 2] == [samples(text.encode())["greenlit_slots"] for text in numbers]
    parts = {"status": "ready", "database": "ok", "disk": "ok", "github": "ok"}
    assert [parts, parts | {"claude": "ok"}] == ready
    assert [0, 0] == ends


def test_systemd(surroundings, tmp_path):
    """One process that does all, and a worker beside it; the numbers are for this machine."""
    with started(read_units(), tmp_path, surroundings) as running:
        serve, work = running
        numbers = [serve.fetch("8485", "/metrics")[0], work.fetch("28581", "/metrics")[0]]
        outside = [serve.fetch("8484", "/metrics")[0], work.fetch("28481", "/metrics")[0]]
        ends = [service.end() for service in running]

    assert ([200, 200], [404, 404]) == (numbers, outside)
    assert [0, 0] == ends


def test_kubernetes(surroundings, tmp_path, postgres, database_url):
    """The pods of the chart, with the probes of the node: of what starts, lives and is ready. Without
    the database they are sent nothing, and live.
    """
    with started(read_chart(), tmp_path, surroundings) as running:
        numbers = [service.fetch("8487", "/metrics")[0] for service in running]
        outside = [service.fetch("8484", "/metrics")[0] for service in running]
        with away(postgres, database_url):
            for service in running:
                service.wait_for_status(503)
            probes = [service.ask_probes() for service in running]
        ends = [service.end() for service in running]

    assert ["door", "work"] == [service.service.name for service in running]
    assert [[True, True, False]] * 2 == probes
    assert ([200, 200], [404, 404]) == (numbers, outside)
    assert [0, 0] == ends
