"""Run mutants in a copy of the repository, and read which of them the tests noticed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutants import draw_sample, lift_decorators, list_mutants
from tests.mutation.parts import Part, list_modules

SECTION = "[tool.mutmut]"
QUICK = ("-m", "not long and not slow")
WHEEL = re.compile("[\u2800-\u28ff]")
SHOWN_LINES = 30
PASSED, NOT_REACHED = 0, 33  # of what mutmut keeps: the tests' exit status, or that none calls it


@dataclass(frozen=True, slots=True)
class PartResult:
    """How many mutants of a part were tried, and those that no test noticed, each as a diff."""

    name: str
    tried: int
    lives: tuple[str, ...]


def try_part(root: Path, work: Path, part: Part, most: int, seed: int) -> PartResult:
    """Make at most `most` faults in a part, one at a time, and run its tests on each.

    Raises ValueError where the tests fail without any fault.
    """
    copy_repository(root, work)
    modules = list_modules(work, part)
    names = []
    for module in modules:
        file = work / module
        file.write_text(lift_decorators(file.read_text(encoding="utf-8")), encoding="utf-8")
        names += list_mutants(module, file.read_text(encoding="utf-8"))
    _configure(work / "pyproject.toml", modules, part.tests)
    sample = draw_sample(names, most, seed)
    ended = _run_mutmut(work, "run", "--max-children", "1", *sample)
    statuses = dict(_read_statuses(work, modules))
    if any(statuses.get(name) is None for name in sample):
        raise ValueError(f"The mutants of {part.name} did not run:\n{_read_end(ended)}")
    lives = [name for name in sample if statuses[name] in (PASSED, NOT_REACHED)]
    return PartResult(part.name, len(sample), tuple(_render_life(work, name) for name in lives))


def copy_repository(root: Path, work: Path) -> None:
    """Copy what git does not ignore, as it stands in the folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for path in filter(None, listed.stdout.split("\0")):
        if (root / path).is_file():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, work / path)


def _configure(file: Path, modules: list[str], tests: tuple[str, ...]) -> None:
    settings = {"only_mutate": modules, "pytest_add_cli_args_test_selection": [*tests, *QUICK]}
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(SECTION, "".join([SECTION, "\n", *lines])), encoding="utf-8")


def _run_mutmut(work: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "mutmut", *arguments]
    ended = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    return ended.stdout + ended.stderr


def _read_end(output: str) -> str:
    """Read the last lines of what mutmut printed, but for its wheel."""
    lines = [line for line in output.replace("\r", "\n").splitlines() if line.strip()]
    return "\n".join([line for line in lines if not WHEEL.match(line)][-SHOWN_LINES:])


def _read_statuses(work: Path, modules: list[str]) -> Iterator[tuple[str, int | None]]:
    for module in modules:
        record = work / "mutants" / f"{module}.meta"
        if record.is_file():
            kept = json.loads(record.read_text(encoding="utf-8"))
            yield from kept["exit_code_by_key"].items()


def _render_life(work: Path, name: str) -> str:
    """Render a fault that was not noticed: its name, and the lines that it changes."""
    diff = _run_mutmut(work, "show", name).splitlines()
    changed = [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join([name, *(f"  {line}" for line in changed)])
