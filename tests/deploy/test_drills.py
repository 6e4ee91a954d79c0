"""What the drills of deploy/drills do to records that are at work."""

import subprocess
from pathlib import Path

import pytest

from bot.values import Outcome
from tests.adapters.dbos import engine_stories
from tests.adapters.dbos.engine_stage import durable, ended, parked, start, tell

pytestmark = pytest.mark.served

DRILLS = Path(__file__).parents[2] / "deploy/drills"


def drill(name, *arguments):
    """Run a drill, and return its exit code and what it says."""
    done = subprocess.run(
        [DRILLS / name, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def waiting(tmp_path):
    """Starts an engine on a record, with a run that waits for a word."""

    def launch(database_url=""):
        engine = durable(tmp_path / "home", database_url=database_url)
        engine.launch()
        key = start(
            engine, engine_stories.listen, tmp_path / "diary", subject="o/r#7", key="", seconds=60
        )
        parked(engine, key)
        return engine, key

    return launch


def go_on(home, key, database_url=""):
    """Say the word to the run in another engine, on what was restored."""
    engine = durable(home, database_url=database_url)
    engine.launch()
    try:
        tell(engine, "o/r#7", "go")
        return ended(engine, key)
    finally:
        engine.close()


def test_a_run_goes_on_from_the_backup_of_a_postgresql(waiting, tmp_path, postgres, database_url):
    """It is taken while an engine works on the record, and no step before it is done again."""
    restored = postgres.create_database()
    engine, key = waiting(database_url)
    code, said = drill("backup_restore.sh", database_url, restored, tmp_path / "backup")
    engine.close()

    assert (0, True) == (code, "restored: 1 runs, of which 1 go on" in said), said
    assert 0o600 == (tmp_path / "backup").stat().st_mode & 0o777
    assert Outcome("done", "go") == go_on(tmp_path / "other", key, restored)
    assert ["a", "go"] == (tmp_path / "diary").read_text().split()


def test_no_record_is_restored_over_another(postgres, database_url, tmp_path):
    """Whoever mixes up the two addresses loses nothing."""
    code, said = drill("backup_restore.sh", database_url, database_url, tmp_path / "backup")

    assert (1, True) == (code, "has a record already" in said), said
    assert not (tmp_path / "backup").exists()


def test_a_run_goes_on_from_the_backup_of_a_file(waiting, tmp_path):
    """It is taken while the engine has the file open."""
    engine, key = waiting()
    said = drill("backup_restore_sqlite.sh", tmp_path / "home", tmp_path / "other")
    engine.close()

    assert (0, "restored: 1 runs; its check says ok\n") == said
    assert Outcome("done", "go") == go_on(tmp_path / "other", key)
    assert ["a", "go"] == (tmp_path / "diary").read_text().split()


def test_a_file_is_restored_into_a_new_folder_alone(tmp_path):
    """What is there is not written over."""
    code, said = drill("backup_restore_sqlite.sh", tmp_path, tmp_path)

    assert (1, True) == (code, "give a new folder" in said), said
