"""Render how a change is checked: by CI, by the repository's own tools, here before a push."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.ports import Checkers
from bot.search.project_checks import (
    CHECK_FILES,
    WORKFLOW_PATH,
    count_pull_runs,
    list_jobs,
    list_own_checks,
    read_events,
    read_workflow,
    starts_for,
)
from bot.tools.request_sections.runnable_checks import render_runnable_checks
from bot.tools.request_sections.section import join_lines, render_section
from bot.tools.session import AgentContext
from bot.tools.tree_files import TreeFiles

MAX_WORKFLOWS = 40
CI_CHARS = 5_000
OWN_CHARS = 4_000
# CI whose configuration is not looked into.
OTHER_CI = (
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    ".travis.yml",
    "azure-pipelines.yml",
    ".azure-pipelines/azure-pipelines.yml",
    "Jenkinsfile",
    "appveyor.yml",
    ".appveyor.yml",
    ".cirrus.yml",
    ".buildkite/pipeline.yml",
    ".drone.yml",
    ".woodpecker.yml",
    "bitbucket-pipelines.yml",
    ".builds/build.yml",
)


def render_project_checks(
    checkers: Checkers, context: AgentContext, files: TreeFiles, paths: Sequence[str]
) -> Iterator[str]:
    """Render what CI runs, the repository's own checks, and the gates, as the base has them."""
    workflows = [path for path in paths if WORKFLOW_PATH.fullmatch(path)][:MAX_WORKFLOWS]
    contents = files.read({*workflows, *CHECK_FILES, *OTHER_CI})
    yield render_section(
        "What CI runs on a pull request or a push",
        _render_workflows(workflows, contents, files.tree.branch),
        CI_CHARS,
        "read_file shows the workflows",
    )
    yield render_section(
        "How the repository checks itself",
        list_own_checks(contents),
        OWN_CHARS,
        "read_file shows them",
    )
    if context.project is not None:
        yield from render_runnable_checks(context.project)
    yield _describe_gates(checkers, context, paths)


def _render_workflows(
    workflows: Sequence[str], contents: Mapping[str, bytes], base: str
) -> Iterator[str]:
    """Render the jobs of each workflow that starts; name the others, and what could not be read."""
    read = {path: read_workflow(contents[path]) for path in workflows if path in contents}
    known = {path: workflow for path, workflow in read.items() if workflow}
    triggers = {
        path: " and ".join(_list_triggers(read_events(workflow), base))
        for path, workflow in known.items()
    }
    jobs = {path: list_jobs(workflow) for path, workflow in known.items()}
    started = [path for path in known if triggers[path] and jobs[path]]
    for path in started:
        yield f"{path}, on {triggers[path]}:"
        for job in jobs[path]:
            yield f"  {job.render()}"
            yield from (f"    {each.render()}" for each in jobs.get(job.calls, ()))
    called = {job.calls for path in started for job in jobs[path]}
    others = [path.rpartition("/")[2] for path in known if path not in {*started, *called}]
    if others:
        yield f"Also there, for other events or branches, or without a check: {', '.join(others)}."
    if unread := [path for path in read if path not in known]:
        yield f"Could not be read: {', '.join(unread)}."
    if elsewhere := [path for path in OTHER_CI if path in contents]:
        yield f"CI that is not looked into: {', '.join(elsewhere)}."


def _list_triggers(events: Mapping[str, object], base: str) -> list[str]:
    """List which of the two events start a workflow, for a pull request against the base.

    Of a commit without a branch, any branch counts.
    """
    if not base:
        return [event for event in ("pull_request", "push") if event in events]
    triggers = ["pull_request"] if count_pull_runs(events, base) else []
    push = events.get("push", False)
    if starts_for(push, "any/branch"):
        return [*triggers, "push to any branch"]
    if starts_for(push, base):
        return [*triggers, f"push to {join_lines(base)}"]
    return triggers


def _describe_gates(checkers: Checkers, context: AgentContext, paths: Sequence[str]) -> str:
    """Say what is checked here when `finish` is called, and what only CI will tell."""
    has_python = any(path.endswith((".py", ".pyi")) for path in paths)
    config = context.config
    checks = ["that each changed file parses"]
    if has_python and checkers.linter:
        checks.append("ruff's rules E9, F, B, S and those of the repository's own ruff settings")
    checks += [
        "that no secret, protected path, binary or foreign licence header comes in",
        "that new packages exist" if checkers.index else "which packages are new",
        "that no test is removed, skipped or loosened unless the plan says so",
        f"that at most {config.max_files} files and {config.max_lines} lines change",
    ]
    rest = "Tests, types, formatting and all other linters are run by CI alone, never here."
    if context.project is not None:
        rest = "What `run_check` runs is up to you, and CI runs all of its own after the push."
    return f"`finish` checks, before anything is pushed: {'; '.join(checks)}. {rest}"
