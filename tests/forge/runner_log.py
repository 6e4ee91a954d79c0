"""Make a bare repository for the runner's tests, and read a log without its timestamps."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.forge.runner import JobResult

PATH = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ")
GIT_ENV = {
    "PATH": PATH,
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}


@dataclass(frozen=True, slots=True)
class GitCommit:
    """The newest commit of a bare repository."""

    git_dir: Path
    sha: str


def make_bare_repository(seed: Path, commits: int = 1) -> GitCommit:
    """Commit two files, one of them executable, then empty commits; tag the second, branch the first."""
    (seed / "src").mkdir()
    (seed / "src" / "a.txt").write_text("hello\n")
    (seed / "go.sh").write_text("#!/bin/sh\necho went\n")
    (seed / "go.sh").chmod(0o755)
    (seed / ".gitattributes").write_text("src/a.txt export-ignore\n")
    run_git(seed, "init", "-q", "-b", "main")
    run_git(seed, "add", "-A")
    for number in range(1, commits + 1):
        run_git(seed, "commit", "-q", "--allow-empty", "-m", f"Commit {number}")
    if commits > 1:
        run_git(seed, "tag", "v1.2", "main~1")
        run_git(seed, "branch", "side", f"main~{commits - 1}")
    run_git(seed, "clone", "-q", "--bare", ".", "bare.git")
    return GitCommit(seed / "bare.git", run_git(seed, "rev-parse", "HEAD"))


def run_git(folder: Path, *arguments: str) -> str:
    """Run git as a person would, apart from the machine's own configuration."""
    command = ["git", *arguments]
    process = subprocess.run(
        command, cwd=folder, env=GIT_ENV, check=True, capture_output=True, text=True
    )
    return process.stdout.strip()


def plain_lines(result: JobResult) -> list[str]:
    """The log's lines without their timestamps."""
    lines = result.log.decode("utf-8-sig").splitlines()
    return [LOG_LINE.sub("", line, count=1) for line in lines]
