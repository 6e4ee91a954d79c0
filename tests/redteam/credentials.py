"""Search for the bot's credentials wherever a run could have left them.

Each test on the stage ends with it. One that also watches the bot's children asks for more:

    with watch_children() as children:
        with staged(...) as on: ...
    assert [] == find_credentials(on, children)

They may be in two places: the memory of the bot, and the environment of a git that talks to GitHub
(`TALKING`), which is the one way that tells neither `ps` nor a file.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sqlite3
import subprocess
import threading
import zlib
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from tests.stage import Stage

LOOK_S = 0.02
SLICE = 32  # characters of a credential: enough to know it by, where it is told in part
# Commands of git that talk to a remote, and what those start with their own environment.
TALKING = {
    *("fetch", "ls-remote", "push", "remote-http", "remote-https"),
    *("fetch-pack", "index-pack", "pack-objects", "rev-list", "send-pack", "unpack-objects"),
}
COMMAND = re.compile(r"[a-z][a-z-]*")
GZIP, SQLITE = b"\x1f\x8b", b"SQLite format 3\0"
# How much each form of base64 has of what stands before and behind.
BEFORE, BEHIND = (0, 2, 3), (0, 3, 2)


@dataclass
class ChildWatch:
    """What `/proc` showed of the children of this process: command lines and environments."""

    seen: set[tuple[bytes, bytes]] = field(default_factory=set)
    _ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Look until it is ended."""
        while not self._ended.wait(LOOK_S):
            for pid in _list_children(os.getpid()):
                with suppress(OSError):  # it has ended
                    words = _read(f"/proc/{pid}/cmdline")
                    self.seen.add((words, _read(f"/proc/{pid}/environ")))

    def end(self) -> None:
        """Look no more."""
        self._ended.set()

    def list_commands(self) -> set[str]:
        """List the names of the programs that were seen."""
        return {Path(words.split(b"\0")[0].decode()).name for words, _ in self.seen}


