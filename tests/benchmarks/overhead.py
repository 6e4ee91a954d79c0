"""The measurement of what the bot itself costs: model and CI answer at once."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import repeat
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
    RunKey,
)
from tests.benchmarks.table import Row
from tests.postgres_server import find_postgres, run_postgres
from tests.stage import BEGIN, END, FILES, GOOD, REPO, Stage, forged, script, settings_for, staged

RUNS = 5
CLOCK_NS = 20_000_000  # by which a file's time may be older than the clock says
TREE = {path: text for path, text in FILES.items() if not path.startswith(".github")}


def rows(work: Path) -> list[Row]:
    """The median of several runs, split by step, on each kind of record; the floor is the same git
    and HTTP without engine, story and model.
    """
    floor = _floor(work / "floor")
    shown = _measure("SQLite", work / "sqlite", repeat(""), floor)
    programs = find_postgres()
    if programs is None:
        return [*shown, Row("PostgreSQL: it is not installed", "", "", "")]
    with run_postgres(programs) as server:
        databases = iter(server.create_database, None)
        return shown + _measure("PostgreSQL", work / "postgres", databases, floor)


def _measure(record: str, work: Path, databases: Iterator[str], floor: float) -> list[Row]:
    took: list[float] = []
    steps: dict[str, list[float]] = defaultdict(list)
    for number in range(RUNS):
        url = next(databases)
        play = script(*BEGIN, [GOOD], END)
        with (
            staged(work / str(number), _bare, play, TREE, database_url=url or None) as on,
            green_at_once(on.forge),
        ):
            took.append(_run(on, steps))
    title = f"{record}: webhook to opened pull request"
    shown = [Row(title, _s(median(took)), "under 3 s", _s(floor))]
    for name, spent in sorted(steps.items(), key=lambda item: -sum(item[1])):
        shown.append(Row(f"  {name} ({len(spent) // RUNS} x)", _s(sum(spent) / RUNS), "", ""))
    between = median(took) - sum(sum(spent) for spent in steps.values()) / RUNS
    return [*shown, Row("  between the steps: engine, webhooks, waiting", _s(between), "", "")]


def _run(on: Stage, steps: dict[str, list[float]]) -> float:
    issue = on.issue()
    began = time.monotonic()
    on.label(issue)
    while not on.forge.list_pulls(REPO):
        time.sleep(0.002)
    took = time.monotonic() - began
    key = RunKey(f"{REPO}#{issue}/1")
    while not (run := on.bot.run(key)) or run.outcome is None:
        time.sleep(0.05)
    for step in on.bot.steps(key):
        if _works(step):
            steps[step.name].append(step.ended - step.began)
    return took


def _works(step: StepView) -> bool:
    return not step.name.startswith("DBOS.") and step.name not in ("wait", "slot")


class green_at_once:  # noqa: N801 - read as a sentence where it is used
    """Another CI than Actions that says success as soon as a branch is pushed."""

    def __init__(self, forge: Forge, *repositories: str) -> None:
        self.forge = forge
        self.judged: dict[str, set[str]] = {}  # commits, by repository
        self.looked_ns: dict[str, int] = defaultdict(int)
        self.ended = Event()
        for repo in repositories or (REPO,):
            branches = forge.list_branches(repo)
            forge.set_status(repo, branches["main"], "ci/other", "success")
            self.judged[repo] = set(branches.values())
        self.thread = Thread(target=self._watch)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def _watch(self) -> None:
        while not self.ended.wait(0.005):
            for repo in self.judged:
                if _find_push_ns(self.forge.git_dir(repo)) > self.looked_ns[repo] - CLOCK_NS:
                    self.looked_ns[repo] = time.time_ns()
                    self._judge(repo)

    def _judge(self, repo: str) -> None:
        for sha in set(self.forge.list_branches(repo).values()) - self.judged[repo]:
            self.forge.set_status(repo, sha, "ci/other", "success")
            self.judged[repo].add(sha)


def _find_push_ns(git_dir: Path) -> int:
    """Find when a branch was written last, without a git for each look."""
    folders = (Path(folder) for folder, _, _ in os.walk(git_dir / "refs" / "heads"))
    return max(folder.stat().st_mtime_ns for folder in folders)


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
