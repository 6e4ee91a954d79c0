"""Here lives the table of readers: who is asked first what a failed step says."""

from __future__ import annotations

from dataclasses import dataclass

from bot.logs.found import Reader
from bot.logs.generic import diagnostics
from bot.logs.pytests import pytest_report
from bot.logs.python import dying, timed_out, tracebacks
from bot.logs.unittests import doctest_report, unittest_report


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader by the name of its tool. One that reads `tests` is believed before a word about networks."""

    tool: str
    read: Reader
    tests: bool = False


# The first that finds something is believed. To teach the bot a tool, write a reader and put it here: test runners
# first, then what ends a program, then what points at lines.
READERS = (
    Entry("pytest", pytest_report, tests=True),
    Entry("unittest", unittest_report, tests=True),
    Entry("doctest", doctest_report, tests=True),
    Entry("pytest-timeout", timed_out, tests=True),
    Entry("python", dying),
    Entry("python", tracebacks),
    Entry("diagnostics", diagnostics),
)
