"""The measurement of the gates: twenty files of a change, as the bot and `greenlit
check` look them over.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bot.adapters.checkers import build_checkers
from bot.gates import Change, Rules, check_texts
from bot.steps.inspect_change import run_gates
from bot.steps.redact import find_leaks
from tests.benchmarks.table import Row
from tests.git_served import git

FILES = 20
TRIES = 5
HERE = Path(__file__).parents[2]


def rows(work: Path) -> list[Row]:
    """The median of some tries; the floor is a process of Python that does nothing, or nothing at
    all.
    """
    before = {path: (HERE / path).read_text() for path in _paths()}
    after = {
        path: text.replace("    return", "    # of 63d2b82aaf0a3a5c8c6c8d1f\n    return", 3)
        for path, text in before.items()
    }
    change = Change(before, after)
    lines = sum(text.count("\n") for text in after.values())
    asked, now = build_checkers({}), datetime.now(UTC)
    linter = asked.linter
    assert linter is not None
    return [
        _row(
            f"all, {FILES} files, {lines} lines",
            lambda: run_gates(asked, change, Rules(), {}, now),
            "under 1 s",
        ),
        _row("  on the texts alone", lambda: check_texts(Change(before, after), Rules())),
        _row(
            "  lint, before and after",
            lambda: (linter.lint(after, {}), linter.lint(before, {})),
        ),
        _row("  secrets", lambda: find_leaks(asked, change)),
        _row(
            "greenlit check, as a process",
            lambda: _check(_folder(work, before, after)),
            floor=_nothing,
        ),
    ]


def _row(
    what: str, act: Callable[[], object], aim: str = "", floor: Callable[[], object] | None = None
) -> Row:
    return Row(what, _took(act), aim, _took(floor) if floor else "")


def _paths() -> list[str]:
    """Half of them tests."""
    tests = sorted(path.relative_to(HERE).as_posix() for path in (HERE / "tests").glob("test_*.py"))
    code = sorted(
        path.relative_to(HERE).as_posix() for path in (HERE / "bot" / "adapters").glob("*.py")
    )
    return [*tests[: FILES // 2], *code[: FILES // 2]]


def _took(act: Callable[[], object]) -> str:
    took = []
    for _ in range(TRIES):
        began = time.monotonic()
        act()
        took.append(time.monotonic() - began)
    return f"{median(took):.2f} s"


def _folder(work: Path, before: dict[str, str], after: dict[str, str]) -> Path:
    """A repository with the change, made once."""
    root = work / "repository"
    if not root.exists():
        _write(root, before)
        subprocess.run(["git", "init", "--quiet", root], check=True)
        who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        git(root, "add", ".")
        git(root, *who, "commit", "--quiet", "-m", "Before")
        _write(root, after)
    return root


def _write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def _check(root: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "bot", "check", "--repo", root],
        cwd=HERE,
        capture_output=True,
        check=False,
    )


def _nothing() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)
