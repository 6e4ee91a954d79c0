"""Lock files that are brought up to date with a change of their manifests."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.values.code import Finding


@dataclass(frozen=True, slots=True)
class LockUpdate:
    """What the tools of the repository made of its locks, for manifests as they stood then."""

    texts: dict[str, str] = field(default_factory=dict)  # of the locks, and of what goes with them
    fresh: tuple[str, ...] = ()  # locks that follow from the manifests now
    findings: tuple[Finding, ...] = ()  # what could not be done, and what else moved
    took_s: float = 0.0
    manifests_id: str = ""  # a name of the manifests' texts that these are for
