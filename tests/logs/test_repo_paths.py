"""Paths in a log become paths of the repository, or nothing."""

from __future__ import annotations

import pytest

from bot.values import Frame
from tests.logs.reading import read_output


@pytest.mark.parametrize(
    ("printed", "file"),
    [
        ("src/app/a.py", "src/app/a.py"),
        ("./src/app/a.py", "src/app/a.py"),
        ("/home/runner/work/shop/shop/src/app/a.py", "src/app/a.py"),
        ("/tmp/build/x/src/app/a.py", "src/app/a.py"),
        ("D:\\a\\shop\\shop\\src\\app\\a.py", "src/app/a.py"),
        ("/usr/lib/python3.11/site-packages/app/a.py", "src/app/a.py"),
        ("/x/lib/python3.11/site-packages/app-1.0-py3.11.egg/app/a.py", "src/app/a.py"),
        (
            "/home/runner/work/shop/shop/build-install/lib/python3/dist-packages/app/a.py",
            "src/app/a.py",
        ),
        ("../../src/app/a.py", "src/app/a.py"),
        ("file:///home/runner/work/shop/shop/src/app/a.py", "src/app/a.py"),
        ("app/a.py", "src/app/a.py"),
        ("b.py", "b.py"),
    ],
)
def test_paths_become_those_of_the_repository(printed: str, file: str):
    """Workspaces, other machines and installed copies are recognised."""
    output = (
        f'Traceback (most recent call last):\n  File "{printed}", line 3, in f\n    x\nNameError: x'
    )
    (failure,) = read_output(output, ("src/app/a.py", "b.py", "lib/b.py")).failures

    assert failure.frames == (Frame(file, 3, "f"),)


@pytest.mark.parametrize(
    "printed",
    [
        "/usr/lib/python3.11/json/__init__.py",
        "/usr/lib/python3.11/a.py",
        "/x/y/lib/python3.12/app/a.py",
        "<frozen x>",
        "nowhere.py",
    ],
)
def test_other_peoples_code_is_no_frame(printed: str):
    """A file of the same name elsewhere is not ours."""
    output = (
        f'Traceback (most recent call last):\n  File "{printed}", line 3, in f\n    x\nNameError: x'
    )
    (failure,) = read_output(output, ("src/app/__init__.py", "src/app/a.py")).failures

    assert failure.frames == ()


def test_where_a_tool_worked_decides_between_files_of_the_same_name():
    """What the command or the tool says of its folder comes before a file of that name in the root."""
    output = "Makefile:3: warning\nsrc/a.c:3:9: error: expected ';'"
    files = ("src/a.c", "services/billing/src/a.c", "services/ledger/src/a.c")
    inside = "make: Entering directory '/home/runner/work/shop/shop/services/ledger'\n"

    assert [Frame("src/a.c", 3)] == [
        failure.frames[-1] for failure in read_output(output, files).failures
    ]
    assert [Frame("services/ledger/src/a.c", 3)] == [
        failure.frames[-1] for failure in read_output(inside + output, files).failures
    ]
