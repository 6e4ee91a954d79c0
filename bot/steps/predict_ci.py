"""Predict from the workflows of a repository how CI will treat the run's branch."""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.search.project_checks import (
    WORKFLOW_PATH,
    count_pull_runs,
    read_events,
    read_workflow,
    starts_for,
)
from bot.text import count_noun
from bot.values import Branch, Checks, ExpectedCi, Tree


def _summarize_ci(ci: ExpectedCi) -> Summary:
    workflows = count_noun(ci.workflows, "workflow")
    return "what CI is there", Text(f"{workflows}, starts {ci.starts}")


@step("predict_ci", _summarize_ci)
def predict_ci(
    ports: Ports, tree: Tree, branch: Branch, checks: Checks | None = None
) -> ExpectedCi:
    """Predict whether a push to the branch starts CI, or a pull request, or nothing.

    The workflows at the base say so; other systems are known by what they said of the base:
    `checks`, where that was asked already. What Actions said of it promises nothing: its workflows
    may be for that branch alone.
    """
    checks = checks or ports.ci.fetch_checks(tree.repo, tree.sha)
    others = tuple(sorted({check.name for check in checks.checks if not check.run}))
    entries = ports.mirrors.entries(tree)
    paths = [entry.path for entry in entries if WORKFLOW_PATH.fullmatch(entry.path)]
    workflows = filter(None, map(read_workflow, ports.mirrors.read(tree, paths).values()))
    events = list(map(read_events, workflows))
    on_push = [starts_for(each.get("push", False), branch) for each in events]
    on_pull = [count_pull_runs(each, tree.branch) for each in events]
    if any(pulled and not pushed for pulled, pushed in zip(on_pull, on_push, strict=True)):
        # What runs on pull requests alone has its say before anything is called green.
        return ExpectedCi("on pull request", sum(on_push) + sum(on_pull), others)
    if any(on_push):
        return ExpectedCi("on push", sum(on_push), others)
    return ExpectedCi("on push" if others else "never", 0, others)
