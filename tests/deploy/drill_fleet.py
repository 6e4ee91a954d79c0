"""The drill of a restored record with real processes, which the suite is spared:

python -m pytest tests/deploy/drill_fleet.py
"""

import signal
import time

import pytest

from tests.crash.test_crash import PATIENCE_S, UNHARMED, happened
from tests.crash.test_crash_fleet import Fleet, fleet_between
from tests.deploy.test_drills import drill
from tests.stage import REPO


def wait_until(is_so):
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.timeout(300)
def test_workers_go_on_from_a_backup(tmp_path, checked, postgres, database_url):
    """It is taken while a worker has the run, and all that was there is lost: one branch, one pull
    request, and as many comments as without.
    """
    restored = postgres.create_database()
    with fleet_between(tmp_path, checked, database_url, 1) as fleet:
        issue = fleet.forge.open_issue(REPO, "ada", "Greet more quietly", "It shouts.")
        fleet.forge.add_label(REPO, issue, "autogen", "ada")
        wait_until(lambda: fleet.count_steps() > 6)
        code, said = drill("backup_restore.sh", database_url, restored, tmp_path / "backup")
        for lost in (fleet.door, *fleet.workers):
            lost.process.send_signal(signal.SIGKILL)
        settings = {**fleet.settings, "GREENLIT_DATABASE_URL": restored}
        others = Fleet(tmp_path / "others", fleet.forge, fleet.double, settings, restored)
        others.door = others.start("door")
        fleet.forge.set_webhook_url(fleet.keys, others.door.webhook_url)
        others.start("work")
        wait_until(others.outcome)
        outcome = others.outcome()
        others.close()

    result = happened(fleet, outcome)
    assert (0, True) == (code, "of which 1 go on" in said), said
    # What was paid after the backup is paid again, and nothing else of it is to be seen.
    assert set(UNHARMED["turns asked"]) == set(result["turns asked"])
    assert UNHARMED == {**result, "turns asked": UNHARMED["turns asked"]}
