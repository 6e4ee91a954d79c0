"""Does the line with a planted fault stand among the three that a pull request would name?

Commits that people merged get one small fault each time, in a new line of code, and are asked about
as the bot would ask. `python -m tests.learn.benchmarks.surprise PATH...` asks about repositories of
one's own. Nothing of them is run.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.adapters.git.borrowed_repository import borrow_repository
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.git.work_tree import WorkTree
from bot.adapters.line_surprise import MOST_LINES, RepositoryLineSurprise
from bot.gates import Change
from bot.search.code_lines import list_code_lines
from bot.values import Patch, Sha, Tree
from tests.benchmarks.merged_commits import MergedCommit
from tests.benchmarks.repositories import list_repositories
from tests.benchmarks.table import Row, show
from tests.learn.benchmarks.planted_faults import KINDS, plant_faults

COMMITS = 2  # of each repository
LOOKED_AT = 600  # the newest commits, of which some are drawn
MOST_FILES = 8
LINES = range(12, 300)  # new lines of code in a commit: fewer need no choice


@dataclass(frozen=True, slots=True)
class Trial:
    """One fault: whether its line was named, with it and before it, and by how many chances."""

    kind: str
    is_named: bool
    was_named: bool  # before the fault: some lines are more surprising than others anyway
    chance: float


@dataclass(frozen=True, slots=True)
class CommitOfPython:
    """A merged commit: its Python files as it left them, and their new lines of code."""

    base: Tree
    files: Mapping[str, str]
    new_lines: Mapping[str, frozenset[int]]

    @property
    def count(self) -> int:
        """How many new lines of code it has."""
        return sum(map(len, self.new_lines.values()))


def show_surprise(named: Sequence[Path] = (), commits: int = COMMITS, seed: int = 1) -> None:
    """Try the repositories that are named, and print how many planted faults would be."""
    trials = list(try_repositories(list_repositories(named), commits, seed))
    show(f"Surprising lines: {len(trials)} planted faults, one at a time", tabulate(trials))


def tabulate(trials: Sequence[Trial]) -> list[Row]:
    """Count by kind of fault, beside chance and beside the same lines without their fault."""
    counted = []
    for kind in ("any fault", *KINDS):
        some = [trial for trial in trials if kind in (trial.kind, "any fault")]
        count = max(len(some), 1)
        named = sum(trial.is_named for trial in some) / count
        was_named = sum(trial.was_named for trial in some) / count
        chance = sum(trial.chance for trial in some) / count
        floor = f"by chance {chance:.0%}; the line without its fault {was_named:.0%}"
        counted.append(Row(kind, f"{named:.0%} of {len(some)} named", "", floor))
    return counted


def try_repositories(repositories: Sequence[Path], count: int, seed: int = 1) -> Iterator[Trial]:
    """Try drawn commits of each repository, the same for a seed."""
    for folder in repositories:
        random = Random(seed)
        with TemporaryDirectory(prefix="greenlit-surprise-") as home:
            borrowed = borrow_repository(Path(home), folder)
            finder = RepositoryLineSurprise(GitMirrors(Path(home)))
            work_tree = WorkTree(folder, borrowed.git)
            commits = draw_commits(work_tree, borrowed.tree(), random)
            for _, commit in zip(range(count), commits, strict=False):
                yield from try_commit(finder, commit, random)


def draw_commits(work_tree: WorkTree, tree: Tree, random: Random) -> Iterator[CommitOfPython]:
    """Draw commits that add some lines of Python, but not more than somebody reviews at a time."""
    form = ("--first-parent", "--format=%H %P", "-n", str(LOOKED_AT), tree.sha)
    lines = work_tree.git.run("log", *form).decode().splitlines()
    commits = [words for words in map(str.split, lines) if len(words) > 1]
    random.shuffle(commits)
    for sha, parent, *_ in commits:
        merged = MergedCommit(work_tree.root, work_tree.git, sha)
        commit = _read_commit(merged, Tree(tree.repo, Sha(parent), tree.branch))
        if commit.count in LINES and len(commit.files) <= MOST_FILES:
            yield commit


def _read_commit(merged: MergedCommit, base: Tree) -> CommitOfPython:
    paths = [each.path for each in merged.list_changes(base.sha) if each.path.endswith(".py")]
    after = _decode(merged.read_files(paths[: MOST_FILES + 1]))
    before = _decode(merged.read_committed(base.sha, list(after)))
    change = Change({path: before.get(path) for path in after}, after)
    code = {path: list_code_lines(path, text) for path, text in after.items()}
    new = {path: numbers & code[path] for path, numbers in change.new_line_numbers.items()}
    return CommitOfPython(base, after, new)


def _decode(files: Mapping[str, bytes]) -> dict[str, str]:
    texts = {path: data.decode("utf-8", "replace") for path, data in files.items()}
    return {path: text.replace("\r\n", "\n") for path, text in texts.items()}


def try_commit(
    finder: RepositoryLineSurprise, commit: CommitOfPython, random: Random
) -> Iterator[Trial]:
    """Try one fault of each kind, in the file with the most new lines."""
    path = max(commit.files, key=lambda path: len(commit.new_lines[path]))
    before = _name_lines(finder, commit.base, commit.files)
    for fault in plant_faults(commit.files[path], commit.new_lines[path], random):
        named = _name_lines(finder, commit.base, {**commit.files, path: fault.text})
        place = (path, fault.line)
        chance = min(1.0, MOST_LINES / commit.count)
        yield Trial(fault.kind, place in named, place in before, chance)


def _name_lines(
    finder: RepositoryLineSurprise, base: Tree, files: Mapping[str, str]
) -> set[tuple[str, int]]:
    lines = finder.find_surprising_lines(base, Patch(dict(files)))
    return {(line.path, line.line) for line in lines}


def main(arguments: Sequence[str]) -> None:
    """Try the repositories that are named, and print the table."""
    parser = ArgumentParser(description="Plant faults in merged commits, and see which are named.")
    parser.add_argument("repositories", nargs="*", type=Path, help="folders of git repositories")
    parser.add_argument("--commits", type=int, default=COMMITS, help="how many of each")
    parser.add_argument("--seed", type=int, default=1, help="draws others")
    asked = parser.parse_args(arguments)
    show_surprise(asked.repositories, asked.commits, asked.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
