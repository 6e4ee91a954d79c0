"""Files of repositories whose fingerprints are kept, so that copied code is known again."""

from __future__ import annotations

from dataclasses import dataclass

from bot.values.code import Sha
from bot.values.request import Repo


@dataclass(frozen=True, slots=True)
class KnownRepository:
    """A repository whose files were fingerprinted, at a commit, with its licence by SPDX.

    `licence` is empty where none is known.
    """

    repo: Repo
    sha: Sha
    licence: str = ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file of such a repository; `key` names its content and how its comments begin."""

    repository: KnownRepository
    path: str
    key: str
