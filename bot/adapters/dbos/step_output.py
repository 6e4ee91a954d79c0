"""What a step leaves in the record: its result, or how it failed and when it is tried again."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.adapters.full_disk import FULL_DISK, is_disk_full
from bot.ports import BadAnswer, RateLimited, Refusal, Unreachable
from bot.text import mask_secrets

LIMIT_CHARS = 2000

StepOutput = dict[str, Any]  # {"ok": data} or {"fault": ..., "text": ..., ...}


class StepFailed(Exception):
    """A bug in a step, by its name, as the record tells it; without a name it is the engine's."""

    def __init__(self, text: str, step: str = "") -> None:
        super().__init__(text)
        self.step = step


class Interrupted(Exception):
    """A signal came while a step waited for a slot: the story listens before it is done."""


class RecordLost(BaseException):
    """The record cannot be written.

    That is no fault of the run, which stays as it is and goes on at the next launch.
    """


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long to try again when a port is unreachable."""

    tries: int = 50
    local_tries: int = 8  # of what is no service: on this machine trouble seldom passes by itself
    # GitHub's limits last an hour by its own clock, and outages of either service about as long.
    total_s: float = 2 * 3600.0
    first_s: float = 1.0  # then doubled
    most_s: float = 300.0

    def schedule(self, output: StepOutput, tries: int, began: float) -> StepOutput:
        """Turn `gone` into `again`, with the time of the next try, unless this was the last one."""
        if output.get("fault") != "gone":
            return output
        now = time.time()
        began = began or now
        pause_s = min(self.first_s * 2 ** (tries - 1), self.most_s)
        until = max(output["until"], now + pause_s)
        if tries >= self._count_tries(output) or until - began > self.total_s:
            return {**output, "since": began}
        text = f"again in {round(until - now, 2):g} s: {output['text']}"
        pause = {"until": until, "pause_s": round(until - now, 3)}
        return {**output, "fault": "again", "text": text, "began": began, **pause}

    def _count_tries(self, output: StepOutput) -> int:
        usual = self.tries if output.get("service") else self.local_tries
        most_tries: int = output.get("most_tries", usual)
        return min(self.tries, most_tries)


async def capture(act: Callable[[], Awaitable[object]], where: str, step: str = "") -> StepOutput:
    """Do an act and return what it gave, or how it failed, as data: here every exception ends.

    `where` is for the log; `step` is the name of the step that the act is.

    Cancellation and DBOS's control of runs are no `Exception`s and pass.
    """
    try:
        return {"ok": await act()}
    except Interrupted:
        return {"fault": "interrupted", "text": "a signal came"}
    except Refusal as refusal:
        return {"fault": "refused", "text": describe_error(refusal), "detail": refusal.detail}
    except Unreachable as gone:
        return _describe_gone(gone)
    except StepFailed as failed:
        return {"fault": "failed", "text": str(failed), "step": failed.step}
    except Exception as bug:  # noqa: BLE001 - the root of a run
        return _describe_bug(bug, where, step)


def _describe_bug(bug: Exception, where: str, step: str) -> StepOutput:
    """Tell what nobody foresaw, and log it; or that there is no room, which is no fault of ours."""
    if is_disk_full(bug):
        return _describe_gone(Unreachable("the disk of the bot's machine is full", FULL_DISK))
    trace = mask_secrets("".join(traceback.format_exception(bug)))
    logging.getLogger(__name__).error("%s: %s", where, trace)
    text = f"{where}: {type(bug).__name__}: {describe_error(bug)}"
    return {"fault": "failed", "text": text, "step": step}


def _describe_gone(gone: Unreachable) -> StepOutput:
    output: StepOutput = {
        "fault": "gone",
        "text": describe_error(gone),
        "until": gone.until if isinstance(gone, RateLimited) else 0.0,
        "service": gone.service,
        "since": gone.since,
    }
    if isinstance(gone, RateLimited):
        output["limited"] = True
    if gone.most_tries:
        output["most_tries"] = gone.most_tries
    return output


def unwrap(output: StepOutput) -> Any:
    """Return the result, or raise its fault again: the same at the first pass as at replay.

    What a record of an earlier release lacks is empty.
    """
    if "ok" in output:
        return output["ok"]
    match output["fault"]:
        case "refused":
            raise Refusal(output["text"], output.get("detail", ""))
        case "gone":
            service, since = output.get("service", ""), output.get("since", 0.0)
            kind = BadAnswer if "most_tries" in output else Unreachable
            raise kind(output["text"], service, since)
        case _:
            raise StepFailed(output["text"], output.get("step", ""))


def describe_error(error: Exception) -> str:
    """Say what an error says, without secrets and not at any length."""
    return mask_secrets(str(error))[:LIMIT_CHARS]
