"""A sandbox that keeps nothing out: it runs commands in a folder, for tests of what comes after."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.ports import Mirrors
from bot.values import Machine, SandboxJob, SandboxResult, SandboxState


@dataclass
class FolderSandbox:
    """Runs each job on its files in a new folder, with this Python, and remembers the jobs."""

    mirrors: Mirrors
    jobs: list[SandboxJob] = field(default_factory=list)
    endless: str = ""  # a command that is ended by its limit, without waiting for that

    def describe(self) -> SandboxState:
        return SandboxState("bubblewrap")

    def find_machine(self) -> Machine:
        return Machine({"python3": "3.11.7"})

    def run(self, job: SandboxJob) -> SandboxResult:
        self.jobs.append(job)
        if self.endless in job.commands:
            return SandboxResult(limit_hit="It was ended after 600 s, the most a check may take.")
        with TemporaryDirectory() as folder:
            self._lay(job, Path(folder))
            return self._start(job, Path(folder))

    def discard(self, workspace: str) -> None:
        pass

    def _lay(self, job: SandboxJob, folder: Path) -> None:
        paths = [entry.path for entry in self.mirrors.entries(job.tree)]
        files = dict(self.mirrors.read(job.tree, paths))
        for path, text in job.patch.files.items():
            files.pop(path, None)
            if text is not None:
                files[path] = text.encode()
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def _start(self, job: SandboxJob, folder: Path) -> SandboxResult:
        python = str(Path(sys.executable).parent)
        environment = {"PATH": f"{python}:{os.defpath}", "HOME": str(folder), **job.environment}
        done = subprocess.run(
            ["sh", "-ec", "\n".join(job.commands)],
            cwd=folder / job.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        log = done.stdout.replace(str(folder).encode(), b"/workspace")
        return SandboxResult(done.returncode, log, 0.1)
