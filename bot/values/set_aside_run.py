"""A run that was set aside, because process after process died while it worked."""

from __future__ import annotations

from dataclasses import dataclass

from bot.values.request import Request, RunKey


@dataclass(frozen=True, slots=True)
class SetAsideRun:
    """The run, and what was asked for."""

    key: RunKey
    request: Request
