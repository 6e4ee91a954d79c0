"""Build the whole: settings become adapters, Ports and an engine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.checkers import build_checkers
from bot.adapters.claude.deferred_client import DeferredClaude
from bot.adapters.dbos.day_spending import DayCaps, DaySpending
from bot.adapters.dbos.durable_engine import DurableEngine
from bot.adapters.dbos.fence import Fence
from bot.adapters.dbos.postgres import PostgresRecord
from bot.adapters.dbos.record import Record, open_record
from bot.adapters.dbos.recorded_commits import RecordedCommits
from bot.adapters.dbos.recorded_limits import RecordedLimits
from bot.adapters.dbos.recorded_pull_ends import RecordedPullEnds
from bot.adapters.dbos.runtime import EngineOptions
from bot.adapters.disk_keeper import GIGABYTE
from bot.adapters.embeddings import open_embedder
from bot.adapters.fingerprint_database import LIMIT_BYTES, FingerprintDatabase
from bot.adapters.git.elsewhere import Elsewhere
from bot.adapters.git.mirrors import GitMirrors
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.line_surprise import RepositoryLineSurprise
from bot.adapters.log_cache import DiskLogCache
from bot.adapters.prometheus.prometheus_metrics import PrometheusMetrics
from bot.adapters.sandbox.choose_tier import choose_tier
from bot.adapters.sandbox.local_sandbox import LocalSandbox
from bot.adapters.sandbox.tier import Tier
from bot.adapters.sandbox.toolchains import Supplies
from bot.adapters.sqlite_cache import SqliteCache
from bot.adapters.traced_sandbox import TracedSandbox
from bot.ports import Clock, Metrics, NoMetrics, NoTraces, Ports, Sandbox, SharedLimits, Traces
from bot.search import INDEX_FORMAT
from bot.settings import (
    GitHubSettings,
    ModelSettings,
    SandboxSettings,
    SearchSettings,
    ServerSettings,
    Settings,
    list_secret_values,
)
from bot.steps.report import report
from bot.stories import STORIES
from bot.stories.follow_parts import follow_end
from bot.stories.progress import conclude_failed
from bot.stories.tell_set_aside import begin_to_tell
from bot.text import SecretValues
from bot.values import SandboxState

CACHE = Path(".cache", "greenlit", "sandbox")  # in a person's home


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return datetime.now(UTC)


def build_model(
    settings: ModelSettings, metrics: Metrics | None = None, traces: Traces | None = None
) -> DeferredClaude:
    """Build the model's adapter."""
    return DeferredClaude(
        settings.anthropic_api_key.get_secret_value(),
        settings.chosen_model,
        settings.anthropic_url,
        metrics,
        traces,
    )


def build_metrics() -> PrometheusMetrics:
    """Build what counts for monitors."""
    return PrometheusMetrics(story.__name__ for story in STORIES)


def build_own_secrets(settings: SearchSettings | GitHubSettings) -> SecretValues:
    """Build what knows the secrets of this process."""
    return SecretValues(list_secret_values(settings))


def build_github(
    settings: GitHubSettings,
    own_secrets: SecretValues | None = None,
    fence: Fence | None = None,
    metrics: Metrics | None = None,
    shared_limits: SharedLimits | None = None,
    traces: Traces | None = None,
) -> GitHubApp:
    """Build GitHub's adapter, which adds its tokens to the secrets of this process.

    `fence` keeps it from writing once another process may have taken over; with `shared_limits` it
    keeps to GitHub's limits together with the others.
    """
    fence = fence or Fence()
    return GitHubApp(
        settings.app_id,
        settings.private_key.get_secret_value(),
        settings.github_url,
        settings.github_api_url,
        pause_between_writes_s=settings.write_pause_s,
        own_secrets=own_secrets or build_own_secrets(settings),
        clock=fence.clock.read,
        check_writing=fence.check,
        metrics=metrics or NoMetrics(),
        shared_limits=shared_limits,
        traces=traces or NoTraces(),
    )


def build_shared_limits(settings: ServerSettings) -> RecordedLimits | None:
    """Build what the processes tell each other of GitHub's limits; None for one that is alone."""
    record = build_record(settings)
    return RecordedLimits(record) if isinstance(record, PostgresRecord) else None


def build_log_cache(settings: ServerSettings) -> DiskLogCache:
    """Build the cache of CI's logs in the bot's home."""
    return DiskLogCache(settings.home / "logs")


def build_fingerprints(settings: ServerSettings) -> FingerprintDatabase:
    """Build what keeps the fingerprints of code; they may take a tenth of what all may."""
    limit_bytes = int(settings.disk_gb * GIGABYTE / 10) or LIMIT_BYTES
    file = settings.home / "fingerprints.sqlite"
    return FingerprintDatabase(file, min(LIMIT_BYTES, limit_bytes))


def build_code_cache(settings: ServerSettings) -> SqliteCache:
    """Build the cache of what is known of the repositories' code."""
    return SqliteCache(settings.home / "known", INDEX_FORMAT)


