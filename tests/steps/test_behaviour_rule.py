"""Which requests ask for a refactoring: what the code does has to stay as it is."""

import pytest

from bot.steps.behaviour_rule import asks_same_behaviour
from bot.tools import select_tools
from bot.values import Issue


def ask(title, body="", words=""):
    """Whether a request is taken for a refactoring."""
    return asks_same_behaviour(Issue(1, title, body, "ada"), words)


@pytest.mark.parametrize(
    "title",
    [
        "Refactor the report script",
        "report.py: turn it into functions and classes",
        "Split the parser into modules",
        "Move `load` into a module of its own",
        "Modularise billing",
    ],
)
def test_a_title_asks_for_a_refactoring(title):
    """By the words that people have for it; the command's words count as a title does."""
    assert ask(title)
    assert ask("Reports", words=title)
    assert not ask("The total is wrong", f"Since somebody said: {title}")


@pytest.mark.parametrize(
    "title",
    ["Clean up old sessions", "Simplify the message", "Extract class names from the file"],
)
def test_other_work_in_like_words_is_none(title):
    """A pull request must not say that the same behaviour was not shown, where none was asked."""
    assert not ask(title)


def test_a_body_asks_for_the_same_behaviour():
    """It says that what is printed stays."""
    assert ask("report.py is hard to read", "The output must stay the same, byte for byte.")
    assert ask("Use a table", "It must not change what it does.")
    assert not ask("Greet more quietly", "It shouts.")


def test_small_requests_of_other_kinds_have_the_tools_that_they_had():
    """The tool is one more where it is offered, and nothing else differs."""
    without = select_tools(["a.py"], has_sandbox=True)
    with_it = select_tools(["a.py"], has_sandbox=True, records_behaviour=True)

    assert without == tuple(tool for tool in with_it if tool.name != "record_behaviour")
    assert len(with_it) == len(without) + 1
    assert without == select_tools(["a.py"], has_sandbox=True)
    assert "record_behaviour" not in {
        tool.name for tool in select_tools(["a.py"], records_behaviour=True)
    }
