"""The owners and repositories that an operator allows the bot to work for."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class AllowList:
    """Patterns such as "acme", "acme/greeter" or "acme/web-*". Without any, all are allowed.

    GitHub's names are the same in any case of letters.
    """

    patterns: tuple[str, ...] = ()

    def allows(self, repository: str) -> bool:
        """Tell whether the bot may work in a repository, "owner/repo"."""
        names = (repository.lower(), repository.partition("/")[0].lower())
        return not self.patterns or any(
            fnmatchcase(names["/" not in pattern], pattern.lower()) for pattern in self.patterns
        )

    def allows_owner(self, owner: str) -> bool:
        """Tell whether the bot may work in some repository of the owner."""
        owners = [pattern.partition("/")[0].lower() for pattern in self.patterns]
        return not owners or any(fnmatchcase(owner.lower(), pattern) for pattern in owners)
