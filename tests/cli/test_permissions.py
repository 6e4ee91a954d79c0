"""What this user may not read or write is named in a sentence, and nothing is passed over."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.cli.apply import apply_edit
from bot.cli.demo import DemoOptions, play_demo
from bot.cli.fill import FillOptions, fill_marked_place
from bot.cli.new import NewProject, make_new_project
from bot.cli.refactor import refactor_folder
from bot.cli.terminal import open_console
from bot.refactor import RefactoringCommand
from bot.settings import SolveSettings

NOBODY = 65_534
NAMES = {
    "a.py": "def old():\n    pass\n",
    "closed/b.py": "from a import old\n",
    "c.py": "old = 1\n",
}
EDIT = "a.py\n<<<<<<< SEARCH\n    pass\n=======\n    return 1\n>>>>>>> REPLACE\n"
NEW = "fresh/b.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE\n"


@contextmanager
def act_as_nobody() -> Iterator[None]:
    """Act as a user whom permissions bind, which they do not root."""
    if os.geteuid():
        yield
        return
    codecs.lookup("utf-8-sig")  # or it is loaded from where that user may have no access
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of that user, below one that everybody may enter."""
    with TemporaryDirectory() as name:
        root = Path(name)
        for path, text in {**NAMES, "edit": EDIT, "new": NEW}.items():
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(text)
        for place in (root, *root.rglob("*")):
            if not os.geteuid():
                os.chown(place, NOBODY, NOBODY)
        yield root
        for place in (root, root / "closed"):
            place.chmod(0o700)


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_refactoring_is_not_made_where_something_cannot_be_read(folder, capfd, mode):
    """It may be used there: a file that is closed, and a folder whose files or names are."""
    (folder / "c.py").chmod(0)
    (folder / "closed").chmod(mode)
    with act_as_nobody():
        code = refactor_folder(
            folder, RefactoringCommand("rename", "a.old", "new"), None, apply=True
        )
    said = capfd.readouterr().err

    assert 1 == code
    assert "  c.py  (the file cannot be read, or is too large)\n" in said
    assert "  closed/  (the folder cannot be opened)\n" in said
    assert NAMES["a.py"] == (folder / "a.py").read_text()


def test_an_edit_names_the_folder_that_cannot_be_written(folder, capfd):
    """Not the files that are laid beside on the way."""
    folder.chmod(0o500)
    (folder / "new").chmod(0o600)
    with act_as_nobody():
        codes = [
            apply_edit(str(folder / name), folder, check=False, as_json=False)
            for name in ("edit", "new")
        ]
    sentence = f"The folder {folder} cannot be written to: Permission denied. Nothing was changed."

    assert [1, 1] == codes
    assert [sentence, sentence] == capfd.readouterr().err.splitlines()


def test_a_place_in_a_folder_that_is_closed_is_not_filled(folder, capfd):
    """It is not said to be missing: nobody can know."""
    (folder / "closed").chmod(0)
    with act_as_nobody():
        options = FillOptions(folder, "closed/b.py:1")
        code = fill_marked_place(open_console(), SolveSettings, options)

    assert (2, "The file closed/b.py cannot be read: Permission denied.\n") == (
        code,
        capfd.readouterr().out,
    )


def test_a_project_that_is_closed_is_not_gone_on_with(folder, capfd):
    """The folder, or what the bot keeps in it."""
    own = folder / ".greenlit"
    own.mkdir(mode=0)
    (folder / "closed").chmod(0)
    with act_as_nobody():
        codes = [
            make_new_project(open_console(), SolveSettings, NewProject("", place))
            for place in (folder / "closed", folder)
        ]
    out = capfd.readouterr().out

    assert [2, 2] == codes
    assert f"The folder {folder}/closed cannot be opened: permission denied.\n" in out
    assert f"{own}/.gitignore cannot be used: Permission denied.\n" in out


def test_a_demo_whose_folder_cannot_be_made_is_not_begun(folder, capfd):
    """What is wrong is told before anything plays."""
    folder.chmod(0o500)
    with act_as_nobody():
        code = play_demo(open_console(), DemoOptions(keep=folder / "kept"))

    assert 2 == code
    assert ("", f"The folder {folder}/kept cannot be made: Permission denied.\n") == tuple(
        capfd.readouterr()
    )
