"""A conversation holds no secret of the bot's own process: not what is told, not what is said."""

from __future__ import annotations

import json

import pytest

from bot.steps.own_secrets import MARK, holds_own_secret, mask_conversation, mask_turn
from bot.text.secret_values import SecretValues
from bot.values import ToolCall, ToolResult, ToolResults, Turn, Usage, UserText

SECRET = "swordfish-and-a-shield"
OWN = SecretValues([SECRET])


def make_turn(word):
    """A turn that says a word in each of its places."""
    call = ToolCall("c", "grep", {"pattern": word, "paths": [f"a/{word}", 3], "more": {word: None}})
    content = json.dumps([{"type": "text", "text": f"So: {word} ü"}], ensure_ascii=False)
    return Turn(content=content, text=f"So: {word} ü", calls=(call,), stop="tools", usage=Usage())


def test_what_is_told_to_the_model_is_masked():
    """Our words and the answers of tools; what the model said was masked when it came."""
    turn = make_turn("x")
    told = (
        UserText(f"as {SECRET} said"),
        turn,
        ToolResults((ToolResult("c", f"1: {SECRET}"), ToolResult("d", "2: no", is_error=True))),
    )

    assert (
        UserText("as *** said"),
        turn,
        ToolResults((ToolResult("c", "1: ***"), ToolResult("d", "2: no", is_error=True))),
    ) == mask_conversation(OWN, told)


def test_what_the_model_says_is_masked_before_it_is_recorded():
    """In its content, its text and its calls, the names of fields too; the rest stays as it was."""
    masked = mask_turn(OWN, make_turn(SECRET))

    assert json.loads(masked.content) == [{"type": "text", "text": f"So: {MARK} ü"}]
    assert "ü" in masked.content
    assert f"So: {MARK} ü" == masked.text
    assert {"pattern": MARK, "paths": [f"a/{MARK}", 3], "more": {"***": None}} == (
        masked.calls[0].input
    )
    assert make_turn("x") == mask_turn(OWN, make_turn("x"))


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ({"text": f"x {SECRET}"}, True),
        ({"text": f"x {MARK}"}, True),
        ({SECRET: "x"}, True),
        ({"text": SECRET[::-1]}, True),
        ({"text": "x"}, False),
    ],
)
def test_a_call_with_a_secret_is_known(given, holds):
    """One that still has it, and one from which it was taken out."""
    assert holds is holds_own_secret(OWN, ToolCall("c", "create_file", given))
