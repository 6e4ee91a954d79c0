"""Without the extra `[learn]` its commands say what to install; all else works."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

COMMANDS = ["corpus find", "corpus clone .", "corpus stats", "learn", "complete"]


def test_a_command_without_its_extra_says_what_to_install(tmp_path):
    """In one sentence with the names and the command, on standard error, with exit code 2."""
    code = f"""
        import sys
        sys.modules["keras"] = sys.modules["alembic"] = None  # as if they were not installed
        from typer.testing import CliRunner
        from bot.cli.commands import app
        for words in {COMMANDS}:
            ended = CliRunner().invoke(app, words.split())
            print(ended.exit_code, repr(ended.stdout), ended.stderr, end="")
    """
    ended = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env={"HOME": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    lines = ended.stdout.splitlines()
    assert len(COMMANDS) == len(lines)
    for line in lines:
        assert line.startswith("2 '' This command needs more than is installed (alembic, ")
        assert "keras" in line
        assert "pip install 'greenlit[learn]'" in line
