"""A command starts with the libraries that it needs alone: each of them takes its time."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest


@pytest.mark.served
def test_command_loads_no_library_that_it_does_not_need():
    """To read a log takes neither git nor GitHub, to judge a change neither GitHub nor the engine;
    and no model of code is loaded before a repository asks for surprising lines.
    """
    code = """
        import sys
        import bot.cli.commands, bot.cli.explain
        print(sorted({"git", "github", "requests", "dbos", "anthropic", "numpy"} & set(sys.modules)))
        import bot.cli.check
        print(sorted({"github", "requests", "dbos", "sqlalchemy", "anthropic"} & set(sys.modules)))
        import bot.adapters.line_surprise, bot.stories
        print([name for name in sys.modules if name.startswith(("bot.learning", "bot.corpus"))])
    """
    command = [sys.executable, "-c", dedent(code)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)

    assert loaded.stdout == "[]\n[]\n[]\n"
