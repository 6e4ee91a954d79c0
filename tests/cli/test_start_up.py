"""A command starts with the libraries that it needs alone: each of them takes its time."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

import pytest

pytestmark = pytest.mark.served


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


def test_nobody_looks_for_garbage_among_what_a_command_imported():
    """That was a third of the time that `greenlit serve` took to start; what a run leaves is still
    looked for.
    """
    code = """
        import gc
        from bot.lasting_imports import import_lasting
        imported = import_lasting("bot.cli.commands")
        kept = gc.get_freeze_count()
        again = import_lasting("bot.cli.commands")
        print(gc.isenabled(), kept > 50_000, gc.get_freeze_count() == kept, again is imported)
    """
    command = [sys.executable, "-c", dedent(code)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)

    assert told.stdout == "True True True True\n"


def test_the_page_of_runs_needs_no_second_pydantic():
    """FastAPI imports `pydantic.v1` for the first parameter that a route declares, 25 modules more."""
    code = """
        import sys
        from bot.run import Journal
        from bot.web.page.routes import create_page
        create_page(Journal, [])
        print("pydantic.v1" in sys.modules)
    """
    command = [sys.executable, "-c", dedent(code)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"
