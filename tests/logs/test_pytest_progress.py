"""What pytest prints of a failed test where its report is missing."""

from __future__ import annotations

import pytest

from bot.logs import read_log


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "FAILED tests/test_cart.py::test_adds - assert 1 == 2",
            ("tests/test_cart.py::test_adds", "AssertionError", "assert 1 == 2"),
        ),
        (
            "FAILED tests/test_cart.py::test_adds[a - b] - KeyError: 'x'",
            ("tests/test_cart.py::test_adds[a - b]", "KeyError", "'x'"),
        ),
        (
            "ERROR tests/test_cart.py::test_adds - OSError: no disk",
            ("tests/test_cart.py::test_adds", "OSError", "no disk"),
        ),
        (
            "FAILED tests/test_cart.py::test_adds[a - b]",
            ("tests/test_cart.py::test_adds[a - b]", "", "failed"),
        ),
        (
            "[gw1] [ 50%] FAILED tests/test_cart.py::test_adds[a - b]",
            ("tests/test_cart.py::test_adds[a - b]", "", "failed"),
        ),
    ],
)
def test_a_line_of_the_summary_alone_is_read_as_one_below_its_heading(line, told):
    """As who copies the last lines has it: the test's name ends where its message begins."""
    (failure,) = read_log([f"{line}\n".encode(), b"1 failed in 0.10s\n"], ()).failures

    assert told == (failure.test, failure.error, failure.message)
