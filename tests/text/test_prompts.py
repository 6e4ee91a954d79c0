"""Prompts are checked strictly: their front matter is true, and what fills them is data."""

from importlib.resources import files

import pytest

from bot.steps.ask_model import build_prefix
from bot.text.prompts import PromptError, load

NAMES = sorted(
    found.name.removesuffix(".md")
    for found in files("prompts").iterdir()
    if found.name.endswith(".md")
)


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_is_what_it_says(name):
    """Its front matter is whole and names exactly the inputs that its text uses."""
    prompt = load(name)

    assert prompt.purpose
    assert prompt.returns


def test_a_wrong_input_is_refused():
    """A prompt takes its inputs, all of them and no others."""
    with pytest.raises(PromptError, match="takes"):
        load("begin").render(number="7")


def test_a_value_is_never_read_as_a_prompt():
    """What looks like an input inside a value stays as it is."""
    text = load("begin").render(repository="{{ branch }}", number="7", branch="main", commit="abc")

    assert "{{ branch }}" in text


def test_the_brief_is_the_same_for_every_run():
    """Tools and system text are the same bytes each time, or the cache would serve nobody."""
    assert build_prefix(["a.py"]) == build_prefix(["b/c.py", "d.ts"])
    assert [
        "read_request",
        "list_dir",
        "grep",
        "read_file",
        "find_symbol",
        "edit_file",
        "create_file",
        "delete_file",
        "restore_file",
        "replace_text",
        "rename_symbol",
        "make_async",
        "move_symbol",
        "show_diff",
        "update_todo",
        "log_lines",
        "log_grep",
        "submit_plan",
        "finish",
    ] == [tool.name for tool in build_prefix(["a.py"]).tools]


def test_tools_take_nothing_that_is_not_named():
    """Every tool's schema is closed and described."""
    for tool in build_prefix(["a.py"]).tools:
        assert tool.schema["additionalProperties"] is False
        assert tool.description