def build_record(settings: ServerSettings) -> Record:
    """Build the record of runs: the database that is set, or the file in the bot's home."""
    url = settings.database_url
    return open_record(settings.home, url.get_secret_value() if url else "")


def build_spending(settings: ServerSettings, clock: Clock | None = None) -> DaySpending:
    """Build what keeps to the caps of a day, from the record."""
    caps = DayCaps(settings.usd_per_day, settings.usd_per_repository_day)
    return DaySpending(build_record(settings), caps, clock or SystemClock())


def build_tier(settings: ServerSettings) -> tuple[Tier | None, SandboxState]:
    """Build the tier of the sandbox, tried by its probes; None where no code is to run here."""
    return choose_tier(settings.sandbox, settings.sandbox_image, settings.home)


def build_mirrors(settings: Settings, hub: GitHubApp | None = None) -> GitMirrors:
    """Build the mirrors of repositories in the bot's home.

    With GitHub they fetch what a run fetched where it began, on another machine.
    """
    protocols: tuple[str, ...] = ("https",)
    if settings.github_url.startswith("http://"):  # a forge on this machine
        protocols = ("http", "https")
    record = build_record(settings)
    elsewhere = None
    if hub and isinstance(record, PostgresRecord):
        elsewhere = Elsewhere(RecordedCommits(record), hub.fetch_remote)
    traces = hub.traces if hub else None
    return GitMirrors(settings.home / "mirrors", protocols, elsewhere=elsewhere, traces=traces)


def build_sandbox(settings: Settings, hub: GitHubApp | None = None) -> LocalSandbox:
    """Build the sandbox; its tier is tried when it is asked for first, and not here."""
    folder, mirrors = settings.home / "sandbox", build_mirrors(settings, hub)
    supplies = build_supplies(settings)
    return LocalSandbox(folder, mirrors, lambda: build_tier(settings), settings.slots, supplies)


def build_supplies(settings: SandboxSettings) -> Supplies:
    """Build what the operator gives the sandbox."""
    return Supplies(settings.sandbox_indexes, settings.sandbox_toolchains)


def build_local_sandbox(
    settings: SandboxSettings, mirrors: GitMirrors, repository: Path
) -> LocalSandbox:
    """Build the sandbox of a command on a repository of this machine.

    What it made stays for the next command in the person's own cache, apart for each repository.
    """
    name = hashlib.sha256(bytes(repository.absolute())).hexdigest()[:16]
    folder = Path.home() / CACHE / name
    return LocalSandbox(
        folder,
        mirrors,
        lambda: choose_tier(settings.sandbox, settings.sandbox_image, folder),
        supplies=build_supplies(settings),
    )


def build_engine(
    settings: Settings,
    hub: GitHubApp,
    sandbox: Sandbox | None = None,
    fence: Fence | None = None,
    slots: int | None = None,
) -> DurableEngine:
    """Build the durable engine over GitHub, git, the model and the sandbox.

    With no slots it starts runs and tells them what happens, and works on none. It counts for the
    same monitors as GitHub's adapter, and is traced with it.
    """
    own_slots = settings.slots if slots is None else slots
    fence = fence or Fence()
    options = EngineOptions(
        slots=min(own_slots, settings.slots_in_all or own_slots),
        slots_per_repository=settings.slots_per_repository,
        slots_in_all=settings.slots_in_all,
        on_run_failed=conclude_failed,
        on_run_waits=report,
        on_run_ended=follow_end,
        tell_set_aside=begin_to_tell,
        metrics=hub.metrics,
        on_limits=hub.learn_limits,
        traces=hub.traces,
        fetch_marks=hub.ci_marks.fetch,
    )
    ports = _build_ports(settings, hub, fence.clock, sandbox)
    record = build_record(settings)
    return DurableEngine(settings.home, ports, STORIES, options, record, fence)


def _build_ports(
    settings: Settings, hub: GitHubApp, clock: Clock, sandbox: Sandbox | None
) -> Ports:
    mirrors = build_mirrors(settings, hub)
    return Ports(
        mirrors=mirrors,
        model=build_model(settings, hub.metrics, hub.traces),
        clock=clock,
        caps=settings.caps,
        spending=build_spending(settings, clock),
        precedents=RecordedPullEnds(build_record(settings)),
        log_cache=build_log_cache(settings),
        checkers=build_checkers(settings.package_indexes, hub.own_secrets),
        cache=build_code_cache(settings),
        fingerprints=build_fingerprints(settings),
        line_surprise=RepositoryLineSurprise(mirrors),
        embedder=open_embedder(*settings.embeddings_source),
        repositories=hub.repositories,
        issues=hub.issues,
        sub_issues=hub.sub_issues,
        comments=hub.comments,
        pulls=hub.pulls,
        reviews=hub.reviews,
        commits=hub.commits if settings.commits == "verified" else None,
        ci=hub.ci,
        credentials=hub,
        sandbox=TracedSandbox(sandbox or build_sandbox(settings, hub), hub.traces),
    )
