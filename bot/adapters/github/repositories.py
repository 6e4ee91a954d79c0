"""Read a repository: what GitHub knows of it, who may write, one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args
from urllib.parse import quote

from github.ContentFile import ContentFile
from pydantic import BaseModel, ConfigDict

from bot.adapters.github.api_errors import NotFound, require
from bot.adapters.github.github_api import GitHubApi
from bot.ports import Refusal
from bot.values import Branch, Permission, Repo, RepoInfo


class AccessShape(BaseModel):
    """What somebody may do in a repository."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    permission: str
    role_name: str | None = None


@dataclass(frozen=True, slots=True)
class GitHubRepositories:
    """The port `bot.ports.Repositories`."""

    api: GitHubApi

    def fetch_info(self, repo: Repo) -> RepoInfo:
        """Return the default branch, and whether the repository is archived, private, disabled."""
        with self.api.repository(repo) as repository:
            branch = require(repository.default_branch, "default_branch")
            return RepoInfo(
                Branch(branch),
                archived=bool(repository.archived),
                private=bool(repository.private),
                disabled=bool(repository.raw_data.get("disabled")),
            )

    def fetch_permission(self, repo: Repo, login: str) -> Permission:
        """Return what this person may do now; "none" for an unknown login."""
        # PyGithub has a method for the permission and one for the role, but not for both at once.
        path = f"/repos/{repo.name}/collaborators/{quote(login, safe='')}/permission"
        with self.api.client(repo) as client:
            try:
                _, answer = client.requestJsonAndCheck("GET", path)
            except NotFound:
                return "none"
            access = AccessShape.model_validate(answer)
        # `permission` folds maintain into write and triage into read; `role_name` may be an
        # organization's own.
        is_known = access.role_name in get_args(Permission)
        return cast("Permission", access.role_name if is_known else access.permission)

    def fetch_file(self, repo: Repo, path: str) -> str | None:
        """Return a text file of the default branch; None for a folder, or what is not there."""
        with self.api.repository(repo) as repository:
            try:
                content = repository.get_contents(path)
            except NotFound:
                return None
        if not isinstance(content, ContentFile) or content.type != "file":
            return None
        if content.encoding != "base64":
            raise Refusal(f"`{path}` is larger than a megabyte, so GitHub does not show it.")
        return content.decoded_content.decode("utf-8", "replace")
