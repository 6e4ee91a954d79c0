"""Write a new project's files into its folder, and commit them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text.amounts import count_noun
from bot.text.terminal_text import strip_control

NAMED_FILES = 3
SUBJECT_CHARS = 72


def _summarize_commit(message: str) -> Summary | None:
    return ("commit", Text(strip_control(message), "green")) if message else None


@step("write_specification")
def write_specification(ports: Ports, path: str, text: str) -> None:
    """Write the specification where a person reads, edits and approves it."""
    ports.folder.write({path: text})


@step("read_specification")
def read_written_specification(ports: Ports, path: str) -> str:
    """Read the specification as a person has left it; empty where it is gone."""
    return ports.folder.read(path) or ""


@step("keep_files", _summarize_commit)
def keep_files(ports: Ports, files: Mapping[str, str | None], verb: str, what: str = "") -> str:
    """Write the files that are new or changed, and commit them; return the commit's subject.

    It is empty where nothing was new. `what` is named in place of the files.
    """
    changed = {path: text for path, text in files.items() if ports.folder.read(path) != text}
    # None is changed where a crash came between the writing and the commit.
    message = f"{verb} {what or _name_files(list(changed or files))}"
    ports.folder.write(changed)
    return message if ports.folder.commit(list(files), message) else ""


def _name_files(paths: Sequence[str]) -> str:
    names = ", ".join(paths[:NAMED_FILES])
    more = len(paths) - NAMED_FILES
    named = f"{names} and {more} more" if more > 0 else names
    return named if len(named) < SUBJECT_CHARS else count_noun(len(paths), "file")
