"""Find the jobs of CI that run what is pushed to a branch, with secrets in reach.

GitHub gives a job what its expressions name, to every step of it: whoever runs code in one step can
read what a later one is given. So a job is looked at as a whole.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.search.project_checks.job_code import ANY, Step, list_run_files
from bot.search.project_checks.workflow_events import (
    WORKFLOW_PATH,
    Workflow,
    read_events,
    read_workflow,
    starts_for,
)
from bot.search.project_checks.workflow_expressions import (
    ALL_SECRETS,
    list_secrets,
    may_hold,
)
from bot.values import SecretJob

MAX_DEPTH = 5  # of workflows and actions that call each other
HEAD_EVENTS = ("push", "create", "pull_request")  # a plain checkout takes what was pushed
BASE_EVENTS = ("pull_request_target", "workflow_run")
UNMERGED_TYPES = frozenset(["closed", "unlabeled"])  # what starts for these alone runs later
PLAIN = re.compile(
    r"\.(md|mdx|rst|adoc|png|jpe?g|gif|svg|ico|webp|pdf|csv|po|pot)$|(^|/)(licen[cs]e|authors"
    r"|contributors|changelog|changes|news|notice|copying)(\.txt)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """What starts a workflow for a branch: the event as an expression sees it."""

    event: str
    github: Mapping[str, str]

    @property
    def takes_head(self) -> bool:
        """Whether a plain checkout takes what was pushed."""
        return self.event in HEAD_EVENTS


def find_secret_jobs(files: Mapping[str, bytes], branch: str, base: str) -> tuple[SecretJob, ...]:
    """Find the jobs that run code of a push to the branch, or of a pull request from it into base.

    `files` are the repository's workflows and its own actions, by path. What another repository's
    workflow runs is not known, so it counts as everything.
    """
    jobs: list[SecretJob] = []
    for path, data in files.items():
        if not WORKFLOW_PATH.fullmatch(path):
            continue
        workflow = read_workflow(data)
        if workflow is None and b"secrets" in data:  # GitHub may read what we do not
            jobs.append(SecretJob("of any name", path, (ALL_SECRETS,), runs=(ANY,)))
        elif workflow is not None:
            for trigger in _list_triggers(workflow, branch, base):
                jobs += _list_jobs(_Call(files, path, trigger), workflow)
    unique = {(job.workflow, job.name): job for job in reversed(jobs)}
    return tuple(sorted(unique.values(), key=lambda job: (job.workflow, job.name)))


def list_exposed(
    jobs: Collection[SecretJob], paths: Collection[str], *, runs_texts: bool = False
) -> dict[str, SecretJob]:
    """List which of the paths these jobs may run, each with the first that does.

    Texts for people are not run, unless `runs_texts` says that tests or documentation do so.
    """
    exposed = {}
    for path in paths:
        for job in jobs:
            if any(_fits(path, pattern, runs_texts=runs_texts) for pattern in job.runs):
                exposed[path] = job
                break
    return exposed


def list_local_actions(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """List the folders of the repository's own actions that its workflows and actions use."""
    folders = []
    for data in files.values():
        document = read_workflow(data)
        for step in _list_all_steps(document or {}):
            action = step.get("uses")
            if isinstance(action, str) and action.startswith("./"):
                folders.append(posixpath.normpath(action))
    return tuple(dict.fromkeys(folders))


@dataclass(frozen=True, slots=True)
class _Call:
    """A workflow that is looked at: for what event, and what its caller gives it."""

    files: Mapping[str, bytes]
    path: str
    trigger: Trigger
    caller: str = ""
    passed: tuple[str, ...] | None = None  # None: it sees the secrets themselves
    has_token: bool = False
    depth: int = 0


def _list_triggers(workflow: Workflow, branch: str, base: str) -> Iterator[Trigger]:
    events = read_events(workflow)
    on_push = {
        "github.ref": f"refs/heads/{branch}",
        "github.ref_name": branch,
        "github.ref_type": "branch",
        "github.head_ref": "",
    }
    on_pull = {
        "github.ref": "refs/pull/0/merge",
        "github.ref_name": "0/merge",
        "github.head_ref": branch,
        "github.base_ref": base,
    }
    for event in (*HEAD_EVENTS, *BASE_EVENTS):
        if event not in events:
            continue
        filters = events[event]
        is_pull = event.startswith("pull_request")
        starts = event in ("create", "workflow_run") or starts_for(
            filters, base if is_pull else branch
        )
        if starts and not (is_pull and _waits_for_merge(filters)):
            values = on_pull if is_pull else on_push
            values = {} if event in BASE_EVENTS else values
            yield Trigger(event, {**values, "github.event_name": event})


def _waits_for_merge(filters: object) -> bool:
    types = filters.get("types") if isinstance(filters, dict) else None
    listed = types if isinstance(types, list) else [types]
    return types is not None and UNMERGED_TYPES.issuperset(map(str, listed))


