"""Read which programs checks can be run with on this machine, and their versions."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.values import Machine

PROGRAMS = (  # not docker: nobody answers it in a sandbox
    *("python3", "node", "npm", "go", "cargo", "java", "mvn", "gradle", "ruby", "php", "composer"),
    *("elixir", "dotnet", "deno", "bun", "swift", "sbt", "zig", "julia", "make", "cmake", "just"),
    *("bash", "bazel", "golangci-lint", "staticcheck", "task", "shellcheck", "hadolint"),
    "clang-format",
)
PYTHONS = tuple(f"python3.{minor}" for minor in range(8, 20))
ASK = {"go": "version"}  # where it is not --version
PATIENCE_S = 10.0
AT_ONCE = 8
VERSION = re.compile(r"\d+(?:\.\d+)+")

FindProgram = Callable[[str], Path | None]


def read_machine(find_program: FindProgram, programs: Iterable[str] = PROGRAMS) -> Machine:
    """Ask each program that is there for its version; empty where it does not tell one."""
    paths = dict(_find_all(find_program, (*programs, *PYTHONS)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        versions = pool.map(_read_version, paths, paths.values())
        return Machine(dict(zip(paths, versions, strict=True)))


def _find_all(find_program: FindProgram, programs: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for program in programs:
        path = find_program(program)
        if path is not None:
            yield program, path


def _read_version(program: str, path: Path) -> str:
    try:
        answer = subprocess.run(
            [path, ASK.get(program, "--version")],
            cwd="/",
            env={"PATH": f"{path.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = VERSION.search(f"{answer.stdout!r}\n{answer.stderr!r}")
    return version[0] if version else ""
