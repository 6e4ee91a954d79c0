"""What refactors a repository: `greenlit refactor`, and what a user would take instead."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.adapters.pyrefly import find_pyrefly
from bot.ports import Unreachable
from tests.benchmarks.drawn_refactorings import DrawnRefactoring
from tests.benchmarks.judged_copy import JudgedCopy
from tests.benchmarks.pyrefly_renaming import rename_with_pyrefly
from tests.benchmarks.repositories import OWN

GREEN, BROKEN, REFUSED, ERROR = "green", "broken", "refused", "error"
LIMIT_S = 300
REASON = re.compile(r"^  .*  \((?P<why>[^()]*(?:\([^()]*\)[^()]*)*)\)$")

# It writes into the copy; it returns an outcome and the reason, ("", "") when it wrote something,
# None when this tool does not do such a thing.
Tool = Callable[[JudgedCopy, DrawnRefactoring], tuple[str, str] | None]


def _refactor_with_greenlit(copy: JudgedCopy, drawn: DrawnRefactoring) -> tuple[str, str]:
    words = [drawn.act, drawn.name, *([drawn.new] if drawn.new else [])]
    command = [sys.executable, "-m", "bot", "refactor", *words, "--repo", str(copy.root)]
    code, errors = _run([*command, "--apply"])
    if code == 0:
        return "", ""
    if code != 1 or "Traceback" in errors:
        return ERROR, _last_line(errors)
    reasons = [match["why"] for line in errors.splitlines() if (match := REASON.match(line))]
    if reasons:
        return REFUSED, f"not proved: {render_counts(Counter(reasons))}"
    return REFUSED, " ".join(errors.split())


def _refactor_with_rope(copy: JudgedCopy, drawn: DrawnRefactoring) -> tuple[str, str] | None:
    if drawn.act == "async":
        return None
    lines = (copy.root / drawn.path).read_text().splitlines(keepends=True)
    offset = len("".join(lines[: drawn.line - 1])) + drawn.column
    new = drawn.new
    if drawn.act == "move":
        suffix = f"{new.replace('.', '/')}.py"
        new = f"src/{suffix}" if drawn.path.startswith("src/") else suffix
    script = str(Path(__file__).with_name("rope_refactoring.py"))
    command = [copy.python, script, str(copy.root), drawn.act, drawn.path, str(offset), new]
    code, errors = _run(command)
    match code:
        case 0:
            return "", ""
        case 1 if "Traceback" not in errors:
            return REFUSED, _last_line(errors)
        case 3:
            return None
        case _:
            return ERROR, _last_line(errors)


def _refactor_with_pyrefly(copy: JudgedCopy, drawn: DrawnRefactoring) -> tuple[str, str] | None:
    checker = find_pyrefly()
    if drawn.act != "rename" or checker is None:
        return None
    place = (drawn.path, drawn.line, drawn.column)
    try:
        is_done = rename_with_pyrefly(checker.program, copy.root, place, drawn.new)
    except Unreachable as error:
        return ERROR, str(error)
    return ("", "") if is_done else (REFUSED, "no edits")


TOOLS: dict[str, Tool] = {
    "greenlit": _refactor_with_greenlit,
    "pyrefly": _refactor_with_pyrefly,
    "rope": _refactor_with_rope,
}


def _run(command: Sequence[str]) -> tuple[int, str]:
    """Run a program from this project's folder; returns its exit code and its errors."""
    try:
        done = subprocess.run(
            ["nice", "-n", "15", *command],
            cwd=OWN,
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return 124, f"It had not ended after {LIMIT_S} s."
    return done.returncode, done.stderr


def render_counts(counts: Counter[str]) -> str:
    """Write how often each thing came, the most frequent first."""
    return ", ".join(f"{count} {what}" for what, count in counts.most_common())


def _last_line(text: str) -> str:
    return next(reversed(text.strip().splitlines()), "no word")
