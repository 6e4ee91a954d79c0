"""Put together the checkers that every command hands to the gates."""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.betterleaks import Betterleaks, is_available
from bot.adapters.package_index import HttpPackageIndex
from bot.adapters.pyrefly import find_pyrefly
from bot.adapters.ruff_linter import Ruff
from bot.ports import Checkers, NoOwnSecrets, OwnSecrets


def build_checkers(indexes: Mapping[str, str], own_secrets: OwnSecrets | None = None) -> Checkers:
    """Build what the gates ask: it reads code, and runs none of it.

    `indexes` are addresses of package indexes by kind, `own_secrets` those of this process.
    """
    secrets = Betterleaks() if is_available() else None
    index = HttpPackageIndex(indexes) if indexes else None
    own = own_secrets or NoOwnSecrets()
    return Checkers(Ruff(), secrets, index, find_pyrefly(), own)
