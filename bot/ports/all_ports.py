"""All ports in one value, which each step is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.ports.cache_ports import DerivedCache, LogCache, NullCache, NullLogCache
from bot.ports.checker_ports import Checkers
from bot.ports.clock_port import Clock
from bot.ports.fingerprint_port import FingerprintIndex
from bot.ports.folder_port import NoProjectFolder, ProjectFolder
from bot.ports.git_port import Mirrors
from bot.ports.github_ports import (
    NULL_GITHUB,
    CiWatch,
    Comments,
    Commits,
    ContinuousIntegration,
    Credentials,
    Issues,
    NoCiWatch,
    Pulls,
    Repositories,
    Reviews,
    SubIssues,
)
from bot.ports.model_ports import Embedder, Model, Spending, UncappedSpending
from bot.ports.precedents_port import NoPrecedents, Precedents
from bot.ports.sandbox_port import NoSandbox, Sandbox
from bot.ports.secrets_port import OwnSecrets
from bot.ports.surprise_port import LineSurprise
from bot.values import Caps


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a step may touch. Commands that work without GitHub leave its ports out."""

    mirrors: Mirrors
    model: Model
    clock: Clock
    caps: Caps = field(default_factory=Caps)
    checkers: Checkers = field(default_factory=Checkers)
    log_cache: LogCache = field(default_factory=NullLogCache)
    cache: DerivedCache = field(default_factory=NullCache)
    embedder: Embedder | None = None
    fingerprints: FingerprintIndex | None = None  # None: no code of others is known
    line_surprise: LineSurprise | None = None  # None: no line surprises
    repositories: Repositories = NULL_GITHUB
    issues: Issues = NULL_GITHUB
    sub_issues: SubIssues = NULL_GITHUB
    comments: Comments = NULL_GITHUB
    pulls: Pulls = NULL_GITHUB
    reviews: Reviews = NULL_GITHUB
    commits: Commits | None = None  # None: all are pushed by git
    ci: ContinuousIntegration = NULL_GITHUB
    ci_watch: CiWatch = field(default_factory=NoCiWatch)
    credentials: Credentials = NULL_GITHUB
    precedents: Precedents = field(default_factory=NoPrecedents)
    spending: Spending = field(default_factory=UncappedSpending)
    sandbox: Sandbox = field(default_factory=NoSandbox)
    folder: ProjectFolder = field(default_factory=NoProjectFolder)

    @property
    def own_secrets(self) -> OwnSecrets:
        """The secrets of this process, which the gates ask about too."""
        return self.checkers.own_secrets
