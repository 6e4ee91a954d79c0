"""Which lines of a run the demo prints."""

from rich.text import Text

from bot.cli.demo.narration import Printed

GREEN = Text("✓ test success")


def test_ci_is_told_again_only_behind_a_push():
    """CI that says the same of the same commit is no news; that it says it of the next one is."""
    lines = (("CI", GREEN), ("CI", GREEN), ("push", Text("6bc622b")), ("CI", GREEN), ("CI", GREEN))
    printed = Printed()

    assert [False, True, False, False, True] == [printed.is_repeated(*line) for line in lines]


def test_threads_that_still_wait_are_told_once():
    """A push answers no thread, so that they wait is no news behind it."""
    waiting = ("review", Text("2 threads to answer"))
    printed = Printed()

    assert [False, False, True] == [
        printed.is_repeated(*line) for line in (waiting, ("push", Text("6bc622b")), waiting)
    ]
