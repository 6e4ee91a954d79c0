"""What a person at a terminal sees while a corpus is built."""

from __future__ import annotations

import re
from io import StringIO

from rich.console import Console

from bot.cli.corpus_progress import show_corpus_progress

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(StringIO):
    """A terminal that keeps what was written to it."""

    def isatty(self):
        """Say that it is one."""
        return True


def test_each_part_of_the_work_is_shown_with_its_speed():
    """Both lines fit 80 columns: the repositories, and the megabytes of the one under way."""
    terminal = Terminal()
    console = Console(file=terminal, width=80, force_terminal=True, color_system=None)
    with show_corpus_progress(console, 3) as progress:
        progress.begin("ada/an-engine[bold]")
        progress.show_fetched(1_500_000)
        progress.progress.refresh()
        progress.show_read(500_000, 2_000_000)
        progress.progress.refresh()
        progress.end()
        progress.progress.refresh()
    lines = re.split(r"[\r\n]+", CODES.sub("", terminal.getvalue()))

    assert any("Fetching ada/an-engine[bold]" in line and "1.5" in line for line in lines)
    assert any(re.search(r"Reading ada/.* 0\.5/2\.0 MB [\d.]+ MB/s", line) for line in lines)
    assert any(re.search(r"Repositories .* 1/3", line) for line in lines)
    assert 80 >= max(map(len, lines))


def test_nothing_is_shown_in_a_pipe():
    """Bars are for people; a file gets the sentences alone."""
    printed = StringIO()
    with show_corpus_progress(Console(file=printed, width=80), 3) as progress:
        progress.begin("ada/engine")
        progress.show_read(1, 2)
        progress.end()

    assert not printed.getvalue().strip()
