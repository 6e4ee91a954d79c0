"""Here lives the record as people read it, and how values are written into it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, Serializer, StepInfo, WorkflowStatus, error

from bot.adapters.dbos.durable_run import MOST_TEXT, PAUSE, STATE
from bot.run import RunView, StepView, from_json
from bot.text import mask_secrets
from bot.values import Outcome, RunKey, RunState, Subject

ERROR = "!"  # a key that no value of ours has
NAMES = {"DBOS.recv": "wait"}
HIDDEN = ("DBOS.sleep", PAUSE, STATE)  # clocks, of which the try before says when; and the end
STATES = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "ERROR": "failed",
    "CANCELLED": "stopped",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
}
MEANT = (
    "task cancelled for workflow or step",
    "was cancelled during execution",
    "no longer owned by this execution",
)
LIVE = ("DELAYED", "ENQUEUED", "PENDING")


class RecordedError(Exception):
    """An error that DBOS itself recorded."""


class Json(Serializer):
    """JSON, not pickle: a record is data. In ASCII, since models and diffs have halves of surrogate
    pairs.
    """

    def name(self) -> str:
        return "json"

    def serialize(self, data: Any) -> str:
        if isinstance(data, Exception):
            data = {ERROR: f"{type(data).__name__}: {mask_secrets(str(data))[:MOST_TEXT]}"}
        return json.dumps(data, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        data = json.loads(serialized_data)
        return RecordedError(data[ERROR]) if isinstance(data, dict) and ERROR in data else data


@contextmanager
def calm() -> Iterator[None]:
    """Keep out of the log what DBOS says when runs are cancelled or the engine is closed: both are
    meant.
    """
    logger = logging.getLogger("dbos")
    logger.addFilter(_worth_a_line)
    try:
        yield
    finally:
        logger.removeFilter(_worth_a_line)


def _worth_a_line(record: logging.LogRecord) -> bool:
    wrong = record.exc_info[1] if record.exc_info else None
    meant = isinstance(wrong, error.DBOSAwaitedWorkflowCancelledError)
    return not (meant or any(words in record.getMessage() for words in MEANT))


class Record:
    """Journal over DBOS's own tables. Values and results are JSON data, as recorded."""

    def runs(self, limit: int, story: str = "") -> tuple[RunView, ...]:
        found = DBOS.list_workflows(limit=limit, name=story or None, sort_desc=True)
        return tuple(_run(status) for status in found)

    def run(self, key: RunKey) -> RunView | None:
        found = DBOS.list_workflows(workflow_ids=[key])
        return _run(found[0]) if found else None

    def steps(self, key: RunKey) -> tuple[StepView, ...]:
        shown = [
            info for info in DBOS.list_workflow_steps(key) if info["function_name"] not in HIDDEN
        ]
        return tuple(_step(number, info) for number, info in enumerate(shown, 1))

    def last_state(self, subject: Subject) -> RunState | None:
        """Read how the subject's newest ended run stood at its end; None when there is none."""
        runs = DBOS.list_workflows(
            workflow_id_prefix=f"{subject}/", status="SUCCESS", load_input=False, load_output=False
        )
        numbered = [run for run in runs if run_number(run.workflow_id, subject)]
        newest = max(numbered, key=lambda run: run_number(run.workflow_id, subject), default=None)
        steps = DBOS.list_workflow_steps(newest.workflow_id) if newest else []
        outputs: list[Any] = [step["output"] for step in steps if step["function_name"] == STATE]
        return from_json(outputs[-1]["ok"], RunState) if outputs else None


def run_number(key: str, subject: str = "") -> int:
    """Read 2 out of "owner/repo#7/2"; 0 when the key has another form or is of another subject."""
    prefix, _, number = key.rpartition("/")
    return int(number) if number.isdecimal() and subject in ("", prefix) else 0


def _run(status: WorkflowStatus) -> RunView:
    outcome = from_json(status.output, Outcome) if status.output else None
    return RunView(
        RunKey(status.workflow_id),
        status.name,
        outcome.state if outcome else STATES[status.status],
        (status.created_at or 0) / 1000,
        (status.updated_at or 0) / 1000,
        status.input["args"][0] if status.input else None,
        outcome,
        _wrong(status, outcome),
    )


def _wrong(status: WorkflowStatus, outcome: Outcome | None) -> str:
    if outcome and outcome.state == "failed":
        return outcome.text
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return "the bot died in this run again and again, so it was given up"
    return str(status.error or "")


def _step(number: int, info: StepInfo) -> StepView:
    told: Any = info["output"]
    ours = isinstance(told, dict) and ("ok" in told or "fault" in told)
    return StepView(
        number,
        NAMES.get(info["function_name"], info["function_name"]),
        (info["started_at_epoch_ms"] or 0) / 1000,
        (info["completed_at_epoch_ms"] or 0) / 1000,
        told.get("ok") if ours else told,
        told.get("text", "") if ours else str(info["error"] or ""),
    )
