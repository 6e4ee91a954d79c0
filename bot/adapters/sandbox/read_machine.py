"""Read which programs checks can be run with on this machine, and their versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.child_guard import run_guarded
from bot.adapters.sandbox.tier import Launch, Tier
from bot.values import Machine, SandboxLimits

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
# For a shell: each program that is there, with what it says of itself, in a line.
ASK_ALL = """
for name in NAMES; do
    command -v "$name" >/dev/null || continue
    option=--version
    [ "$name" != go ] || option=version
    echo "$name" $("$name" $option 2>&1 | head -n 3)
done
"""
LIMITS = SandboxLimits(wall_s=60.0)
VERSION = re.compile(r"\d+(?:\.\d+)+")

FindProgram = Callable[[str], Path | None]


def read_machine(find_program: FindProgram, programs: Iterable[str] = PROGRAMS) -> Machine:
    """Ask each program that is there for its version; empty where it does not tell one."""
    paths = dict(_find_all(find_program, (*programs, *PYTHONS)))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        versions = pool.map(_read_version, paths, paths.values())
        return Machine(dict(zip(paths, versions, strict=True)))


def read_machine_inside(
    tier: Tier, folder: Path, programs: Iterable[str] = (*PROGRAMS, *PYTHONS)
) -> Machine:
    """Ask the programs that a tier brings by itself; `folder` is an empty one to start in."""
    script = ASK_ALL.replace("NAMES", " ".join(programs))
    launch = Launch(("/bin/sh", "-c", script), folder, limits=LIMITS)
    output = tier.launch(launch).output.decode(errors="replace")
    answers = (line.partition(" ") for line in output.splitlines())
    return Machine({name: _find_version(answer) for name, _, answer in answers})


def _find_all(find_program: FindProgram, programs: Iterable[str]) -> Iterator[tuple[str, Path]]:
    for program in programs:
        path = find_program(program)
        if path is not None:
            yield program, path


def _read_version(program: str, path: Path) -> str:
    try:
        answer = run_guarded(
            [str(path), ASK.get(program, "--version")],
            PATIENCE_S,
            cwd="/",
            env={"PATH": f"{path.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent"},
        )
    except (OSError, TimeoutExpired):
        return ""
    return _find_version(f"{answer.stdout!r}\n{answer.stderr!r}")


def _find_version(text: str) -> str:
    version = VERSION.search(text)
    return version[0] if version else ""
