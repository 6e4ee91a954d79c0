"""The measurement of reading logs: the examples in bench/ci-logs by tool family, and the
speed.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bot.logs import read_log
from bot.values import Failure, Reading
from tests.benchmarks.cost import measure_cost
from tests.benchmarks.table import Row

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "bench" / "ci-logs"
BIG_BYTES = 100_000_000
FAMILIES = {
    "c": "C and C++",
    "go": "Go",
    "infra": "outages",
    "java": "Java",
    "js": "JavaScript",
    "php": "PHP",
}
FAMILIES |= {"py": "Python", "rb": "Ruby", "rs": "Rust"}


@dataclass
class Score:
    """How many logs had the right category, how many failures were found, invented or missed."""

    logs: int = 0
    right: int = 0
    found: int = 0
    missed: int = 0
    invented: int = 0
    frames: list[int] = field(default_factory=lambda: [0, 0])  # found, wanted
    unfit: list[str] = field(default_factory=list)  # actions that do not fit

    @property
    def category(self) -> float:
        return self.right / self.logs

    @property
    def recall(self) -> float:
        return self.found / max(self.found + self.missed, 1)

    @property
    def precision(self) -> float:
        return self.found / max(self.found + self.invented, 1)

    @property
    def frame_recall(self) -> float:
        return self.frames[0] / self.frames[1] if self.frames[1] else 1.0

    def add(self, name: str, reading: Reading, label: Mapping[str, Any]) -> None:
        """Weigh a reading against its label."""
        self.logs += 1
        self.right += reading.category in {
            label["category"],
            *label.get("category_alternatives", ()),
        }
        if label.get("expect_action", reading.action) != reading.action:
            self.unfit.append(name)
        left = list(reading.failures)
        for wanted in label["failures"]:
            match = next((failure for failure in left if same(failure, wanted)), None)
            if match is None:
                self.missed += 1
                continue
            left.remove(match)
            self.found += 1
            lines = _lines(wanted["frames"])
            self.frames[0] += len(lines & {(frame.file, frame.line) for frame in match.frames})
            self.frames[1] += len(lines)
        self.invented += 0 if label.get("partial") else len(left)


def same(failure: Failure, wanted: Mapping[str, Any]) -> bool:
    """By the innermost place (or the root cause's), and the test's name; without a place by the
    message.
    """
    ends = [
        places[-1]
        for places in (
            _placed(wanted["frames"]),
            _placed((wanted.get("root_cause") or {}).get("frames", [])),
        )
        if places
    ]
    if not _placed(wanted["frames"]):
        said = _folded(wanted["message_contains"])
        return bool(said) and said in _folded(failure.message)
    if not failure.frames or (failure.frames[-1].file, failure.frames[-1].line) not in ends:
        return False
    mine, theirs = _name(failure.test), _name(wanted["test"])
    return not mine or not theirs or mine in theirs or theirs in mine


def _placed(frames: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(frame["file"], frame["line"]) for frame in frames if frame["line"] is not None]


def _lines(frames: Sequence[Mapping[str, Any]]) -> set[tuple[str, int]]:
    return set(_placed(frames))


def _folded(text: str | None) -> str:
    return " ".join((text or "").split())


def _name(test: str | None) -> str:
    return re.sub(r"[\s>›:.#]+", " ", test or "").strip()


def scored() -> dict[str, Score]:
    """The score of each family, and of all."""
    scores = {"all": Score()}
    for path in sorted(EXAMPLES.glob("*.json")):
        label = json.loads(path.read_text())
        with path.with_suffix(".log").open("rb") as log:
            reading = read_log(log, label["repo_files"])
        family = FAMILIES[path.name.partition("_")[0]]
        for score in (scores["all"], scores.setdefault(family, Score())):
            score.add(path.stem, reading, label)
    return scores


def rows(work: Path) -> Iterator[Row]:
    """The examples family by family, then a log of 100 MB beside ripgrep over the same file."""
    aims = "0.97, 0.95, 0.92, 0.95"
    for family, score in scored().items():
        told = f"{score.category:.2f}, {score.recall:.2f}, {score.precision:.2f}, {score.frame_recall:.2f}"
        yield Row(
            f"{family}: category, recall, precision, frames of {score.logs} logs", told, aims, ""
        )
    log = work / "big.log"
    _write_big(log)
    took, rss = _timed(log)
    yield Row(
        "a log of 100 MB",
        f"{BIG_BYTES / 1e6 / took:.0f} MB/s, {rss:.0f} MB of memory",
        "20 MB/s, 64 MB",
        _ripgrep(log),
    )


def _write_big(path: Path) -> None:
    """Mostly what a build prints, with tracebacks between, in one step."""
    draw = Random(3)
    stamp = b"2026-03-24T23:44:21.8115079Z "
    noise = [
        b"tests/test_%d.py::test_case_%d \x1b[32mPASSED\x1b[0m" % (n, n * 7) for n in range(100)
    ]
    trace = [
        b"Traceback (most recent call last):",
        b'  File "/x/y.py", line 3, in f',
        b"ValueError: retried",
    ]
    size = 0
    with path.open("wb") as log:
        size += log.write(stamp + b"##[group]Run make\n" + stamp + b"##[endgroup]\n")
        while size < BIG_BYTES:
            lines = (
                trace if draw.random() < 0.01 else [draw.choice(noise) + b" x" * draw.randrange(30)]
            )
            size += log.write(b"".join(stamp + line + b"\n" for line in lines))
        log.write(
            stamp
            + b"src/a.c:3:9: error: expected ';'\n"
            + stamp
            + b"##[error]Process completed with exit code 2.\n"
        )


def _timed(path: Path) -> tuple[float, float]:
    """Seconds of CPU and MB of memory, in a process of its own."""
    code = (
        "import sys; from bot.logs import read_log\n"
        "with open(sys.argv[1], 'rb') as log: assert read_log(log, ['src/a.c']).failures\n"
    )
    return measure_cost([sys.executable, "-c", code, str(path)], ROOT)


def _ripgrep(path: Path) -> str:
    """What the fastest search alone takes for the word "error", where it is installed."""
    if shutil.which("rg") is None:
        return "no rg here"
    began = time.perf_counter()
    subprocess.run(
        ["rg", "--count", "error|Error|FAIL|panic", str(path)], capture_output=True, check=False
    )
    return f"rg {BIG_BYTES / 1e6 / (time.perf_counter() - began):.0f} MB/s"
