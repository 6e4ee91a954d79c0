"""The judge of the gates: commits that people merged, asked as changes of their parents.

`python -m tests.benchmarks.merged_commits PATH...` judges repositories of one's own. Nothing of
them is run.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ruff import find_ruff_bin

from bot.adapters.checkers import build_checkers
from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.git_errors import GitError
from bot.adapters.git.work_tree import DIFF, MOST_FILES, ChangedPath, WorkTree
from bot.cli.changed_files import decode, read_change
from bot.gates import Change, gate_rules
from bot.ports import Checkers, Unreachable
from bot.steps.inspect_change import run_gates
from bot.steps.repo_config import PATH, read_config
from bot.values import Finding
from tests.benchmarks.repositories import list_repositories
from tests.benchmarks.table import Row, show

COMMITS = 25  # of each repository, the newest
RUFF_CONFIGS = ("pyproject.toml", "ruff.toml", ".ruff.toml")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the gates, and ruff alone, say of one merged commit."""

    repository: str
    commit: str
    findings: tuple[Finding, ...]
    ruff_alone: int  # findings that the parent had not
    seconds: float

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that keep the commit back."""
        return tuple(finding for finding in self.findings if finding.blocks)


@dataclass(frozen=True, slots=True)
class MergedCommit(WorkTree):
    """A repository's files as a commit left them, and not as they lie on the disk."""

    commit: str

    def list_changes(self, base: str) -> tuple[ChangedPath, ...]:
        """List what the commit has that the base has not."""
        fields = self._run("diff", *DIFF, base, self.commit, "--")
        heads = [head.removeprefix(":").split() for head in fields[::2]]
        return tuple(
            ChangedPath(path, mode, old_mode)
            for (old_mode, mode, *_), path in zip(heads, fields[1::2], strict=True)
        )

    def list_paths(self) -> tuple[str, ...]:
        """List the files of the commit."""
        return tuple(self._run("ls-tree", "-r", "-z", "--name-only", self.commit))

    def read_files(self, paths: Collection[str]) -> dict[str, bytes]:
        """Read regular files of the commit."""
        return self.read_committed(self.commit, paths)

    def read_link(self, path: str) -> str:
        """Tell where a symbolic link of the commit leads."""
        return self.read_files([path]).get(path, b"nowhere").decode("utf-8", "replace")

    def find_text(self, text: str) -> tuple[str, ...]:
        """Find the files of the commit in which the text stands."""
        try:
            listed = self._run("grep", "-l", "-z", "-I", "-F", "-e", text, self.commit, "--")
        except GitError:
            return ()
        return tuple(name.partition(":")[2] for name in listed)

    def _run(self, *command: str) -> list[str]:
        listed = self.git.run(*command).decode("utf-8", "replace")
        return [field for field in listed.split("\0") if field]


def rows(work: Path) -> list[Row]:
    """How many commits each gate keeps back, and which, beside what ruff alone finds."""
    _ = work
    return tabulate(tuple(judge_repositories(list_repositories(), COMMITS)))


def tabulate(judgements: Sequence[Judgement]) -> list[Row]:
    """Count by repository and by gate, then list what was kept back."""
    repositories = dict.fromkeys(item.repository for item in judgements)
    counted = [
        _count_row(name, [item for item in judgements if item.repository == name])
        for name in repositories
    ]
    gates = Counter(
        gate for item in judgements for gate in {finding.gate for finding in item.blocking}
    )
    by_gate = [
        Row(f"  by {gate}", f"{count} commits kept back", "", "")
        for gate, count in gates.most_common()
    ]
    return [*counted, _count_row("all", judgements), *by_gate, *_list_kept_back(judgements)]


def _count_row(name: str, judgements: Sequence[Judgement]) -> Row:
    kept_back = sum(bool(item.blocking) for item in judgements)
    seconds = sum(item.seconds for item in judgements)
    with_ruff = sum(item.ruff_alone > 0 for item in judgements)
    value = f"{kept_back} of {len(judgements)} kept back, {seconds:.0f} s"
    return Row(name, value, "", f"{with_ruff} have new findings of ruff alone")


