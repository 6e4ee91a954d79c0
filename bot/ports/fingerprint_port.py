"""Fingerprints of the files of all repositories that this bot has read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from bot.values import Repo
from bot.values.copies import KnownFile, KnownRepository


class FingerprintIndex(Protocol):
    """Find the files that hold a fingerprint. A key means the same content for ever; entries may
    be evicted at any time.
    """

    def list_unknown(self, keys: Collection[str]) -> set[str]:
        """Return those of the keys whose fingerprints are not kept."""

    def add(self, fingerprints: Mapping[str, Collection[int]]) -> None:
        """Keep the fingerprints of contents, by key."""

    def put_files(self, repository: KnownRepository, files: Mapping[str, str]) -> None:
        """Keep which files a repository has now: path to key. They replace its earlier ones."""

    def find(self, fingerprints: Collection[int]) -> dict[str, frozenset[int]]:
        """Return the contents that have any of these fingerprints, by key, with which."""

    def list_files(self, keys: Collection[str]) -> tuple[KnownFile, ...]:
        """Return the files with these contents, in all repositories."""

    def count_shared(self, repo: Repo, compared: Repo) -> float:
        """Return which part of the smaller one's contents is in both repositories, from 0 to 1."""
