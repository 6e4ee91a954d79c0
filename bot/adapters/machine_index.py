"""The package indexes that this machine installs from, asked about single packages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bot.adapters.package_index import HttpPackageIndex
from bot.adapters.sandbox.package_indexes import find_package_indexes
from bot.values import Package


class MachinePackageIndex:
    """The port PackageIndex over what pip, npm and Go are configured for, found when it is asked
    first. `configured` are addresses by kind that come before theirs.
    """

    def __init__(self, configured: Mapping[str, str], python: Path) -> None:
        self._configured = configured
        self._python = python

    def look(self, kind: str, name: str) -> Package | None:
        """Ask the first index of the kind; None where it does not answer as it should."""
        return self._index.look(kind, name)

    @cached_property
    def _index(self) -> HttpPackageIndex:
        known = find_package_indexes({}, self._python).addresses
        urls = {kind: indexes[0].url.removesuffix("/simple") for kind, indexes in known.items()}
        return HttpPackageIndex(urls | dict(self._configured))
