"""Find the programs of this machine that checks are run with, and their folders to bind."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.child_guard import run_guarded

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")  # every tier has them
SYSTEM = tuple(Path(folder) for folder in ("/usr", "/bin", "/lib", "/lib64", "/sbin"))
PATIENCE_S = 10.0
# What a set-up can install for itself: the program, and what installs it.
INSTALLED_BY_PIP = ("uv", "poetry", "pdm", "hatch", "pipenv", "tox", "nox", "pre-commit")
INSTALLED_BY_NPM = ("pnpm", "yarn")
USUAL = ("python3", "node", "cargo", "go", "java")  # what checks find on PATH without asking
PYTHON = re.compile(r"python(?P<version>\d(?:\.\d+)?)?")
# A folder is bound only where it is the home of a toolchain and of nothing else: next to its `bin`
# lie these. Otherwise a person's own folder would be bound for one program in it.
SIGNS = ("lib/node_modules", "lib/rustlib", "pkg/tool", "lib/modules", "lib/jvm.cfg")


@dataclass(frozen=True, slots=True)
class Supplies:
    """What an operator gives the sandbox: addresses of package indexes by kind, where they are not
    those of the machine's own tools, and folders of programs.
    """

    indexes: Mapping[str, str] = field(default_factory=dict)
    toolchains: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Toolchains:
    """The toolchains of this machine. What lies below /usr is in every sandbox."""

    search: tuple[Path, ...]  # folders of programs, in order
    base_python: Path  # the interpreter under the bot's own virtual environment
    given: tuple[Path, ...] = ()  # folders that the operator adds; what is in their `bin` is first

    def find(self, program: str) -> Path | None:
        """Return the path of a program that can be started in a sandbox."""
        for folder in self.given:
            if os.access(folder / "bin" / program, os.X_OK):
                return folder / "bin" / program
        if PYTHON.fullmatch(program) or program in ("pip", "pip3"):
            return self._find_python(program)
        for folder in self.search:
            path = folder.resolve() / program
            real = path.resolve()
            if os.access(real, os.X_OK) and real.is_file():
                homes = ((each, _find_home(each)) for each in (path, real))
                return next((each for each, home in homes if _holds(home, real)), None)
        return None

    def find_missing(self, programs: Iterable[str], *, installs: bool = True) -> tuple[str, ...]:
        """List the programs that are not here, and that a set-up could not install either.

        A set-up `installs` where its tier reaches package indexes.
        """
        missing = [program for program in dict.fromkeys(programs) if not self.find(program)]
        return tuple(
            program for program in missing if not (installs and self.find_installer(program))
        )

    def find_installer(self, program: str) -> str:
        """Tell which of pip and npm a set-up would install a program with; empty: none."""
        if program in INSTALLED_BY_PIP and self.find("python3"):
            return "pip"
        return "npm" if program in INSTALLED_BY_NPM and self.find("npm") else ""

    def list_folders(self, programs: Iterable[str]) -> tuple[Path, ...]:
        """List the folders to bind for programs, beside the system's own."""
        paths = [path for path in map(self.find, programs) if path]
        # What a link in a given folder leads to is needed too: a virtual environment's interpreter.
        homes = [_find_home(each) for path in paths for each in (path, path.resolve())]
        own = (home for home in homes if home and not _is_of_system(home))
        return tuple(dict.fromkeys((*self.given, *own)))

    def write_path(self, programs: Iterable[str]) -> str:
        """Write what PATH is inside for programs."""
        folders = [str(home / "bin") for home in self.list_folders(programs)]
        return os.pathsep.join((*folders, *SYSTEM_PATH))

    def identify(self, programs: Iterable[str]) -> tuple[str, ...]:
        """Identify the programs as they are installed: another version is another text."""
        identities = []
        for program in sorted(set(programs)):
            path = self.find(program)
            if path:
                status = path.stat()
                identities.append(f"{program} {path} {status.st_size} {status.st_mtime_ns}")
        return tuple(identities)

    @cached_property
    def _pythons(self) -> tuple[Path, ...]:
        """All interpreters with which a virtual environment can be made, the bot's own first."""
        others = sorted(self.base_python.parents[2].glob("*/bin/python3.*"), key=_read_version)
        system = sorted(Path("/usr/bin").glob("python3.*"), key=_read_version)
        local = sorted(Path("/usr/local/bin").glob("python3.*"), key=_read_version)
        candidates = (self.base_python, *reversed(local), *reversed(system), *reversed(others))
        fitting = (path.resolve() for path in candidates if PYTHON.fullmatch(path.name))
        return tuple(dict.fromkeys(path for path in fitting if _makes_environments(path)))

    def _find_python(self, program: str) -> Path | None:
        match = PYTHON.fullmatch(program)
        wanted = match and match["version"]
        if not wanted or wanted == "3":
            return next(iter(self._pythons), None)
        return next((path for path in self._pythons if path.name == f"python{wanted}"), None)


def find_toolchains(given: tuple[Path, ...] = ()) -> Toolchains:
    """Find what is on the PATH of this process; links of version managers are followed.

    `given` are folders that the operator adds.
    """
    folders = [Path(folder) for folder in os.get_exec_path() if not folder.endswith("/shims")]
    base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    rust = _find_rust()
    return Toolchains((*rust, *folders, *map(Path, SYSTEM_PATH)), base, given)


def _find_rust() -> Sequence[Path]:
    """Find the real programs behind those of rustup, which need the folder of a person."""
    rustup = shutil.which("rustup")
    if not rustup:
        return ()
    with suppress(OSError, TimeoutExpired):
        answer = run_guarded([rustup, "which", "cargo"], PATIENCE_S, cwd="/")
        if answer.returncode == 0:
            return (Path(os.fsdecode(answer.stdout.strip())).parent,)
    return ()


def _find_home(program: Path) -> Path | None:
    """Find the folder that a program needs, None where it is not one that may be bound."""
    if _is_of_system(program):
        return Path("/usr")
    if program.parent.name != "bin":
        return None
    home = program.parent.parent
    is_python = any((home / "lib").glob("python3.*/venv"))
    return home if is_python or any((home / sign).exists() for sign in SIGNS) else None


def _holds(home: Path | None, real: Path) -> bool:
    """Tell whether a program's real file is there when its home is bound."""
    return home is not None and (real.is_relative_to(home) or _is_of_system(real))


def _is_of_system(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in SYSTEM)


def _makes_environments(python: Path) -> bool:
    """Tell whether an interpreter has what `python -m venv` needs; Debian's may lack it."""
    library = python.parent.parent / "lib" / python.name
    return os.access(python, os.X_OK) and (library / "ensurepip").is_dir()


def _read_version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", path.name))
