"""The same words in other wrappings: what stands before each line is not the tool's."""

from __future__ import annotations

import pytest

from bot.logs import read_log
from tests.logs.reading import STAMP, summarize, wrap_as_job

OUTPUT = """=== RUN   TestGet
=== RUN   TestGet/miss
    store_test.go:25: Get("zz") = nil, want not found
--- FAIL: TestGet (0.00s)
    --- FAIL: TestGet/miss (0.00s)
FAIL
FAIL\tgithub.com/acme/gokv/store\t0.004s
"""
READING = ["test-failure, fix, go test", "TestGet/miss | - | store/store_test.go:25"]


def prefix_lines(prefix: str, ending: str = "\n") -> str:
    return "".join(f"{prefix}{line}{ending}" for line in OUTPUT.split("\n"))


@pytest.mark.parametrize(
    "prefix",
    [
        "    [exec] ",
        "app-test-1  | ",
        "tests_1 | ",
        "#12 3.456 ",
        "web:test: ",
        "packages/web test: ",
        "@acme/web: ",
    ],
)
def test_a_tool_inside_a_tool(prefix: str):
    """Ant, docker compose, docker build, Turborepo, pnpm and Lerna name themselves on each line."""
    log = wrap_as_job(prefix_lines(prefix)).split(b"\n")

    assert READING == summarize(read_log(log, ["store/store_test.go"]))


def test_a_log_that_gh_saved():
    """Each line begins with the job's and the step's name."""
    log = [b"test (1.19)\tRun go test\t" + line for line in wrap_as_job(OUTPUT).split(b"\n")]

    assert READING == summarize(read_log(log, ["store/store_test.go"]))


def test_a_log_of_another_system():
    """No groups, no marks, no stamps; overwritten lines and a fold at the beginning."""
    log = f"travis_fold:start:test\r\x1b[0K$ go test\n{prefix_lines('', chr(13) + chr(10))}The command exited with 1.\n"

    assert READING == summarize(read_log(log.encode().split(b"\n"), ["store/store_test.go"]))


def test_marks_colours_and_links_in_the_middle():
    """A problem matcher marks a line, a terminal link and a charset switch stand in another."""
    painted = OUTPUT.replace("    store", "##[error]    store").replace(
        "FAIL\n", "\x1b]8;;http://x\x07FAIL\x1b]8;;\x07\x1b(B\n"
    )
    log = (
        wrap_as_job(painted)
        .replace(f"{STAMP}FAIL".encode(), f"{STAMP}^[[31mFAIL^[[0m".encode())
        .split(b"\n")
    )

    assert READING == summarize(read_log(log, ["store/store_test.go"]))
