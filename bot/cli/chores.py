"""Do chores beside the work, each in a thread of its own that ends with the process."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from threading import Thread
from time import sleep

from bot.text import mask_secrets

DAY_S = 86_400

log = logging.getLogger(__name__)


def start_chore(act: Callable[[], None]) -> None:
    """Do it once. How it fails is logged."""
    Thread(target=_attempt, args=(act,), daemon=True).start()


def start_daily_chore(act: Callable[[], None], pause: Callable[[float], None] = sleep) -> None:
    """Do it now and every day. A day on which it fails is logged, and does not end it."""
    start_repeated_chore(act, DAY_S, pause)


def start_repeated_chore(
    act: Callable[[], None],
    every_s: float,
    pause: Callable[[float], None] = sleep,
    *,
    is_urgent: bool = True,
) -> None:
    """Do it now, and again after each pause. How it fails is logged, and does not end it.

    What is not urgent begins with a pause, so that it is in no start's way.
    """

    def repeat() -> None:
        if not is_urgent:
            pause(every_s)
        while True:
            _attempt(act)
            pause(every_s)

    Thread(target=repeat, daemon=True).start()


def _attempt(act: Callable[[], None]) -> None:
    try:
        act()
    except Exception as bug:  # noqa: BLE001 - the root of a thread
        trace = mask_secrets("".join(traceback.format_exception(bug)))
        log.error("a chore failed: %s", trace)  # noqa: TRY400 - not with secrets
