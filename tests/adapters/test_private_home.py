"""The bot's folder is closed to other users of the machine before anything is written into it."""

import stat

from bot.adapters.dbos.sqlite import lock_home
from bot.adapters.private_home import make_private_home


def mode(path):
    """The permissions of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_and_its_record_are_closed(tmp_path):
    """Also the record, which is there before the database opens it."""
    home = tmp_path / "a" / "home"
    make_private_home(home)

    assert (0o700, 0o600) == (mode(home), mode(home / "engine.sqlite"))


def test_an_older_home_is_closed(tmp_path):
    """With the record in it, and the files that SQLite keeps beside it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    names = ("engine.sqlite", "engine.sqlite-wal", "engine.sqlite-shm")
    for name in names:
        (home / name).touch(mode=0o644)
    lock_home(home).close()

    assert [0o700, 0o600, 0o600, 0o600] == [mode(home), *(mode(home / name) for name in names)]


def test_a_folder_with_nothing_but_settings_is_taken_for_the_bots_own(tmp_path):
    """The settings are put there before the first start."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / ".env").touch()
    make_private_home(home)

    assert 0o700 == mode(home)


def test_a_folder_of_other_programs_is_left_open(tmp_path):
    """Closing it would break them; the record in it is closed all the same."""
    home = tmp_path / "shared"
    home.mkdir(mode=0o755)
    (home / "theirs").touch()
    make_private_home(home)

    assert (0o755, 0o600) == (mode(home), mode(home / "engine.sqlite"))
