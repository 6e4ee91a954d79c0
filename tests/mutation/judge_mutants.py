"""A plugin of pytest: it wakes one mutant after the other, and runs the tests that call it.

The tests are collected once. They run once without a fault, which tells what each calls and how
long it takes; then each mutant has a process of its own, forked before any test ran, in which the
quickest test comes first and the first that fails ends it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import pytest
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

from tests.mutation.mutants import FAULT

NOTICED, NOT_NOTICED, NOT_REACHED, ENDLESS = "noticed", "not noticed", "not reached", "endless"
LIVES = (NOT_NOTICED, NOT_REACHED)
RECORDING = "stats"  # as a mutant's name: mutmut records which functions are called
MUTANT = "MUTANT_UNDER_TEST"
OURS = ("bot", "handlers", "tests")
PASSED, FAILED = 0, 1
ENDS = MappingProxyType({PASSED: NOT_NOTICED, -signal.SIGXCPU: ENDLESS, -signal.SIGKILL: ENDLESS})
MORE_CPU_S, MOST_TIMES = 5, 10  # beyond what the tests take without it, a fault makes them endless
MORE_WALL_S = 60
PAUSE_S = 0.02


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the files that name the mutants and that shall hold what became of each."""
    parser.addoption("--mutants", type=Path)
    parser.addoption("--judged", type=Path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Judge each mutant instead of running the tests."""
    if session.testsfailed:
        return None
    judge = _Judge(session)
    judge.record_calls()
    names = session.config.option.mutants.read_text(encoding="utf-8").split()
    with session.config.option.judged.open("w", encoding="utf-8", buffering=1) as judged:
        for name in names:
            print(name, judge.judge(name), file=judged)
    return True


@dataclass
class _Judge:
    """The tests, by what they call, and what is called while they are imported."""

    session: pytest.Session
    imported: frozenset[str] = frozenset()
    calls: dict[str, list[str]] = field(default_factory=dict)  # by the test's id
    took_s: dict[str, float] = field(default_factory=dict)

    def record_calls(self) -> None:
        """Run all tests without a fault. Raises UsageError where one fails."""
        file = self.session.config.option.judged.with_suffix(".calls")
        _run_forked(lambda: self._record_calls(file), limit_s=3600)
        if not file.is_file():
            raise pytest.UsageError("The tests did not come to their end.")
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["failed"]:
            raise pytest.UsageError(f"Without any fault this fails: {kept['failed']}")
        self.calls, self.took_s = kept["calls"], kept["took_s"]
        for name in kept["modules"]:  # what tests import late is not imported for each fault
            importlib.import_module(name)
        self.imported = frozenset(state()._stats)

    def _record_calls(self, file: Path) -> int:
        reports = _Reports()
        self.session.config.pluginmanager.register(reports)
        calls = {}
        for item, following in self._pair(self.session.items):
            state()._stats.clear()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            calls[item.nodeid] = sorted(state()._stats)
        modules = [name for name in sys.modules if name.partition(".")[0] in OURS]
        kept = {"calls": calls, "took_s": reports.took_s, "failed": reports.failed}
        kept["modules"] = modules
        file.write_text(json.dumps(kept), encoding="utf-8")
        return PASSED

    def judge(self, name: str) -> str:
        """Say whether a test notices the mutant."""
        function = name.rpartition(FAULT)[0]
        items = [item for item in self.session.items if function in self.calls[item.nodeid]]
        items.sort(key=lambda item: self.took_s[item.nodeid])
        end = self._run_tests(name, items) if items else NOT_REACHED
        if end in LIVES and function in self.imported:
            return self._import_anew(name)
        return end

    def _run_tests(self, name: str, items: list[pytest.Item]) -> str:
        limit_s = math.ceil(MOST_TIMES * sum(self.took_s[item.nodeid] for item in items))
        return _run_forked(lambda: self._run_until_noticed(name, items), limit_s)

    def _run_until_noticed(self, name: str, items: list[pytest.Item]) -> int:
        set_mutant_under_test(name)
        reports = _Reports()
        self.session.config.pluginmanager.register(reports)
        for item, following in self._pair(items):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if reports.failed:
                return FAILED
        return PASSED

    def _pair(self, items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
        """Give each test with the one that follows it; the last with another one.

        So that what the session holds, such as servers, ends with the process, and is not waited
        for. How that goes on a busy machine would be counted to the last test.
        """
        other = next((item for item in self.session.items if item is not items[-1]), None)
        yield from zip(items, [*items[1:], other], strict=True)

    def _import_anew(self, name: str) -> str:
        """Run the tests where the mutant is awake while they are imported."""
        arguments = ["-x", "-q", *self.session.config.option.file_or_dir]
        marks = ["-m", self.session.config.option.markexpr]
        command = ["env", f"{MUTANT}={name}", sys.executable, "-m", "pytest", *arguments, *marks]
        ended = subprocess.run(command, capture_output=True, check=False)
        return NOT_NOTICED if ended.returncode == PASSED else NOTICED


@dataclass
class _Reports:
    """What the tests of a process said: the first that failed, and how long each took."""

    failed: str = ""
    took_s: dict[str, float] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep it."""
        self.took_s[report.nodeid] = self.took_s.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed = self.failed or f"{report.nodeid}\n{report.longreprtext}"


def _run_forked(run: Callable[[], int], limit_s: int) -> str:
    """Run it in a process of its own, and end what that leaves behind."""
    child = os.fork()
    if not child:
        os.setsid()
        most = MORE_CPU_S + limit_s
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        end = FAILED
        try:
            end = run()
        finally:
            os._exit(end)  # no fixture of the parent is torn down here
    end_word = _await_end(child, MORE_WALL_S + 2 * limit_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return end_word


def _await_end(child: int, limit_s: int) -> str:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return ENDS.get(os.waitstatus_to_exitcode(status), NOTICED)
        time.sleep(PAUSE_S)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return ENDLESS
