"""Start a run once: whoever asks again, or asks while a run of the subject lives, gets its key."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

from bot.adapters.dbos.enqueue_batcher import EnqueueBatcher
from bot.adapters.dbos.run_lookup import find_started_by, list_runs
from bot.run import StartRun, Story, to_json
from bot.values import RunKey


async def enqueue_run(
    batcher: EnqueueBatcher, start: StartRun, started_by: str
) -> tuple[RunKey, bool]:
    """Put a run into the queue; returns its key, and whether it is the one that was asked for.

    Raises ValueError where the key is that of another story's run.
    """
    name, key = start.story.__name__, start.key
    while True:
        if start.subject:
            runs = await list_runs(start.subject)
            same = [run for run in runs if started_by and run.started_by == started_by]
            for run in [*same, *(run for run in runs if run.is_live)]:
                return run.key, run in same
            key = f"{start.subject}/{max((run.number for run in runs), default=0) + 1}"
        taken_by = await batcher.enqueue(name, key, to_json(start.value), started_by)
        if not taken_by:
            return RunKey(key), True
        if not start.subject:
            if taken_by != name:
                raise ValueError(f"{key} is a run of {taken_by}, not of {name}")
            is_ours = started_by in (key, await find_started_by(key))
            return RunKey(key), is_ours


def read_value_kind(story: Story) -> Any:
    """Tell what a story is given, as the annotation of its second parameter says."""
    return get_type_hints(story)[list(inspect.signature(story).parameters)[1]]
