"""Check what was typed for `greenlit new`: the wish, and the folder for the project."""

from __future__ import annotations

import os
import re
from pathlib import Path

from bot.adapters.git.project_folder import list_programs
from bot.cli.inputs import WrongUseError, require_folder
from bot.cli.run_record import RunRecord
from bot.values.making import OWN_FOLDER

LIMIT_CHARS = 10_000
KEPT_FILES = (".gitignore", "lock", "record.jsonl")  # that the bot keeps in a folder of its own
WORD = re.compile(r"\w+")
LAST_SPACED = "\u0e00"  # from Thai on, scripts set no blanks between words
EXAMPLE = 'For example: greenlit new "a command that keeps my expenses by month" --in expenses'


def check_wish(wish: str) -> None:
    """Raise WrongUseError where no wish can be read from it."""
    text = wish.strip()
    if not WORD.search(text):
        raise WrongUseError(f"Say what you wish for. {EXAMPLE}")
    if len(text) > LIMIT_CHARS:
        raise WrongUseError(
            f"The wish is too long: it has {len(text):,} characters, and at most {LIMIT_CHARS:,} "
            "are read. Say it in a few sentences: you see a specification before anything is made."
        )
    if len(WORD.findall(text)) < 2 and max(text) < LAST_SPACED:
        raise WrongUseError(f"One word does not say what it is for. {EXAMPLE}")


def check_folder(folder: Path) -> None:
    """Raise WrongUseError where there is something that is not ours."""
    if not os.access(folder, os.F_OK):  # which `exists` cannot tell of a closed place
        return
    require_folder(folder)
    _check_kept(folder)
    if find_record(folder).exists():
        return
    others = {path.name for path in folder.iterdir()} - {OWN_FOLDER}
    if others - {".git"} or _has_commits(folder):
        raise WrongUseError(
            f"{folder} is not empty. Name a new folder; in a project that is there, use "
            "greenlit solve."
        )


def _check_kept(folder: Path) -> None:
    """Raise WrongUseError where something passes for what the bot and git keep in the folder."""
    own = folder / OWN_FOLDER
    for place in (folder / ".git", own):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            raise WrongUseError(f"{place} is no folder of its own. Name a new folder.")
    for place in (own / name for name in KEPT_FILES):
        if place.is_symlink() or (place.exists() and not place.is_file()):
            raise WrongUseError(f"{place} is no file of its own. Name a new folder.")
    if programs := list_programs(folder.absolute() / ".git"):
        names = ", ".join(programs)
        raise WrongUseError(
            f"{folder}/.git/config names programs that git would run ({names}). Take them out, or "
            "name a new folder."
        )


def check_commits(folder: Path, record: RunRecord) -> None:
    """Raise WrongUseError where the record tells of commits, and the folder has none."""
    has_commits = _has_commits(folder) or (folder / ".git/reftable").exists()
    if record.count_kept("keep_files") and not has_commits:
        raise WrongUseError(
            f"What was made is no longer in {folder}: its record tells of commits, and there are "
            "none. Name a new folder."
        )


def _has_commits(folder: Path) -> bool:
    git = folder / ".git"
    return (git / "packed-refs").exists() or any(
        path.is_file() for path in (git / "refs/heads").rglob("*")
    )


def find_record(folder: Path) -> Path:
    """Name the file of the folder's record."""
    return folder / OWN_FOLDER / "record.jsonl"