def _list_kept_back(judgements: Sequence[Judgement]) -> Iterator[Row]:
    for item in judgements:
        for finding in item.blocking:
            what = f"{item.repository} {item.commit[:9]} {finding.gate}"
            yield Row(what, f"{finding.place} {finding.text}", "", finding.rule)


def judge_repositories(repositories: Sequence[Path], count: int) -> Iterator[Judgement]:
    """Judge the newest commits of the default branch of each, the newest first."""
    checkers = build_checkers({})
    for folder in repositories:
        with TemporaryDirectory(prefix="greenlit-judge-") as home:
            tree = WorkTree(folder, borrow_repository(Path(home), folder).git)
            for commit, parent in list_commits(tree, count):
                yield judge_commit(checkers, tree, commit, parent)


def list_commits(tree: WorkTree, count: int, rev: str = "HEAD") -> list[tuple[str, str]]:
    """List the newest commits with their first parents, as the default branch got them."""
    form = ("--first-parent", "--format=%H %P", "-n", str(count), rev)
    lines = tree.git.run("log", *form).decode().splitlines()
    return [(words[0], words[1]) for words in map(str.split, lines) if len(words) > 1]


def judge_commit(checkers: Checkers, tree: WorkTree, commit: str, parent: str) -> Judgement:
    """Ask the gates, as `greenlit check --base PARENT` does, and ruff alone."""
    merged = MergedCommit(tree.root, tree.git, commit)
    change = read_change(merged, parent, merged.list_changes(parent)[:MOST_FILES])
    config = read_config(decode(tree.read_committed(parent, [PATH]).get(PATH)))
    began = time.monotonic()
    try:
        findings = run_gates(checkers, change, gate_rules(config), {}, datetime.now(UTC))
    except Unreachable as failure:
        findings = (Finding("judge", "", 0, str(failure)),)
    seconds = time.monotonic() - began
    alone = _count_ruff_alone(change)
    name = tree.root.parent.name if tree.root.name == "repo" else tree.root.name
    return Judgement(name, commit, findings, alone, seconds)


def _count_ruff_alone(change: Change) -> int:
    """Count what `ruff check` with the repository's configuration finds now and did not before."""
    new = _run_ruff(change.context, change.after) - _run_ruff(change.context, change.before)
    return new.total()


def _run_ruff(context: Mapping[str, str], files: Mapping[str, str | None]) -> Counter[str]:
    python = {path: text for path, text in files.items() if text and path.endswith((".py", ".pyi"))}
    if not python:
        return Counter()
    configs = {name: context[name] for name in RUFF_CONFIGS if name in context}
    with TemporaryDirectory(prefix="greenlit-judge-") as folder:
        for path, text in {**python, **configs}.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8", "replace"))
        options = ["check", "--no-cache", "--output-format", "json", "--exit-zero", "--quiet", "."]
        done = subprocess.run(
            [find_ruff_bin(), *options], cwd=folder, capture_output=True, check=False
        )
        messages = json.loads(done.stdout or "[]")
        return Counter(
            f"{message['filename'].removeprefix(folder)} {message['code']} {message['message']}"
            for message in messages
        )


def main(arguments: Sequence[str]) -> None:
    """Judge the repositories that are named, and print the table."""
    parser = ArgumentParser(description="Ask the gates about commits that people merged.")
    parser.add_argument("repositories", nargs="*", type=Path, help="folders of git repositories")
    parser.add_argument("--commits", type=int, default=COMMITS, help="how many of each, the newest")
    asked = parser.parse_args(arguments)
    folders = list_repositories(asked.repositories)
    judgements = tuple(judge_repositories(folders, asked.commits))
    show("Gates: commits that people merged", tabulate(judgements))


if __name__ == "__main__":
    main(sys.argv[1:])