@contextmanager
def watch_children() -> Iterator[ChildWatch]:
    """Look at all children of this process, and theirs, while the block lasts."""
    watch = ChildWatch()
    thread = threading.Thread(target=watch.look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.end()
        thread.join()


def list_credentials(on: Stage) -> dict[str, str]:
    """List a part of each credential by its name: enough to know it by."""
    key = on.keys.private_key.strip().splitlines()
    tokens = (secret for secret, token in on.forge.state.tokens.items() if token.app == on.keys.id)
    named = {f"installation token {number}": secret for number, secret in enumerate(tokens, 1)}
    claude = on.settings.anthropic_api_key.get_secret_value()
    named |= {"private key": key[len(key) // 2], "webhook secret": on.keys.webhook_secret}
    return {name: secret[-SLICE:] for name, secret in (named | {"Claude's key": claude}).items()}


def find_credentials(
    on: Stage,
    children: ChildWatch | None = None,
    *,
    more: Mapping[str, str] | None = None,
    log: str = "",
) -> list[str]:
    """Find credentials, with where each is. `more` are others by name; `log` is what was logged."""
    search = Search(list_credentials(on) | dict(more or {}))
    home = on.settings.home
    requests = json.dumps([request.body for request in on.double.requests])
    texts = {
        "the log": log.encode(),
        "a prompt": requests.encode(),
        "GitHub": repr(on.forge.state.repositories).encode(),
    }
    found = [f"{name} in {place}" for place, text in texts.items() for name in search.find(text)]
    for folder in (home, home.parent / "forge"):
        found += search.find_in_folder(folder)
    return sorted({*found, *search.find_in_children(children or ChildWatch())})


def list_talking(on: Stage, children: ChildWatch) -> set[str]:
    """List the commands of git whose environment held a token, as it must."""
    search = Search(list_credentials(on))
    talking = (words for words, variables in children.seen if any(search.find(variables)))
    return {_find_command(words) for words in talking}


class Search:
    """Finds some secrets in any form that a program may give them."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._names = {
            form: name for name, secret in secrets.items() for form in _write_forms(secret)
        }

    def find(self, data: bytes) -> Iterator[str]:
        """Find the names of the secrets in some bytes."""
        yield from {name for form, name in self._names.items() if form in data}

    def find_in_folder(self, folder: Path) -> Iterator[str]:
        """Find secrets in the files of a folder: also in records, objects of git and what is packed."""
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                for data in _read_layers(path):
                    yield from (
                        f"{name} in {path.relative_to(folder.parent)}" for name in self.find(data)
                    )
        for pack in {path.parent.parent.parent for path in folder.rglob("objects/pack/*.pack")}:
            yield from (f"{name} in {pack.name}" for name in self.find(_read_objects(pack)))

    def find_in_children(self, children: ChildWatch) -> Iterator[str]:
        """Find secrets where processes show what they must not."""
        for words, variables in children.seen:
            command = _find_command(words)
            yield from (f"{name} in the arguments of {command}" for name in self.find(words))
            if command not in TALKING:
                yield from (
                    f"{name} in the environment of {command}" for name in self.find(variables)
                )


def _write_forms(secret: str) -> Iterator[bytes]:
    """Write a secret as it is, turned around, in hexadecimal digits, in a URL, and in base64 wherever
    it may begin there.
    """
    data = secret.encode()
    yield from {data, data[::-1], data.hex().encode(), quote(secret, safe="").encode()}
    for offset in range(3):
        encoded = b64encode(bytes(offset) + data)
        core = encoded[BEFORE[offset] : len(encoded) - BEHIND[(offset + len(data)) % 3]]
        yield from {core, core.translate(bytes.maketrans(b"+/", b"-_"))}


def _read_layers(path: Path) -> Iterator[bytes]:
    """Read a file, and what it holds in a form of its own."""
    with suppress(FileNotFoundError):
        data = path.read_bytes()
        yield data
        if data.startswith(GZIP):
            yield gzip.decompress(data)
        if data.startswith(SQLITE):
            yield from _read_record(path)
        if path.parent.parent.name == "objects":
            with suppress(zlib.error):
                yield zlib.decompress(data)


def _read_record(path: Path) -> Iterator[bytes]:
    """Read each value of a database, as a page of it may break off in the midst of one."""
    with closing(sqlite3.connect(path)) as record:
        tables = [
            name
            for (name,) in record.execute("select name from sqlite_master where type = 'table'")
        ]
        for table in tables:
            for row in record.execute(f'select * from "{table}"'):
                for value in row:
                    yield from _read_value(value)


def _read_value(value: object) -> Iterator[bytes]:
    data = value if isinstance(value, bytes) else str(value).encode(errors="replace")
    yield data
    with suppress(zlib.error):
        yield zlib.decompress(data)


def _read_objects(git_dir: Path) -> bytes:
    command = ["git", f"--git-dir={git_dir}", "cat-file", "--batch-all-objects", "--batch"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _find_command(words: bytes) -> str:
    """Find what a process does: its program, or the command where that is git."""
    program, *arguments = words.decode(errors="replace").rstrip("\0").split("\0")
    if "git" in arguments:  # `env -u NAME git fetch`, for as long as that takes
        program, *arguments = arguments[arguments.index("git") :]
    name = Path(program).name
    if name.startswith("git-"):
        return name.removeprefix("git-")
    commands = (word for word in arguments if COMMAND.fullmatch(word))
    return next(commands, name) if name == "git" else name


def _list_children(pid: int) -> Iterator[int]:
    """List the children of a process, theirs too."""
    for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208 - it is asked a hundred times a second
        with suppress(OSError):
            for child in map(int, _read(f"/proc/{pid}/task/{thread}/children").split()):
                yield child
                yield from _list_children(child)


def _read(path: str) -> bytes:
    """Read a file of `/proc`, which is short."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 1_000_000)
    finally:
        os.close(descriptor)
