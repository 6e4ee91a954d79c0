"""Judge the applier by real commits: their own diffs, in git's dialects, applied to their parents.

`python -m tests.benchmarks.real_diffs [--commits N] PATH...` asks any git repositories, bare or not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bot.edits import EditResult, Rejected, compute_changes
from tests.benchmarks.repositories import list_repositories
from tests.benchmarks.table import Row, show

COMMITS = 10  # of each repository, in `make bench`
SHOWN = 3  # refused diffs, for each reason
FORMAT_PATCH = ("format-patch", "--stdout", "-1")
DIALECTS: Mapping[str, tuple[str, ...]] = {
    "plain": (),
    "-U0": ("-U0",),
    "-U1": ("-U1",),
    "-U10": ("-U10",),
    "--patience": ("--patience",),
    "--histogram": ("--histogram",),
    "-M -C": ("-M", "-C", "--find-copies-harder", "-l200"),
    "--no-prefix": ("--no-prefix",),
    "i/ w/": ("--src-prefix=i/", "--dst-prefix=w/"),
    "old/ new/": ("--src-prefix=old/", "--dst-prefix=new/"),
    "-W": ("-W",),
    "--binary": ("--binary", "--full-index", "--minimal"),
    "format-patch": FORMAT_PATCH,
}
# What a reason says of one file or line, so that reasons of a kind are counted together.
DETAIL = re.compile(r"`.*?`|\d[\d,]*|^\S+(?: \(hunk .*?\))?: ")


@dataclass(slots=True)
class Tally:
    """What became of the diffs of one dialect."""

    right: int = 0
    wrong: int = 0
    refused: int = 0
    right_by_git: int = 0


@dataclass(slots=True)
class Outcomes:
    """What became of all diffs, and which of them were wrong or refused."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    wrong: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


class Objects:
    """The objects of a repository; what is made goes elsewhere."""

    def __init__(self, repository: Path, work: Path) -> None:
        self.repository = repository
        self.name = "/".join(repository.parts[-2:])
        self.environment: dict[str, str] = {}
        objects = Path(self.ask("rev-parse", "--git-path", "objects").decode().strip())
        self.environment = {
            "GIT_OBJECT_DIRECTORY": str(work / "objects"),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(repository / objects),
            "GIT_INDEX_FILE": str(work / "index"),
        }
        (work / "objects").mkdir(parents=True, exist_ok=True)

    def ask(self, *command: str, text: bytes = b"") -> bytes:
        """Ask git, without the configuration of whoever runs this. Raises CalledProcessError."""
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat"}
        environment = {"PATH": os.defpath, **settings, **self.environment}
        return subprocess.run(
            ["git", "-C", str(self.repository), "-c", "core.quotePath=true", *command],
            input=text,
            capture_output=True,
            check=True,
            env=environment,
        ).stdout

    def list_commits(self, count: int) -> list[str]:
        """List the last commits that are no merges and have a parent."""
        log = self.ask("log", "--no-merges", "--min-parents=1", f"-{count}", "--format=%H")
        return log.decode().split()

    def write_diff(self, commit: str, dialect: tuple[str, ...]) -> bytes:
        """Write the diff of a commit in a dialect."""
        safe = ("--no-ext-diff", "--no-textconv", "--no-color")
        if dialect == FORMAT_PATCH:
            return self.ask(*FORMAT_PATCH, *safe, commit)
        return self.ask("diff", *safe, *dialect, f"{commit}^", commit)

    def applies_by_git(self, commit: str, diff: bytes, dialect: tuple[str, ...]) -> bool:
        """Tell whether `git apply` makes the tree of the commit from its parent's."""
        options = ["--unidiff-zero"] if "-U0" in dialect else []
        options += ["-p0"] if "--no-prefix" in dialect else []
        try:
            self.ask("read-tree", f"{commit}^")
            self.ask("apply", "--cached", *options, "-", text=diff)
            return self.ask("write-tree") == self.ask("rev-parse", f"{commit}^{{tree}}")
        except subprocess.CalledProcessError:
            return False


class RealCommit:
    """A commit: the files of its parent and its own, each read when it is asked for."""

    def __init__(self, objects: Objects, commit: str) -> None:
        self.objects = objects
        self.commit = commit
        self.before = list_entries(objects.ask("ls-tree", "-r", "-z", f"{commit}^"))
        self.after = list_entries(objects.ask("ls-tree", "-r", "-z", commit))
        self.blobs: dict[str, bytes] = {}

    def read_before(self, path: str) -> bytes:
        """Read a file of the parent."""
        if path not in self.blobs:
            self.blobs[path] = self.objects.ask("cat-file", "blob", self.before[path][1])
        return self.blobs[path]

    def find_difference(self, diff: bytes) -> str:
        """Apply the diff to the parent; find a file that is not as the commit has it, if any."""
        keep_bytes = not is_utf8(diff)
        tree = ParentTree(self, keep_bytes=keep_bytes)
        result = compute_changes(tree, diff.decode("utf-8", "surrogateescape"))
        paths = {*self.before, *self.after}
        changed = {path for path in paths if self.before.get(path) != self.after.get(path)}
        for path in sorted({*changed, *result.files, *result.modes}):
            if list_result(tree, result, path) != self.after.get(path):
                return path
        return ""


