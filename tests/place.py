"""Place: a repository on a served forge, the bot's ports around it, and the acts of
people there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.adapters.claude.claude_client import ClaudeClient
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.github.github_app import GitHubApp
from bot.assembly import SystemClock
from bot.forge import Forge, serve_forge
from bot.forge.forge_server import Wrap
from bot.ports import Ports
from bot.values import (
    Branch,
    Checks,
    InstallationId,
    ModelConfig,
    Permission,
    Price,
    Repo,
    Request,
    Sha,
    Tree,
)
from tests.git_served import commit, git

GRANTED = {
    "actions": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "pull_requests": "write",
    "statuses": "read",
}
PEOPLE: dict[str, Permission] = {
    "ada": "admin",
    "mel": "maintain",
    "wes": "write",
    "tim": "triage",
    "eve": "read",
    "nan": "none",
}
LATER, TRIGGER, EARLIER = "2099-01-03T00:00:00Z", "2099-01-02T00:00:00Z", "2099-01-01T00:00:00Z"


@dataclass
class Place:
    """A repository, and the bot as it sees it."""

    forge: Forge
    ports: Ports
    repo: Repo

    def asking(self, issue: int, by: str = "ada", **more: Any) -> Request:
        """As the webhook would tell it, long after all that was not said to be later."""
        found = self.forge.find_issue(self.repo.name, issue)
        told = Request(self.repo, issue, by, TRIGGER, "d-1")
        return replace(
            told, **{"title": found.title, "body": found.body, **more} if found else more
        )

    def issue(self, title: str = "Greet", body: str = "It shouts.", by: str = "ada") -> int:
        return self.forge.open_issue(self.repo.name, by, title, body)

    def comment(self, issue: int, by: str, body: str, at: str = EARLIER, edited: str = "") -> int:
        """A comment, made and edited when the test says so: the forge's clock is not waited for."""
        made = self.forge.add_comment(self.repo.name, issue, by, body)
        known = self.forge.state.find_repository(self.repo.name).comments
        known[made] = replace(known[made], created_at=at, updated_at=edited or at)
        return made

    def said(self, issue: int) -> list[str]:
        """What the bot wrote on the issue."""
        return [
            one.body
            for one in self.forge.list_comments(self.repo.name, issue)
            if one.author == "greenlit[bot]"
        ]

    def lay(self, files: Mapping[str, bytes | None]) -> Tree:
        """Commit bytes onto main, as "100644" or as the mode before the path says, and fetch it. CI
        hears nothing.
        """
        commit(self.forge.git_dir(self.repo.name), files)
        return self.tree()

    def lay_submodule(self, path: str) -> Tree:
        """Commit a submodule at the path, whose commit is nowhere."""
        folder = self.forge.git_dir(self.repo.name)
        head = git(folder, "rev-parse", "refs/heads/main")
        lines = f"commit refs/heads/main\ncommitter Ada <ada@example.org> 1793534500 +0000\ndata 1\n.\nfrom {head}\n"
        git(folder, "fast-import", "--quiet", given=f"{lines}M 160000 {'a' * 40} {path}\n".encode())
        return self.tree()

    def tree(self, branch: str = "main") -> Tree:
        return self.ports.mirrors.fetch(
            self.repo, self.ports.credentials.fetch_remote(self.repo), Branch(branch)
        )

    def checked(self, files: Mapping[str, str | None], branch: str = "main") -> tuple[Sha, Checks]:
        """Push as a person, and what CI says of it once it has ended."""
        sha = Sha(self.forge.push(self.repo.name, "ada", branch, files, "Change"))
        assert self.forge.wait_until_idle(30)
        self.tree(branch)
        return sha, self.ports.ci.fetch_checks(self.repo, sha)


class Town:
    """A served forge with one App, where each test builds its own place."""

    def __init__(self, home: Path, wrap: Wrap) -> None:
        self.forge = Forge(home / "forge")
        tools = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        self.forge.state.runner_env = {"PATH": tools, "HOME": str(home)}
        self.keys = self.forge.create_app("greenlit", GRANTED, [])
        self._home = home
        self._wrap = wrap

    @contextmanager
    def open(self) -> Iterator[Town]:
        with serve_forge(self.forge, self._wrap) as url:
            github = GitHubApp(
                self.keys.id, self.keys.private_key, url, f"{url}/api/v3", pause_between_writes_s=0
            )
            nobody = ClaudeClient(
                "no key",
                ModelConfig("none", "low", Price(1.0, 1.0, 1.0, 1.0)),
                base_url="http://127.0.0.1:9",
            )  # no step here asks a model
            self.ports = Ports(
                GitMirrors(self._home / "mirrors", ("http",)),
                nobody,
                SystemClock(),
                repositories=github.repositories,
                issues=github.issues,
                sub_issues=github.sub_issues,
                comments=github.comments,
                pulls=github.pulls,
                reviews=github.reviews,
                commits=github.commits,
                ci=github.ci,
                credentials=github,
            )
            yield self

    def place(self, name: str, files: Mapping[str, str]) -> Place:
        self.forge.create_repository(name, files, people=PEOPLE)
        installation = InstallationId(self.forge.install(self.keys, name))
        return Place(self.forge, self.ports, Repo(name, installation))
