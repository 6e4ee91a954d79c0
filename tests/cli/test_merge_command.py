"""The promises of `greenlit merge`: what it prints and writes, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.commands import app

BASE, OURS, THEIRS = "x = 1\n", "x = 2\n", "x = 3\n"


@pytest.fixture
def merge(tmp_path: Path):
    """Types the command with three files of these texts."""

    def run(ours: str, theirs: str, *options: str) -> Result:
        files = {"base.py": BASE, "ours.py": ours, "theirs.py": theirs}
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return CliRunner().invoke(
            app, ["merge", *options, *(str(tmp_path / name) for name in files)]
        )

    return run


def test_a_merge_is_printed_or_written(merge, tmp_path):
    """With `--output` standard output stays empty."""
    written = tmp_path / "merged.py"
    printed, silent = merge(OURS, BASE), merge(OURS, BASE, "--output", str(written))

    assert (0, OURS) == (printed.exit_code, printed.stdout)
    assert (0, "", OURS) == (silent.exit_code, silent.stdout, written.read_text())


def test_what_is_in_doubt_stands_between_markers(merge):
    """With exit code 1, and its line on standard error."""
    ended = merge(OURS, THEIRS, "--path", "shop/x.py")

    assert 1 == ended.exit_code
    assert "<<<<<<< ours\nx = 2\n" in ended.stdout
    assert ended.stderr.startswith("shop/x.py:1: left: ")


@pytest.mark.parametrize(
    ("ours", "options", "message"),
    [
        ("a\0b", (), "is not text, so it cannot be merged by lines."),
        (OURS, ("--output", "/dev/null/x"), "/dev/null/x cannot be written: Not a directory."),
    ],
)
def test_what_cannot_be_merged_is_wrong_use(merge, ours, options, message):
    """Exit code 2, and a sentence."""
    ended = merge(ours, THEIRS, *options)

    assert (2, "") == (ended.exit_code, ended.stdout)
    assert message in ended.stderr


def test_a_file_that_is_missing_is_told():
    """In the words of the other commands."""
    ended = CliRunner().invoke(app, ["merge", "none", "none", "none"])

    assert 2 == ended.exit_code
    assert "The file none cannot be read: No such file or directory.\n" == ended.stderr