class ParentTree(Mapping[str, str]):
    """The texts of a commit's parent, decoded as `greenlit apply` does."""

    def __init__(self, commit: RealCommit, *, keep_bytes: bool) -> None:
        self.commit = commit
        self.keep_bytes = keep_bytes

    def __iter__(self) -> Iterator[str]:
        return iter(self.commit.before)

    def __len__(self) -> int:
        return len(self.commit.before)

    def __contains__(self, path: object) -> bool:
        return path in self.commit.before

    def __getitem__(self, path: str) -> str:
        if path not in self:
            raise KeyError(path)
        raw = self.commit.read_before(path)
        return raw.decode(*self._name_encoding(path))

    def _name_encoding(self, path: str) -> tuple[str, str]:
        if self.keep_bytes or path not in self or is_utf8(self.commit.read_before(path)):
            return "utf-8", "surrogateescape"
        return "latin-1", "strict"

    def encode(self, path: str, text: str) -> bytes:
        """Encode a text as the file at the path is encoded."""
        return text.encode(*self._name_encoding(path))


def is_utf8(raw: bytes) -> bool:
    """Tell whether the bytes are UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def list_entries(listing: bytes) -> dict[str, tuple[str, str]]:
    """List the mode and the blob of each regular file."""
    entries = {}
    for line in filter(None, listing.split(b"\0")):
        head, _, path = line.partition(b"\t")
        mode, _, blob = head.decode().split()[:3]
        if mode.startswith("100"):
            entries[path.decode(errors="surrogateescape")] = mode, blob
    return entries


def list_result(tree: ParentTree, result: EditResult, path: str) -> tuple[str, str] | None:
    """List the mode and the blob that a file has after the edits; None when it is gone."""
    before = tree.commit.before
    if path not in result.files and path not in result.modes:
        return before.get(path)
    text = result.files.get(path, tree.get(path))
    if text is None:
        return None
    source = result.moves.get(path, path)
    raw = tree.encode(source, text)
    blob = hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()
    return result.modes.get(path) or before.get(source, ("100644", ""))[0], blob


def rows(work: Path) -> list[Row]:
    """What becomes of real diffs, beside git, and what was wrong or refused."""
    return make_rows(judge_all(list_repositories(), work, COMMITS))


def make_rows(outcomes: Outcomes) -> list[Row]:
    """Make a row for each dialect, each wrong diff, and each reason of a refusal."""
    made = []
    for dialect, tally in outcomes.tallies.items():
        value = f"{tally.right} right, {tally.wrong} wrong, {tally.refused} refused"
        floor = f"git apply: {tally.right_by_git} right"
        made.append(Row(f"real diffs, {dialect}", value, "0 wrong", floor))
    made += [Row("wrong", diff, "none", "-") for diff in outcomes.wrong]
    for reason, diffs in sorted(outcomes.refused.items(), key=lambda item: -len(item[1])):
        shown = "; ".join(diffs[:SHOWN])
        made.append(Row(f"refused: {reason}", f"{len(diffs)}: {shown}", "-", "-"))
    return made


def judge_all(repositories: list[Path], work: Path, commits: int) -> Outcomes:
    """Judge the last commits of the repositories."""
    outcomes = Outcomes()
    for number, repository in enumerate(repositories):
        objects = Objects(repository, work / str(number))
        for commit in objects.list_commits(commits):
            judge_commit(objects, commit, outcomes)
    return outcomes


def judge_commit(objects: Objects, commit: str, outcomes: Outcomes) -> None:
    """Judge all dialects of a commit's diff, as far as the repository has its files."""
    real = RealCommit(objects, commit)
    for name, dialect in DIALECTS.items():
        try:
            diff = objects.write_diff(commit, dialect)
        except subprocess.CalledProcessError:  # a clone that lacks files
            return
        if diff:
            tally = outcomes.tallies[name]
            tally.right_by_git += objects.applies_by_git(commit, diff, dialect)
            judge_diff(real, diff, f"{objects.name} {commit[:10]} {name}", outcomes, tally)


def judge_diff(real: RealCommit, diff: bytes, label: str, outcomes: Outcomes, tally: Tally) -> None:
    """Judge one diff."""
    try:
        difference = real.find_difference(diff)
    except Rejected as refusal:
        tally.refused += 1
        outcomes.refused[DETAIL.sub("", refusal.reason)[:100]].append(label)
        return
    if difference:
        tally.wrong += 1
        outcomes.wrong.append(f"{label}: {difference}")
    else:
        tally.right += 1


def main() -> None:
    """Judge the repositories named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=Path, nargs="*", metavar="PATH")
    parser.add_argument(
        "--commits", type=int, default=COMMITS, help="the last N of each repository"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greenlit-bench-") as work:
        repositories = list_repositories(arguments.paths)
        outcomes = judge_all(repositories, Path(work), arguments.commits)
    show("Diffs: those of real commits, applied to their parents", make_rows(outcomes))
    total = Counter[str]()
    for tally in outcomes.tallies.values():
        total.update(right=tally.right, wrong=tally.wrong, refused=tally.refused)
    Console().print(f"{total.total()} diffs: {dict(total)}")


if __name__ == "__main__":
    main()
