"""A copy of a repository that a refactoring may change, and its own tests as the judge of it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PYTEST = "-m pytest -q -p no:cacheprovider -p no:randomly -rfE"
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - (.*))?$", re.MULTILINE)
OUTCOME = re.compile(
    r"^.*\b(?:passed|failed|errors?|ran \d+ tests?)\b.*$", re.MULTILINE | re.IGNORECASE
)
SPARE_S = 30
WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Whether the tests passed, and if not, which tells so, as `test: reason`."""

    is_green: bool
    evidence: str = ""


@dataclass(slots=True)
class JudgedCopy:
    """The copy, how its tests are run, and which of them failed before anything was changed."""

    root: Path
    python: str
    test: str  # a command, "" for pytest
    failing: list[str] = field(default_factory=list)
    limit_s: float = 600

    def measure_baseline(self) -> str:
        """Run the tests on the untouched copy; what fails there is left out from then on.

        Returns in a few words how it went.
        """
        began = time.monotonic()
        _, output = self._run(self._command())
        self.limit_s = 3 * (time.monotonic() - began) + SPARE_S
        self.failing = sorted({name.partition("[")[0] for name, _ in FAILED.findall(output)})
        code, again = self._run(self._command())
        if code:
            last = again.strip().splitlines()[-1:]
            raise ValueError(f"The tests of {self.root.name} do not run: {' '.join(last)}")
        summary = OUTCOME.findall(again)[-1:] or ["green"]
        return f"{summary[0].strip('= ')}; {len(self.failing)} left out, red before"

    def restore(self) -> None:
        """Put every file back as it was committed."""
        run_git(self.root, "checkout", "--quiet", "--force", ".")
        run_git(self.root, "clean", "-fdqx")

    def is_changed(self) -> bool:
        """Tell whether any file differs from what was committed."""
        return bool(run_git(self.root, "status", "--porcelain"))

    def judge(self) -> SuiteResult:
        """Run the tests, and again when they fail: a chance failure is not the change's."""
        first = self._judge_once()
        return first if first.is_green else self._judge_once()

    def _judge_once(self) -> SuiteResult:
        code, output = self._run(self._command("-x"))
        if not code:
            return SuiteResult(is_green=True)
        failures = [f"{name}: {reason}" for name, reason in FAILED.findall(output)]
        lines = output.strip().splitlines()
        return SuiteResult(False, next(iter([*failures, *lines[-1:]]), f"exit code {code}"))

    def _command(self, *options: str) -> list[str]:
        if self.test:
            folder = shlex.quote(str(Path(self.python).parent))
            return ["bash", "-c", f"PATH={folder}:$PATH; {self.test}"]
        left_out = [word for name in self.failing for word in _leave_out(name)]
        return [self.python, *shlex.split(PYTEST), *options, *left_out]

    def _run(self, command: list[str]) -> tuple[int, str]:
        """Run a command in the copy; 124 when it takes too long."""
        paths = [str(self.root / "src"), str(self.root)]
        # A module that is written twice in a second would be read from its old byte code.
        settings = [f"PYTHONPATH={os.pathsep.join(paths)}", "PYTHONDONTWRITEBYTECODE=1"]
        with subprocess.Popen(
            ["nice", "-n", "15", "env", *settings, *command],
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            errors="replace",
        ) as process:
            try:
                output, _ = process.communicate(timeout=self.limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return 124, f"The tests had not ended after {self.limit_s:.0f} s."
        return process.returncode, output


def copy_repository(source: Path, root: Path) -> None:
    """Copy what is committed in a repository, or all of a folder that is none, and commit it."""
    root.mkdir(parents=True)
    inside = subprocess.run(
        ["git", "-C", source, "archive", "--format=tar", "HEAD"], capture_output=True, check=False
    )
    packed = inside.stdout
    if inside.returncode:
        packed = subprocess.run(
            ["tar", "-C", source, "--exclude=.venv", "-c", "."], capture_output=True, check=True
        ).stdout
    subprocess.run(["tar", "-x", "-C", root], input=packed, check=True)
    run_git(root, "init", "--quiet")
    run_git(root, "add", "--all", "--force")
    run_git(root, *WHO, "commit", "--quiet", "--no-verify", "--message", "As it was")


def run_git(root: Path, *words: str) -> str:
    """Run git in the copy; returns what it prints."""
    command = ["git", "-c", "core.hooksPath=/dev/null", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout


def _leave_out(name: str) -> tuple[str, str]:
    """Give the options with which pytest leaves a test out, or a file that it cannot collect."""
    return ("--deselect", name) if "::" in name else ("--ignore", name)
