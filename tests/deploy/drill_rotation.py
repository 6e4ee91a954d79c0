"""The drill of changing every secret, with real processes, which the suite is spared:

python -m pytest tests/deploy/drill_rotation.py
"""

import re
import secrets
import signal
from pathlib import Path

import psycopg
import pytest

from tests.crash.test_crash import PATIENCE_S
from tests.crash.test_crash_fleet import fleet_between
from tests.deploy.drill_fleet import wait_until
from tests.stage import REPO

RUNBOOK = (Path(__file__).parents[2] / "deploy/RUNBOOK.md").read_text()
ROLE, ROLE_2 = "drill", "drill_2"


def read_sql(first_words):
    """The SQL of the RUNBOOK that begins so, with the drill's roles and password."""
    (sql,) = re.findall(rf"`({first_words}[^`]*)`", RUNBOOK)
    assert "greenlit" in sql
    return sql.replace("greenlit", ROLE).replace("'...'", "'another-word'")


@pytest.fixture
def administrator(postgres):
    """Who may make roles."""
    with psycopg.connect(postgres.make_url("postgres"), autocommit=True) as connection:
        yield connection


@pytest.fixture
def role_url(postgres, administrator):
    """A database that is a role's own, as an operator has one."""
    administrator.execute(f"create role {ROLE} login password 'a-word'")
    url = postgres.create_database()
    name = url.rpartition("/")[2]
    administrator.execute(f"alter database {name} owner to {ROLE}")
    return f"postgresql://{ROLE}:a-word@127.0.0.1:{postgres.port}/{name}"


def restart(fleet):
    """Start new processes with the settings as they are, one after the other, and end the old."""
    old = [*fleet.workers, fleet.door]
    fleet.workers.clear()
    fleet.start("work")
    fleet.door = fleet.start("door")
    fleet.forge.set_webhook_url(fleet.keys, fleet.door.webhook_url)
    for bot in old:
        bot.process.send_signal(signal.SIGTERM)
        assert 0 == bot.process.wait(30)


def ask_for(fleet, title):
    """Label an issue; tells how its run stands."""
    issue = fleet.forge.open_issue(REPO, "ada", title, "It shouts.")
    fleet.forge.add_label(REPO, issue, "autogen", "ada")

    def outcome():
        runs = [run for run in fleet.door.list_runs() if run["key"] == f"{REPO}#{issue}/1"]
        return runs[0]["outcome"]["state"] if runs and runs[0]["outcome"] else ""

    return outcome


@pytest.mark.timeout(4 * PATIENCE_S)
def test_every_secret_is_changed_without_a_gap(tmp_path, checked, role_url, administrator):
    """A run under way goes on, a new one is begun, and no webhook is refused."""
    with fleet_between(tmp_path, checked, role_url, 1) as fleet:
        forge, app, double = fleet.forge, fleet.forge.state.apps[fleet.keys.id], fleet.double
        double.set_keys("the-double-takes-any", "the-second-key")
        first = ask_for(fleet, "Greet more quietly")
        wait_until(lambda: fleet.count_steps() > 6)
        # New ones beside the old ones.
        secret = secrets.token_hex(20)
        administrator.execute(read_sql("CREATE ROLE greenlit_2"))
        fleet.settings |= {
            "GREENLIT_PRIVATE_KEY": forge.apps.add_private_key(app),
            "GREENLIT_ANTHROPIC_API_KEY": "the-second-key",
            "GREENLIT_WEBHOOK_SECRET": secret,
            "GREENLIT_OLD_WEBHOOK_SECRET": fleet.keys.webhook_secret,
            "GREENLIT_DATABASE_URL": role_url.replace(f"{ROLE}:a-word", f"{ROLE_2}:another-word"),
        }
        restart(fleet)
        # GitHub has the new secret, and the old ones are no more.
        forge.set_webhook_secret(fleet.keys, secret)
        forge.apps.delete_old_keys(forge.state.apps[app.id])
        forge.apps.expire_tokens()
        double.set_keys("the-second-key")
        administrator.execute(read_sql("ALTER ROLE greenlit NOLOGIN"))
        del fleet.settings["GREENLIT_OLD_WEBHOOK_SECRET"]
        restart(fleet)
        wait_until(first)
        second = ask_for(fleet, "Greet in the morning")
        wait_until(second)
        outcomes = first(), second()
        statuses = {delivery.status for delivery in forge.list_deliveries()}

    assert ("opened", "opened") == outcomes
    assert {202} == statuses
