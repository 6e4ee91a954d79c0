"""A repository as the one who keeps it tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SourceKind = Literal["github", "folder", "mirror"]


@dataclass(frozen=True, slots=True)
class FoundRepository:
    """A repository that was found: on GitHub, as a folder of this machine, or among the mirrors.

    `key` stays when it is renamed: "github:1296269", "folder:/srv/greeter", "mirror:acme/greeter".
    Of a folder little is known: its name, its path as the address, and its licence.
    """

    key: str
    source: SourceKind
    owner: str  # "" of a folder
    name: str
    url: str
    ssh_url: str = ""
    disk_usage_kb: int | None = None
    forks: int | None = None
    stars: int | None = None
    watchers: int | None = None
    default_branch: str | None = None  # None of an empty repository
    licence: str | None = None  # an SPDX identifier, such as "MIT"
    archived: bool = False
    pushed_at: str | None = None

    @property
    def name_with_owner(self) -> str:
        """The name with its owner, "acme/greeter"; of a folder, its name."""
        return f"{self.owner}/{self.name}" if self.owner else self.name
