"""Keep the wheels that pass the mirror: what is built later finds them without a network."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bot.adapters.sandbox.laid_paths import make_own_folder

WHEELS = "wheels"  # in an environment
MOST_BYTES, TOTAL_BYTES = 8 * 1024**2, 256 * 1024**2  # build backends are small
FILE_MODE = 0o644


class KeptWheels:
    """A folder of the bot's alone, from which the wheels are moved when the set-up has ended."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._lock = threading.Lock()
        self._spare = TOTAL_BYTES

    def keep(self, url: str, length: str, parts: Iterator[bytes]) -> Iterator[bytes]:
        """Pass on the parts of a file, and keep it where it is a small wheel that came whole."""
        name = urlsplit(url).path.rpartition("/")[2]
        if not name.endswith(".whl") or not length.isdecimal() or not self._reserve(int(length)):
            yield from parts
            return
        unfinished = self._folder / secrets.token_hex(8)
        try:
            with unfinished.open("wb") as file:
                for part in parts:
                    file.write(part)
                    yield part
            unfinished.replace(self._folder / name)
        finally:
            unfinished.unlink(missing_ok=True)

    def move(self, files: Path) -> None:
        """Move them into an environment, in which nothing runs by now."""
        make_own_folder(files, WHEELS)
        for wheel in self._folder.glob("*.whl"):
            wheel.chmod(FILE_MODE)
            shutil.move(wheel, files / WHEELS / wheel.name)

    def _reserve(self, size: int) -> bool:
        with self._lock:
            fits = 0 < size <= min(MOST_BYTES, self._spare)
            self._spare -= size if fits else 0
            return fits
