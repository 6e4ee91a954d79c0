"""Run mutants in a copy of the repository, and read which of them the tests noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.judge_mutants import LIVES, MUTANT, RECORDING
from tests.mutation.mutants import MutatedModule, draw_sample, make_mutants
from tests.mutation.parts import Part, list_modules

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
HERE = Path(__file__).parents[2]
QUICK = "not long and not slow"
SHOWN_LINES = 30


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
    modules: dict[str, MutatedModule] = {}  # by the fault's name
    for path in list_modules(work, part):
        mutated = make_mutants(path, (work / path).read_text(encoding="utf-8"))
        (work / path).write_text(mutated.code, encoding="utf-8")
        modules |= dict.fromkeys(mutated.names, mutated)
    sample = draw_sample(list(modules), most, seed)
    ends = judge_sample(work, part, sample)
    lives = [
        f"{name}: {ends[name]}\n{_indent(modules[name].render_fault(name))}"
        for name in sample
        if ends[name] in LIVES
    ]
    return PartResult(part.name, len(sample), tuple(lives))


def copy_repository(root: Path, work: Path) -> None:
    """Copy what git does not ignore, as it stands in the folder."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    for path in filter(None, listed.stdout.split("\0")):
        if (root / path).is_file():
            (work / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / path, work / path)


def judge_sample(work: Path, part: Part, sample: list[str]) -> dict[str, str]:
    """Let pytest, in the copy, judge each mutant: one word for each.

    Raises ValueError where the tests fail without any fault.
    """
    asked, judged = work / "mutants.txt", work / "judged.txt"
    judged.unlink(missing_ok=True)
    asked.write_text("\n".join(sample), encoding="utf-8")
    plugin = (
        "-p",
        "tests.mutation.judge_mutants",
        "--mutants",
        str(asked),
        "--judged",
        str(judged),
    )
    variables = (f"{MUTANT}={RECORDING}", f"PYTHONPATH={work}:{HERE}")
    tests = ("-m", QUICK, *part.tests)
    command = ["env", *variables, sys.executable, *PYTEST, *plugin, *tests]
    ended = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    lines = judged.read_text(encoding="utf-8").splitlines() if judged.is_file() else []
    if len(lines) < len(sample):
        last = (ended.stdout + ended.stderr).splitlines()[-SHOWN_LINES:]
        raise ValueError("\n".join([f"The mutants of {part.name} did not run:", *last]))
    return dict(line.split(" ", 1) for line in lines)


def _indent(diff: str) -> str:
    return "\n".join(f"  {line}" for line in diff.splitlines())
