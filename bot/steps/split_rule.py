"""Decide whether a request that is too big for one change may be divided."""

from __future__ import annotations

from bot.values import RunState

SPLIT_TOOL = "submit_split"


def may_split(state: RunState) -> bool:
    """Tell whether a request that is too big is divided: in a conversation that was begun with the
    tool for it, about an issue that is no part itself, as long as people do not want it whole.
    """
    is_offered = any(tool.name == SPLIT_TOOL for tool in state.opening.prefix.tools)
    is_whole = state.split is not None and state.split.is_whole
    is_apart = state.target is None and state.place is None and state.pushed is None
    return is_offered and is_apart and not is_whole and state.config.split != "never"
