"""Here live failures as a reading tells them: each once, masked, named by what does not change; and
the excerpt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.logs.clean_log import Line
from bot.logs.fingerprint import fingerprint
from bot.logs.parsed_failure import Found
from bot.text import mask_secrets
from bot.values import Failure

_EXCERPT = 60  # lines
_AROUND = 6
_MOST = 200  # failures that are kept


def failures(found: Sequence[Found]) -> tuple[Failure, ...]:
    """Each failure once; one that was reported twice (by a rerun, by two reporters) counts both."""
    kept: dict[tuple[str, str], Failure] = {}
    for one in found:
        failure = _failure(one)
        place = failure.frames[-1:]
        key = (
            failure.test,
            failure.fingerprint if failure.test else f"{failure.message} {place} {one.column}",
        )
        if key in kept:
            failure = replace(kept[key], count=kept[key].count + 1)
        if key in kept or len(kept) < _MOST:
            kept[key] = failure
    return tuple(kept.values())


def _failure(one: Found) -> Failure:
    message, test = mask_secrets(one.message), mask_secrets(one.test)
    return Failure(
        error=one.error,
        message=message,
        test=test,
        frames=one.frames,
        root_cause=mask_secrets(one.root_cause[:500]),
        fingerprint=fingerprint(one.error, message, test, one.frames),
        log_line=one.first,
    )


def excerpt(lines: Sequence[Line], best: Found) -> str:
    """The lines that the best failure was read from, and some around them; head and tail of what is
    too long.
    """
    near = [line for line in lines if best.first - _AROUND <= line.number <= best.last + _AROUND]
    shown = mask_secrets("\n".join(line.text for line in near)).split("\n")
    if len(shown) > _EXCERPT:
        shown = [*shown[: _EXCERPT // 3], "[...]", *shown[1 + _EXCERPT // 3 - _EXCERPT :]]
    return "\n".join(shown)
