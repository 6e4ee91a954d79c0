"""All ports of GitHub, as a GitHub App, through PyGithub."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field

from bot.adapters.github import app_api, hook_deliveries
from bot.adapters.github.api_errors import require
from bot.adapters.github.app_api import AppRegistration
from bot.adapters.github.auth import FOR_GIT, AppAuth, Credential, TokenStore
from bot.adapters.github.check_runs import GitHubChecks
from bot.adapters.github.ci_marks import CiMarks
from bot.adapters.github.ci_tokens import CiTokens
from bot.adapters.github.commits import GitHubCommits
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.hook_deliveries import HookDeliveries
from bot.adapters.github.issue_comments import GitHubComments
from bot.adapters.github.issues import GitHubIssues
from bot.adapters.github.known_limits import KnownLimits
from bot.adapters.github.pull_requests import GitHubPulls
from bot.adapters.github.pull_reviews import GitHubReviews
from bot.adapters.github.repositories import GitHubRepositories
from bot.adapters.github.sub_issues import GitHubSubIssues
from bot.adapters.github.write_throttle import WriteThrottle, allow_writing
from bot.ports import (
    Metrics,
    NoMetrics,
    NoTraces,
    OwnSecrets,
    RequestLimit,
    SharedLimits,
    Traces,
    WriteRate,
)
from bot.text.bot_logins import BOT_SUFFIX
from bot.text.secret_values import SecretValues
from bot.values import Remote, Repo
from bot.values.github_address import GITHUB_API_URL


@dataclass(eq=False)
class GitHubApp:
    """GitHub by capability; itself it is the port `bot.ports.Credentials`. Safe to use from many
    threads.
    """

    app_id: int | str
    private_key: str = field(repr=False)
    url: str = "https://github.com"
    api_url: str = GITHUB_API_URL
    _: KW_ONLY
    clock: Callable[[], float] = time.time
    pause_between_writes_s: float = 1.0
    timeout_s: int = 20
    own_secrets: OwnSecrets = field(default_factory=SecretValues, repr=False)
    check_writing: Callable[[], None] = allow_writing  # raises Unreachable; asked before each write
    metrics: Metrics = field(default_factory=NoMetrics)
    shared_limits: SharedLimits | None = None  # with the processes that write beside this one
    traces: Traces = field(default_factory=NoTraces)

    def __post_init__(self) -> None:
        app = AppAuth(self.app_id, self.private_key, self.clock, self.own_secrets)
        throttle = WriteThrottle(
            WriteRate(self.pause_between_writes_s),
            self.clock,
            self.check_writing,
            self.shared_limits,
            self.metrics,
        )
        self._limits = KnownLimits(self.clock, self.shared_limits)
        self._api = GitHubApi(
            lambda: Credential(app, self._tokens, throttle, self._limits, self.metrics),
            self.clock,
            self.api_url,
            self.timeout_s,
            self.pause_between_writes_s,
            self.traces,
        )
        self._tokens = TokenStore(self._api.app, self.clock, self.own_secrets)
        self._slug = ""
        self.repositories = GitHubRepositories(self._api)
        self.issues = GitHubIssues(self._api)
        self.comments = GitHubComments(self._api, self.fetch_login, self.clock)
        self.sub_issues = GitHubSubIssues(self._api, self.fetch_login)
        self.pulls = GitHubPulls(self._api)
        self.reviews = GitHubReviews(self._api, self.fetch_login)
        self.commits = GitHubCommits(self._api)
        self.ci = GitHubChecks(self._api, self.fetch_slug)
        tokens = CiTokens(self._tokens, self.clock)
        self.ci_marks = CiMarks(self._api, tokens, self.fetch_slug)

    def fetch_slug(self) -> str:
        """Return the App's name in addresses. It is fetched once, if no installation told it."""
        self._slug = self._slug or self._tokens.app_slug
        if not self._slug:
            with self._api.app() as app:
                self._slug = require(app.slug, "slug")
        return self._slug

    def fetch_login(self) -> str:
        """Return the bot's own login, "greenlit[bot]"."""
        return f"{self.fetch_slug()}{BOT_SUFFIX}"

    def fetch_remote(self, repo: Repo) -> Remote:
        """Return where git finds the repository, with a token for git and for it alone."""
        self.check_writing()
        tokens = self._tokens
        secret = tokens.fetch_token(repo, FOR_GIT)
        url = f"{self.url.rstrip('/')}/{repo.name}.git"
        return Remote(url, secret, drop_secret=lambda: tokens.forget(secret))

    def learn_limits(self, limits: Iterable[RequestLimit]) -> None:
        """Keep the limits that GitHub told other processes."""
        self._limits.learn(limits)

    def check_access(self) -> None:
        """Ask GitHub who the App is, each time anew. Raises Refusal or Unreachable."""
        with self._api.app() as app:
            require(app.slug, "slug")

    def fetch_registration(self) -> AppRegistration:
        """Return how GitHub knows the App: what it may do, what it hears, where it is installed,
        what did not reach it.
        """
        return app_api.fetch_registration(self._api)

    def fetch_installations(self) -> set[int]:
        """Return the ids of the App's installations, suspended ones too."""
        return app_api.fetch_installations(self._api)

    def fetch_deliveries(
        self, after: float, most_pages: int = hook_deliveries.MOST_PAGES
    ) -> HookDeliveries:
        """Return which webhooks after this time arrived and which did not; GitHub keeps three
        days.
        """
        return hook_deliveries.fetch_deliveries(self._api, after, most_pages)

    def redeliver(self, delivery: int) -> None:
        """Ask GitHub to send a webhook again."""
        hook_deliveries.redeliver(self._api, delivery)
