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
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from bot.forge.claude_double import ClaudeDouble, serve_claude
from bot.forge.claude_script import Script
from tests.crash.forked_bot import run_forked_program
from tests.deploy.started_services import read_chart, read_compose, read_units
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
        told = settings_for(keys, url, claude, tmp_path / "bot", database_url=database_url)
        told = {name: value for name, value in told.items() if name not in ("home", "private_key")}
        secrets = tmp_path / "secrets"
        secrets.mkdir()
        lines = [f"GREENLIT_{name.upper()}='{value}'\n" for name, value in told.items()]
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


@contextmanager
def started(services, tmp_path, secrets):
    """Start services at once, each with places of its own, and wait until all probes are met."""
    with ExitStack() as stack:
        running = []
        for number, service in enumerate(services):
            places = choose_places(tmp_path, secrets, number)
            moved = service.move(places)
            folder = tmp_path / f"process{number}"
            folder.mkdir()
            (folder / "bot.log").touch()
            environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)}
            process = stack.enter_context(
                run_forked_program(folder, environment | moved.environment, moved.words)
            )
            running.append((moved, process, places, folder))
        for service, process, _, folder in running:
            wait_until_well(service, process, folder)
        yield running


def wait_until_well(service, process, folder):
    """Ask as the file asks, until every probe ends with 0."""
    deadline = time.monotonic() + PATIENCE_S
    for probe in service.probes:
        while not listens(service) or ask(probe).returncode:
            log = (folder / "bot.log").read_text()
            assert process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.2)


def listens(service):
    """Whether it is there to be asked: to ask in vain takes a process each time."""
    try:
        return fetch(service.environment["GREENLIT_PORT"], "/health")[0] == 200
    except OSError:
        return False


def ask(probe):
    """Run a probe in a process of its own, as all but systemd do."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *probe], capture_output=True, text=True, check=False
    )


def end(service, process):
    """End it as its file does, and return how it ended; None where it took longer than it may."""
    process.send_signal(signal.SIGTERM)
    return process.wait(service.grace_s)


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


def ask_until_lost(service):
    """Wait until it is not ready any more; then ask each probe."""
    deadline = time.monotonic() + PATIENCE_S
    while fetch(service.environment["GREENLIT_PORT"], "/ready")[0] == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return [not ask(probe).returncode for probe in service.probes]


def test_compose(surroundings, tmp_path):
    """A door and a worker; the door's page is reached by its published port, and the numbers only
    where none is published.
    """
    door, worker, *others = read_compose()
    with started([door, worker], tmp_path, surroundings) as running:
        ports = [places for _, _, places, _ in running]
        pages = fetch(ports[0]["8485"], "/runs.json")
        at_door = fetch(ports[0]["8484"], "/metrics")
        numbers = [fetch(port["8487"], "/metrics") for port in ports]
        ready = [json.loads(fetch(port["8484"], "/ready")[1]) for port in ports]
        ends = [end(service, process) for service, process, _, _ in running]

    assert [other.words for other in others] == [worker.words] * 2
    assert (200, "[]") == pages
    assert 404 == at_door[0]
    assert [0, 2] == [samples(text.encode())["greenlit_slots"] for _, text in numbers]
    parts = {"status": "ready", "database": "ok", "disk": "ok", "github": "ok"}
    assert [parts, parts | {"claude": "ok"}] == ready
    assert [0, 0] == ends


def test_systemd(surroundings, tmp_path):
    """One process that does all, and a worker beside it; the numbers are for this machine."""
    with started(read_units(), tmp_path, surroundings) as running:
        (_, _, one, _), (_, _, other, _) = running
        numbers = [fetch(one["8485"], "/metrics")[0], fetch(other["28581"], "/metrics")[0]]
        outside = [fetch(one["8484"], "/metrics")[0], fetch(other["28481"], "/metrics")[0]]
        ends = [end(service, process) for service, process, _, _ in running]

    assert ([200, 200], [404, 404]) == (numbers, outside)
    assert [0, 0] == ends


def test_kubernetes(surroundings, tmp_path, postgres, database_url):
    """The pods of the chart, with the probes of the node: of what starts, lives and is ready. Without
    the database they are sent nothing, and live.
    """
    with started(read_chart(), tmp_path, surroundings) as running:
        numbers = [fetch(places["8487"], "/metrics")[0] for _, _, places, _ in running]
        outside = [fetch(places["8484"], "/metrics")[0] for _, _, places, _ in running]
        with away(postgres, database_url):
            lost = [ask_until_lost(service) for service, *_ in running]
        ends = [end(service, process) for service, process, _, _ in running]

    assert ["door", "work"] == [service.name for service, *_ in running]
    assert [[True, True, False]] * 2 == lost
    assert ([200, 200], [404, 404]) == (numbers, outside)
    assert [0, 0] == ends
