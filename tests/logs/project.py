"""A small Python project on disk, whose tools really run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from bot.logs import read_log
from bot.values import Reading
from tests.logs.reading import wrap_as_job


class Project:
    """A folder of modules and tests."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, files: dict[str, str]) -> Project:
        """Write files, by path, with their texts dedented."""
        for path, text in files.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(dedent(text).lstrip("\n"))
        return self

    @property
    def files(self) -> list[str]:
        """The paths of all modules."""
        paths = (path.relative_to(self.root) for path in self.root.rglob("*.py"))
        return [path.as_posix() for path in paths]

    def _log_run(self, *argv: str) -> bytes:
        env = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
        process = subprocess.run(
            [sys.executable, *argv],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return wrap_as_job(process.stdout.decode(), code=process.returncode)

    def run_pytest(self, *argv: str) -> Reading:
        """Read what pytest prints."""
        return self.run_python("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *argv)

    def run_python(self, *argv: str) -> Reading:
        """Read what Python prints when it is run so."""
        return read_log(self._log_run(*argv).splitlines(keepends=True), self.files)
