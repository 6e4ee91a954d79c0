"""The record as people read it, and how values are written into it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, Serializer, StepInfo, WorkflowStatus, error

from bot.adapters.dbos.durable_run import PAUSE, STATE
from bot.adapters.dbos.recorded_pull_ends import PULL_END
from bot.adapters.dbos.step_output import LIMIT_CHARS
from bot.run import RunView, StepView, from_json
from bot.text import mask_secrets
from bot.values import Attempt, Outcome, PullEnd, RunKey, RunState, Subject
from bot.values.ended_pulls import name_followed

REPORT = "report"  # the step that tells people how a run stands
APPROVAL = "ask_approval"  # the step that shows what waits for an approval
REPORTS = sa.text(
    "select workflow_uuid, output from operation_outputs "
    "where workflow_uuid in :keys and function_name = :step order by workflow_uuid, function_id"
).bindparams(sa.bindparam("keys", expanding=True))
ERROR = "!"  # a key that no value of ours has
NAMES = {"DBOS.recv": "wait", "DBOS.updateWorkflowAttributes": "follow"}
# The clocks of `wait` and of a second try, of which the try before says when; and the end's state.
HIDDEN = ("DBOS.sleep", PAUSE, STATE)
STATES = {
    "DELAYED": "queued",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "ERROR": "failed",
    "CANCELLED": "stopped",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
}
EXPECTED_MESSAGES = (
    "task cancelled for workflow or step",
    "was cancelled during execution",
    "no longer owned by this execution",
)
LIVE = ("DELAYED", "ENQUEUED", "PENDING")


class RecordedError(Exception):
    """An error that DBOS itself recorded."""


class JsonSerializer(Serializer):
    """JSON, not pickle: a record is data. ASCII, since models' texts have halves of surrogates."""

    def name(self) -> str:
        """Name the format in the record."""
        return "json"

    def serialize(self, data: Any) -> str:
        """Write JSON data, or an error as its text without secrets."""
        if isinstance(data, Exception):
            text = mask_secrets(str(data))[:LIMIT_CHARS]
            data = {ERROR: f"{type(data).__name__}: {text}"}
        return json.dumps(data, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        """Read JSON data, or the error that it stands for."""
        data = json.loads(serialized_data)
        return RecordedError(data[ERROR]) if isinstance(data, dict) and ERROR in data else data


@contextmanager
def filter_expected_messages() -> Iterator[None]:
    """Keep out of the log what DBOS says when runs are cancelled or the engine is closed."""
    logger = logging.getLogger("dbos")
    logger.addFilter(_is_unexpected)
    try:
        yield
    finally:
        logger.removeFilter(_is_unexpected)


def _is_unexpected(record: logging.LogRecord) -> bool:
    cause = record.exc_info[1] if record.exc_info else None
    if isinstance(cause, error.DBOSAwaitedWorkflowCancelledError):
        return False
    return not any(words in record.getMessage() for words in EXPECTED_MESSAGES)


class DbosJournal:
    """Journal over DBOS's own tables. Values and results are JSON data, as recorded."""

    _database: sa.Engine | None = None  # once it is launched

    def runs(self, limit: int, story: str = "") -> tuple[RunView, ...]:
        """List the newest runs, newest first."""
        statuses = DBOS.list_workflows(limit=limit, name=story or None, sort_desc=True)
        lines = self._find_report_lines([run.workflow_id for run in statuses if run.status in LIVE])
        runs = map(_view_run, statuses)
        return tuple(replace(run, report=lines.get(run.key, "")) for run in runs)

    def run(self, key: RunKey) -> RunView | None:
        """Find a run by its key."""
        statuses = DBOS.list_workflows(workflow_ids=[key])
        if not statuses:
            return None
        lines = self._find_report_lines([key]) if statuses[0].status in LIVE else {}
        return replace(_view_run(statuses[0]), report=lines.get(key, ""))

    def _find_report_lines(self, keys: Sequence[str]) -> dict[str, str]:
        """Read what people were told last of each of these runs, with one query for all."""
        if not keys or self._database is None:
            return {}
        with self._database.connect() as connection:
            rows = connection.execute(REPORTS, {"keys": list(keys), "step": REPORT}).all()
        outputs = {key: json.loads(output) for key, output in rows if output}
        return {key: output["ok"]["line"] for key, output in outputs.items() if "ok" in output}

    def steps(self, key: RunKey) -> tuple[StepView, ...]:
        """List a run's steps in their order, without its clocks."""
        infos = DBOS.list_workflow_steps(key)
        shown = [info for info in infos if info["function_name"] not in HIDDEN]
        return tuple(_view_step(number, info) for number, info in enumerate(shown, 1))

    def last_state(self, subject: Subject) -> RunState | None:
        """Read how the subject's newest ended run that got to work stood at its end."""
        runs = DBOS.list_workflows(
            workflow_id_prefix=f"{subject}/", status="SUCCESS", load_input=False, load_output=False
        )
        numbered = [run for run in runs if read_run_number(run.workflow_id, subject)]
        numbered.sort(key=lambda run: read_run_number(run.workflow_id, subject), reverse=True)
        for run in numbered:
            data = find_last_result(run.workflow_id, STATE)
            if data is not None and data.get("tree") is not None:
                state: RunState = from_json(data, RunState)
                return state
        return None

    def attempts(self, subject: Subject) -> tuple[Attempt, ...]:
        """List the attempts of all ended runs of a subject, oldest first."""
        runs = DBOS.list_workflows(
            workflow_id_prefix=f"{subject}/", status="SUCCESS", load_input=False, load_output=False
        )
        numbered = [run.workflow_id for run in runs if read_run_number(run.workflow_id, subject)]
        numbered.sort(key=read_run_number)
        states = [find_last_result(key, STATE) or {} for key in numbered]
        attempts = [attempt for state in states for attempt in state.get("attempts", ())]
        return tuple(from_json(attempt, Attempt) for attempt in attempts)

    def pull_end(self, repo: str, number: int) -> PullEnd | None:
        """Read how a pull request of the bot ended, as it was read last."""
        prefix = f"{name_followed(repo, number)}/"
        runs = DBOS.list_workflows(workflow_id_prefix=prefix, load_input=False, load_output=False)
        for run in sorted(runs, key=lambda run: read_run_number(run.workflow_id), reverse=True):
            data = find_last_result(run.workflow_id, PULL_END)
            if data is not None:
                end: PullEnd = from_json(data, PullEnd)
                return end
        return None


def find_last_result(key: str, step_name: str) -> Any:
    """Read what the newest step of this name gave; None where there is none."""
    for info in reversed(DBOS.list_workflow_steps(key)):
        output: Any = info["output"]
        if info["function_name"] == step_name and isinstance(output, dict) and "ok" in output:
            return output["ok"]
    return None


def find_approval(key: str) -> Any:
    """Read what a run waits to have approved: nothing once it went on and told so."""
    for info in reversed(DBOS.list_workflow_steps(key)):
        output: Any = info["output"]
        if info["function_name"] == REPORT:
            return None
        if info["function_name"] == APPROVAL and isinstance(output, dict) and "ok" in output:
            return output["ok"]
    return None


def read_run_number(key: str, subject: str = "") -> int:
    """Read 2 out of "owner/repo#7/2"; 0 when the key has another form or is of another subject."""
    prefix, _, number = key.rpartition("/")
    return int(number) if number.isdecimal() and subject in ("", prefix) else 0


def _view_run(status: WorkflowStatus) -> RunView:
    outcome = from_json(status.output, Outcome) if status.output else None
    return RunView(
        RunKey(status.workflow_id),
        status.name,
        outcome.state if outcome else STATES.get(status.status, "failed"),
        (status.created_at or 0) / 1000,
        (status.updated_at or 0) / 1000,
        status.input["args"][0] if status.input else None,
        outcome,
        _explain_error(status, outcome),
        (status.attributes or {}).get("branch", ""),
    )


def _explain_error(status: WorkflowStatus, outcome: Outcome | None) -> str:
    if outcome:
        return outcome.detail or (outcome.text if outcome.state == "failed" else "")
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return "the bot died in this run again and again, so it was given up"
    return str(status.error or "")


def _view_step(number: int, info: StepInfo) -> StepView:
    output: Any = info["output"]
    is_ours = isinstance(output, dict) and ("ok" in output or "fault" in output)
    return StepView(
        number,
        NAMES.get(info["function_name"], info["function_name"]),
        (info["started_at_epoch_ms"] or 0) / 1000,
        (info["completed_at_epoch_ms"] or 0) / 1000,
        output.get("ok") if is_ours else output,
        output.get("text", "") if is_ours else str(info["error"] or ""),
    )
