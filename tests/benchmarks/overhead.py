"""The measurement of what the bot itself costs: model and CI answer at once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from threading import Event, Thread

from bot.adapters.git.mirrors import GitMirrors
from bot.assembly import build_github
from bot.forge import Forge
from bot.run import StepView
from bot.settings import Settings
from bot.values import (
    Author,
    Branch,
    CommitDetails,
    InstallationId,
    PullRequestContent,
    Repo,
)
from tests.benchmarks.table import Row
from tests.stage import BEGIN, END, FILES, GOOD, REPO, Stage, forged, script, settings_for, staged

RUNS = 5
TREE = {path: text for path, text in FILES.items() if not path.startswith(".github")}


def rows(work: Path) -> list[Row]:
    """The median of several runs, split by step; the floor is the same git and HTTP without engine,
    story and model.
    """
    took: list[float] = []
    steps: dict[str, list[float]] = defaultdict(list)
    for number in range(RUNS):
        with (
            staged(work / str(number), _bare, script(*BEGIN, [GOOD], END), TREE) as on,
            green_at_once(on.forge),
        ):
            took.append(_run(on, steps))
    floor = _floor(work / "floor")
    told = [Row("webhook to opened pull request", _s(median(took)), "under 3 s", _s(floor))]
    for name, spent in sorted(steps.items(), key=lambda item: -sum(item[1])):
        told.append(Row(f"  {name} ({len(spent) // RUNS} x)", _s(sum(spent) / RUNS), "", ""))
    between = median(took) - sum(sum(spent) for spent in steps.values()) / RUNS
    return [*told, Row("  between the steps: engine, webhooks, waiting", _s(between), "", "")]


def _run(on: Stage, steps: dict[str, list[float]]) -> float:
    issue = on.issue()
    began = time.monotonic()
    on.label(issue)
    while not on.forge.list_pulls(REPO):
        time.sleep(0.002)
    took = time.monotonic() - began
    ended = on.ended(issue)
    for step in on.bot.steps(ended.key):
        if _works(step):
            steps[step.name].append(step.ended - step.began)
    return took


def _works(step: StepView) -> bool:
    return not step.name.startswith("DBOS.") and step.name not in ("wait", "slot")


class green_at_once:  # noqa: N801 - read as a sentence where it is used
    """Another CI than Actions that says success as soon as a branch is pushed."""

    def __init__(self, forge: Forge) -> None:
        self.forge = forge
        self.ended = Event()
        forge.set_status(REPO, forge.list_branches(REPO)["main"], "ci/other", "success")
        self.thread = Thread(target=self._watch)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _watch(self) -> None:
        told = set(self.forge.list_branches(REPO).values())
        while not self.ended.wait(0.005):
            for sha in set(self.forge.list_branches(REPO).values()) - told:
                self.forge.set_status(REPO, sha, "ci/other", "success")
                told.add(sha)


def _floor(work: Path) -> float:
    """The same effects one after the other, straight through the adapters."""
    with forged(work, _bare, TREE) as (forge, keys, url):
        settings = Settings.model_validate(settings_for(keys, url, url, work / "bot"))
        issue = forge.open_issue(REPO, "ada", "T", "B")
        repo = Repo(REPO, InstallationId(forge.install(keys, REPO)))
        hub, git = build_github(settings), GitMirrors(work / "mirrors", ("http",))
        began = time.monotonic()
        for ask in _asked(hub, repo, issue):
            ask()
        tree = git.fetch(
            repo, hub.fetch_remote(repo), hub.repositories.fetch_info(repo).default_branch
        )
        branch = Branch("greenlit/1-t")
        details = CommitDetails("m", Author("a", "a@b"), "2026-01-01T00:00:00+00:00")
        sha = git.commit(tree, {"greeting.py": "x = 1\n"}, (tree.sha,), details)
        git.push(repo, hub.fetch_remote(repo), sha, branch, None)
        hub.ci.fetch_checks(repo, sha)
        hub.comments.put_comment(repo, issue, "m", "pushed")
        hub.pulls.open_pull(repo, branch, tree.branch, PullRequestContent("T", "B", draft=False))
        hub.comments.put_comment(repo, issue, "m", "opened")
        return time.monotonic() - began


def _asked(hub, repo: Repo, issue: int) -> tuple[Callable[[], object], ...]:
    return (
        lambda: hub.repositories.fetch_permission(repo, "ada"),
        lambda: hub.issues.fetch_issue(repo, issue),
        lambda: hub.comments.add_reaction(repo, issue, None),
        lambda: hub.issues.list_comments(repo, issue),
        lambda: hub.comments.put_comment(repo, issue, "m", "begun"),
        lambda: hub.comments.put_comment(repo, issue, "m", "planned"),
    )


def _bare(app):
    return app


def _s(seconds: float) -> str:
    return f"{seconds:.2f} s"
