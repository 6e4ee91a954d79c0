"""What the tests of the sandbox share: a repository in a mirror, and a tier that keeps nothing out."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.tier import Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool
from bot.values import (
    Branch,
    InstallationId,
    Patch,
    Remote,
    Repo,
    SandboxJob,
    SandboxResult,
    SandboxState,
    Tree,
)
from bot.values.run_config import TierName
from tests.git_served import commit, git

REPO = Repo("ada/engine", InstallationId(1))


@dataclass
class OpenTier:
    """Runs the process as it is: for tests of what stands around a tier, never of safety.

    It stays the tests' user, with their Python, unless it `becomes_owner` of the workspace.
    """

    name: TierName = "bubblewrap"
    has_own_root: bool = False
    has_own_network: bool = False
    becomes_owner: bool = False
    launches: list[Launch] = field(default_factory=list)

    def find_obstacle(self) -> str:
        return ""

    def launch(self, launch: Launch) -> Exit:
        self.launches.append(launch)
        if not self.becomes_owner:
            return _run(launch)
        # Who takes a uid from the pool first ends all that runs under it, a test beside this too.
        with UidPool().take_for(launch) as uid:
            return _run(launch, user=uid, group=uid, extra_groups=[])


def _run(launch: Launch, **user: Any) -> Exit:
    began = time.monotonic()
    done = subprocess.run(
        launch.argv,
        cwd=launch.workspace / launch.folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **launch.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        **user,
    )
    return Exit(done.returncode, done.stdout, time.monotonic() - began)


class SandboxScene:
    """A bare repository, its mirror, and a sandbox over it."""

    def __init__(self, home: Path, *, becomes_owner: bool = False) -> None:
        self.origin = home / "origin.git"
        self.origin.mkdir()
        git(self.origin, "init", "-q", "--bare", "-b", "main")
        self.mirrors = GitMirrors(home / "mirrors", ("file",))
        self.tier = OpenTier(becomes_owner=becomes_owner and os.getuid() == 0)
        self.home = home / "sandbox"
        self.sandbox = LocalSandbox(
            self.home, self.mirrors, lambda: (self.tier, SandboxState("bubblewrap"))
        )

    def lay(self, files: Mapping[str, bytes | None]) -> Tree:
        """Commit files, as "100644" or as the mode before the path says, and fetch them."""
        commit(self.origin, files)
        return self.fetch()

    def fetch(self) -> Tree:
        return self.mirrors.fetch(REPO, Remote(self.origin.as_uri()), Branch("main"))

    def run(
        self,
        tree: Tree,
        *commands: str,
        patch: Mapping[str, str | None] | None = None,
        **more: Any,
    ) -> SandboxResult:
        job = SandboxJob(
            tree, Patch(dict(patch or {})), commands, more.pop("workspace", "w"), **more
        )
        return self.sandbox.run(job)

    @property
    def files(self) -> Path:
        """Where the files of the newest job are."""
        return self.tier.launches[-1].workspace


def wait_for(happens) -> bool:
    """Wait for what other processes do."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.02)
    return False