def _list_jobs(call: _Call, workflow: Workflow) -> Iterator[SecretJob]:
    described = workflow.get("jobs")
    for name, job in described.items() if isinstance(described, dict) else ():
        if isinstance(job, dict) and may_hold(job.get("if"), call.trigger.github):
            full_name = f"{call.caller} / {name}" if call.caller else str(name)
            inner = replace(call, caller=full_name, has_token=_has_token(call, workflow, job))
            if isinstance(job.get("uses"), str):
                yield from _list_called(inner, workflow, job)
            else:
                yield from _read_job(inner, workflow, job)


def _read_job(call: _Call, workflow: Workflow, job: Mapping[str, object]) -> Iterator[SecretJob]:
    steps = list(_expand(call, job.get("steps"), 0))
    runs = list_run_files(steps, is_head=call.trigger.takes_head)
    if runs and any("working-directory" in str(part.get("defaults")) for part in (workflow, job)):
        runs = (ANY,)  # its paths count from elsewhere
    credentials = _list_credentials(call, [workflow.get("env"), job, *steps])
    environment = job.get("environment")
    if environment:
        name = environment.get("name") if isinstance(environment, dict) else environment
        credentials.append(f"the environment {name}")
    if runs and credentials:
        yield _make_job(call, credentials, runs)


def _make_job(call: _Call, credentials: list[str], runs: tuple[str, ...]) -> SecretJob:
    starts: Literal["push", "pull request"] = "push"
    if call.trigger.event in ("pull_request", *BASE_EVENTS):
        starts = "pull request"
    return SecretJob(call.caller, call.path, tuple(credentials), starts, runs)


def _list_credentials(call: _Call, parts: object) -> list[str]:
    names = list(list_secrets(parts))
    if call.passed is not None and ALL_SECRETS not in call.passed:
        given = {name.lower() for name in call.passed}
        names = [name for name in names if name == ALL_SECRETS or name.lower() in given]
        names = [name for name in names if name != ALL_SECRETS or given]
    if call.has_token:
        names.append("an identity token (id-token: write)")
    return names


def _has_token(call: _Call, workflow: Workflow, job: Mapping[str, object]) -> bool:
    """Tell whether the job can ask for an identity token, which clouds take for a credential."""
    for permissions in (job.get("permissions"), workflow.get("permissions")):
        if permissions == "write-all":
            return True
        if permissions is not None:
            return isinstance(permissions, dict) and permissions.get("id-token") == "write"
    return call.has_token


def _list_called(call: _Call, workflow: Workflow, job: Mapping[str, object]) -> Iterator[SecretJob]:
    """List the jobs of a workflow that a job calls."""
    passed = _list_passed(call, job.get("secrets"))
    path = str(job["uses"])
    called = (
        read_workflow(call.files.get(path.removeprefix("./"), b""))
        if path.startswith("./")
        else None
    )
    if called is not None and call.depth < MAX_DEPTH:
        path = path.removeprefix("./")
        yield from _list_jobs(replace(call, path=path, passed=passed, depth=call.depth + 1), called)
        return
    credentials = list(dict.fromkeys([*passed, *list_secrets([workflow.get("env"), job])]))
    if call.has_token:
        credentials.append("an identity token (id-token: write)")
    if credentials and call.trigger.takes_head:
        yield _make_job(call, credentials, (ANY,))


def _list_passed(call: _Call, secrets: object) -> tuple[str, ...]:
    """List the secrets that a called workflow sees, by the names that it knows them by."""
    if secrets == "inherit":
        return call.passed if call.passed is not None else (ALL_SECRETS,)
    if not isinstance(secrets, dict):
        return ()
    return tuple(str(name) for name, value in secrets.items() if list_secrets(value))


def _expand(call: _Call, steps: object, depth: int) -> Iterator[Step]:
    """List the steps, with those of the repository's own actions in the place of their use."""
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, dict):
            continue
        action = step.get("uses")
        if isinstance(action, str) and action.startswith("./"):
            yield {key: value for key, value in step.items() if key != "uses"}
            yield from _expand_action(call, posixpath.normpath(action), depth)
        else:
            yield step


def _expand_action(call: _Call, folder: str, depth: int) -> Iterator[Step]:
    data = call.files.get(f"{folder}/action.yml") or call.files.get(f"{folder}/action.yaml")
    action = read_workflow(data) if data else None
    runs = action.get("runs") if action else None
    if isinstance(runs, dict) and runs.get("using") == "composite" and depth < MAX_DEPTH:
        yield from _expand(call, runs.get("steps"), depth + 1)
    else:  # a program of the repository, in a language or an image of its own
        yield {"run": f"./{folder}/action"}


def _list_all_steps(document: Workflow) -> Iterator[Step]:
    jobs = document.get("jobs")
    parts = list(jobs.values()) if isinstance(jobs, dict) else []
    for part in (*parts, document.get("runs")):
        steps = part.get("steps") if isinstance(part, dict) else None
        yield from (step for step in steps or () if isinstance(step, dict))


def _fits(path: str, pattern: str, *, runs_texts: bool) -> bool:
    if pattern == ANY:
        return runs_texts or not PLAIN.search(path)
    if pattern.endswith(f"/{ANY}"):
        return path.startswith(pattern.removesuffix(ANY))
    return path == pattern
