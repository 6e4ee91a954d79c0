"""The ports: what a step may touch, the value that holds them, and the errors they raise."""

from bot.ports.all_ports import Ports
from bot.ports.cache_ports import DerivedCache, LogCache, NullCache, NullLogCache, SegmentBlob
from bot.ports.checker_ports import Checkers, Linter, PackageIndex, SecretFinder
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
    NullGitHub,
    Pulls,
    Repositories,
    Reviews,
    SubIssues,
)
from bot.ports.kept_port import KeptStore, name_repositories
from bot.ports.metrics_port import Metrics, NoMetrics
from bot.ports.model_ports import Embedder, Model, Spending, UncappedSpending
from bot.ports.port_errors import BadAnswer, RateLimited, Refusal, Unreachable
from bot.ports.precedents_port import NoPrecedents, Precedents
from bot.ports.sandbox_port import NoSandbox, Sandbox
from bot.ports.secrets_port import NoOwnSecrets, OwnSecrets
from bot.ports.shared_limits_port import RequestLimit, SharedLimits, WriteRate, WriteTurn
from bot.ports.surprise_port import LineSurprise
from bot.ports.traces_port import (
    NoTraces,
    SentTraces,
    SpanAttribute,
    SpanKind,
    Traces,
    TraceSpan,
)
from bot.ports.type_checker_port import CodePlace, TypeChecker

__all__ = [
    "NULL_GITHUB",
    "BadAnswer",
    "Checkers",
    "CiWatch",
    "Clock",
    "CodePlace",
    "Comments",
    "Commits",
    "ContinuousIntegration",
    "Credentials",
    "DerivedCache",
    "Embedder",
    "FingerprintIndex",
    "Issues",
    "KeptStore",
    "LineSurprise",
    "Linter",
    "LogCache",
    "Metrics",
    "Mirrors",
    "Model",
    "NoCiWatch",
    "NoMetrics",
    "NoOwnSecrets",
    "NoPrecedents",
    "NoProjectFolder",
    "NoSandbox",
    "NoTraces",
    "NullCache",
    "NullGitHub",
    "NullLogCache",
    "OwnSecrets",
    "PackageIndex",
    "Ports",
    "Precedents",
    "ProjectFolder",
    "Pulls",
    "RateLimited",
    "Refusal",
    "Repositories",
    "RequestLimit",
    "Reviews",
    "Sandbox",
    "SecretFinder",
    "SegmentBlob",
    "SentTraces",
    "SharedLimits",
    "SpanAttribute",
    "SpanKind",
    "Spending",
    "SubIssues",
    "TraceSpan",
    "Traces",
    "TypeChecker",
    "UncappedSpending",
    "Unreachable",
    "WriteRate",
    "WriteTurn",
    "name_repositories",
]
