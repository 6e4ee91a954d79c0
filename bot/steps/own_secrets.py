"""Keep the secrets of the bot's own process out of a conversation, in both directions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from bot.ports import OwnSecrets
from bot.values import Conversation, ToolCall, ToolResults, Turn, UserText

# Stands in what the model said in the place of a secret, so that what it asks for is refused.
MARK = "(a secret of the bot, taken out)"
REFUSAL = (
    "This call holds a secret of the bot itself, or a part of one, so nothing was done. Leave it "
    "out, in whatever form."
)


def mask_conversation(own: OwnSecrets, conversation: Conversation) -> Conversation:
    """Take them out of all that is told to the model."""
    return tuple(_mask_entry(own, entry) for entry in conversation)


def mask_turn(own: OwnSecrets, turn: Turn) -> Turn:
    """Take them out of what the model says, before it is recorded."""
    text = json.dumps([turn.content, turn.text, [call.input for call in turn.calls]])
    if not own.find(text):
        return turn
    return replace(
        turn,
        content=json.dumps(_mask_in(own, json.loads(turn.content)), ensure_ascii=False),
        text=own.mask(turn.text, MARK),
        calls=tuple(replace(call, input=_mask_in(own, call.input)) for call in turn.calls),
    )


def holds_own_secret(own: OwnSecrets, call: ToolCall) -> bool:
    """Tell whether a call holds one, or held one when it came."""
    given = json.dumps(call.input, ensure_ascii=False)
    return MARK in given or bool(own.find(given))


def _mask_entry(
    own: OwnSecrets, entry: UserText | ToolResults | Turn
) -> UserText | ToolResults | Turn:
    match entry:
        case UserText(text):
            return UserText(own.mask(text))
        case ToolResults(results):
            masked = (replace(result, text=own.mask(result.text)) for result in results)
            return ToolResults(tuple(masked))
        case Turn():
            return entry


def _mask_in(own: OwnSecrets, value: Any) -> Any:
    """Mask each text of JSON data; names of fields too."""
    match value:
        case str():
            return own.mask(value, MARK)
        case dict():
            return {own.mask(name): _mask_in(own, part) for name, part in value.items()}
        case list():
            return [_mask_in(own, part) for part in value]
    return value
