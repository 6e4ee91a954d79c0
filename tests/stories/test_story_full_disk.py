"""The bot's disk is full: runs wait or say so, nothing is broken, and they go on with room again."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import pytest

from tests.git_served import git
from tests.run_record import list_steps
from tests.small_disk import filled, mount_disk
from tests.stage import BEGIN, END, FILES, GOOD, REPO, script, staged
from tests.stories.test_story_ci import until

pytestmark = pytest.mark.long
NO_CI = {path: text for path, text in FILES.items() if not path.startswith(".github")}


def test_a_full_disk_breaks_nothing(tmp_path):
    """It is filled before the repository is fetched; then there is room again."""
    with (
        mount_disk(tmp_path / "bot", 40) as disk,
        staged(tmp_path, lambda app: app, script(*BEGIN, [GOOD], END), NO_CI) as on,
    ):
        issue = on.issue()
        on.label(issue)
        until(lambda: "load_repo_config" in list_steps(disk, f"{REPO}#{issue}/1"))
        with filled(disk):
            time.sleep(3)
        assert "opened" == on.ended(issue, patience_s=150).outcome.state, on.ends(issue)

        for file in disk.rglob("*.sqlite"):
            with closing(sqlite3.connect(file)) as database:
                assert [("ok",)] == database.execute("pragma integrity_check").fetchall(), file
        (head,) = disk.glob("mirrors/**/HEAD")
        assert "" == git(head.parent, "fsck", "--no-dangling")
