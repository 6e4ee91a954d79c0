"""The demo's last screen: what came of it, where to look, what to do next."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from bot.cli.demo.last_screen import DemoResult, render_end
from bot.cli.demo.reviewer import ReviewedThread
from bot.forge import PullRecord


def make_threads(*, answer: str = "Because.") -> tuple[ReviewedThread, ...]:
    """Make the two threads of the review: one resolved, one open with this answer."""
    return (
        ReviewedThread("Suggestion", "README.md", "pull/2#discussion_r31", "Applied.", True),
        ReviewedThread("Question", "app/requests.py", "pull/2#discussion_r33", answer, False),
    )


def make_result(
    *,
    draft: bool = False,
    misfit: str = "",
    pulls: int = 1,
    threads: tuple[ReviewedThread, ...] = (),
) -> DemoResult:
    """Make what came of a demo."""
    pull = PullRecord(
        id=1,
        number=2,
        title="Reports are built in the background",
        body="",
        author="greenlit[bot]",
        created_at="",
        updated_at="",
        head="greenlit/1-reports-block-their-endpoint",
        base="main",
        draft=draft,
    )
    home = Path("/tmp/greenlit-demo-12345678")
    return DemoResult(
        repo="acme/orders",
        pull=pull if pulls else None,
        threads=threads,
        misfit=misfit,
        took_s=41.2,
        forge_url="http://127.0.0.1:12345",
        page_url="http://127.0.0.1:12346/",
        git_dir=home / "forge/git/acme/orders.git",
        log=home / "bot.log",
    )


def show(result: DemoResult, *, stay: bool) -> list[str]:
    """Show it on a terminal of 80 columns, whose lines go on below where they are longer."""
    screen = StringIO()
    Console(file=screen, width=80).print(render_end(result, "greenlit", stay=stay), soft_wrap=True)
    lines = []
    for line in screen.getvalue().splitlines():
        lines += [line[start : start + 80] for start in range(0, len(line) or 1, 80)]
    return lines


@pytest.mark.parametrize("stay", [True, False])
@pytest.mark.parametrize(
    "result",
    [
        make_result(),
        make_result(draft=True),
        make_result(pulls=0),
        make_result(misfit="x"),
        make_result(threads=make_threads()),
        make_result(threads=make_threads(answer=""), misfit="x"),
    ],
)
def test_it_fits_a_terminal_of_24_lines(result, stay):
    """With a line to spare for the cursor, however the demo ended."""
    assert len(show(result, stay=stay)) <= 23


def test_it_names_what_can_be_opened_and_what_to_do_next():
    """Addresses, the command that shows the diff, and the three steps."""
    text = "".join(show(make_result(), stay=True))

    assert "✓ Pull request #2 is open, and CI is green, after 41 s." in text
    assert "http://127.0.0.1:12345/acme/orders/pull/2" in text
    assert "http://127.0.0.1:12346/" in text
    diff = "git -C /tmp/greenlit-demo-12345678/forge/git/acme/orders.git diff main...greenlit/1-rep"
    assert diff in text
    assert "greenlit doctor" in text
    assert "All of it stays up until you press Ctrl-C." in text


def test_it_names_the_answered_threads_and_where_they_are():
    """Below the pull request, each with its page."""
    text = "\n".join(show(make_result(threads=make_threads()), stay=True))

    assert "✓ Its review: 2 of 2 threads answered, 1 resolved." in text
    assert "  Suggestion     http://127.0.0.1:12345/acme/orders/pull/2#discussion_r31" in text
    assert "  Question       http://127.0.0.1:12345/acme/orders/pull/2#discussion_r33" in text


def test_without_a_terminal_no_address_is_named_that_is_gone():
    """What ends with the demo cannot be opened afterwards; its files can."""
    text = "".join(show(make_result(), stay=False))

    assert "http://" not in text
    assert "Ctrl-C" not in text
    assert "git -C" in text


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (make_result(draft=True), "✗ Pull request #2 is a draft: CI is not green"),
        (make_result(pulls=0), "✗ No pull request was opened"),
        (make_result(misfit="turn 2: odd"), "turn 2: odd"),
        (make_result(threads=make_threads(answer="")), "✗ Its review: 1 of 2 threads answered"),
    ],
)
def test_what_went_wrong_is_said_first(result, words):
    """And is not green."""
    assert words in "".join(show(result, stay=True)[:5])
    assert not result.is_green
