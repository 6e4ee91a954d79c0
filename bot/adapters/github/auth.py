"""Hold the App's credentials: its JWT, and tokens narrowed to one repository and what is needed
there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from github import Auth
from github.GithubApp import GithubApp
from jwt import PyJWTError, encode
from pydantic import BaseModel, ConfigDict, Field

from bot.adapters.github.api_errors import NotFound, Unprocessable
from bot.adapters.github.known_limits import WRITES, KnownLimits
from bot.adapters.github.request_budget import find_reset, read_budget
from bot.adapters.github.write_throttle import WriteThrottle
from bot.ports import Metrics, OwnSecrets, Refusal
from bot.values import InstallationId, Repo

# Marking a pull request ready asks for contents: write besides pull_requests: write (cli/cli
# discussion 6924).
FOR_API = {
    "actions": "write",
    "checks": "read",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "read",
}
# What a query about the CI of many commits reads: the commit itself is a part of the contents.
FOR_CI = {"checks": "read", "contents": "read", "metadata": "read", "statuses": "read"}
FOR_GIT = {"contents": "write", "metadata": "read", "workflows": "write"}

LEVELS = ("read", "write", "admin")
MARGIN_S = 600.0  # a push of a large history may take minutes
GRANTS_S = 600.0  # how long we believe what an installation grants
# Of the five minutes that a JWT is good for. Making one takes tens of milliseconds, mostly for the
# key.
JWT_S = 200.0
EARLIER_S, LATER_S = 60, 300  # as GitHub advises, and five of the ten minutes that it takes
THE_APP = InstallationId(0)  # which has limits of its own


@dataclass(frozen=True, slots=True)
class Token:
    """A credential, opaque, and when it is used no more. An installation's has about 520
    characters, with dots.
    """

    secret: str = field(repr=False)
    until: float


@dataclass(frozen=True, slots=True)
class SharedToken:
    """A token for several repositories of one installation, by their full names."""

    installation: InstallationId
    names: frozenset[str]
    secret: str = field(repr=False)
    until: float


class AppAuth(Auth.AppAuth):
    """The App's own credential: a JWT, kept while it is good for a minute at least."""

    def __init__(
        self,
        app_id: int | str,
        private_key: str,
        clock: Callable[[], float],
        own_secrets: OwnSecrets,
    ) -> None:
        super().__init__(app_id, private_key)
        own_secrets.add(private_key)
        self._private_key = private_key
        self.clock = clock
        self.own_secrets = own_secrets
        self._jwt = Token("", 0.0)

    @property
    def token(self) -> str:
        """Return a JWT. Raises Refusal when the key is none."""
        now, jwt = self.clock(), self._jwt
        # Neither old, nor made before the clock was set back.
        if not jwt.until - JWT_S <= now < jwt.until:
            jwt = self._jwt = Token(self._sign(), now + JWT_S)
            self.own_secrets.add(jwt.secret)
        return jwt.secret

    def _sign(self) -> str:
        try:
            return encode(self._make_claims(), self._private_key, "RS256")
        except (PyJWTError, ValueError, TypeError):
            raise Refusal(
                "GREENLIT_PRIVATE_KEY is no RSA private key, or a damaged one. "
                "Generate another in the App's settings, under Private keys."
            ) from None

    def _make_claims(self) -> dict[str, int | str]:
        """Say who asks, and from when to when: PyGithub's own would tell by the machine's clock."""
        now = int(self.clock())
        return {"iat": now - EARLIER_S, "exp": now + LATER_S, "iss": str(self.app_id)}


class TokenShape(BaseModel):
    """A token of an installation, as GitHub makes it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: str = Field(repr=False)
    expires_at: datetime


class InstallationShape(BaseModel):
    """What an installation grants, and whose it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    permissions: dict[str, str]
    app_slug: str | None = None


class TokenStore:
    """Mints tokens for repositories and keeps each until shortly before it expires.

    PyGithub mints them too, but not for one repository alone.
    """

    def __init__(
        self,
        open_app: Callable[[], AbstractContextManager[GithubApp]],
        clock: Callable[[], float],
        own_secrets: OwnSecrets,
    ) -> None:
        self._open_app = open_app
        self._clock = clock
        self._own_secrets = own_secrets
        self._lock = Lock()
        self._locks: dict[tuple[str, str], Lock] = {}
        self._tokens: dict[tuple[str, str], Token] = {}
        self._grants: dict[InstallationId, tuple[float, Mapping[str, str]]] = {}
        self.app_slug = ""  # known as soon as an installation was read

    def fetch_token(self, repo: Repo, wanted: Mapping[str, str]) -> str:
        """Return a token for this repository with those of the permissions that the installation
        grants.
        """
        key = (repo.name, ",".join(wanted))
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            token = self._tokens.get(key)
            if token is None or token.until - MARGIN_S <= self._clock():
                token = self._tokens[key] = self._mint(repo, wanted)
        return token.secret

    def forget(self, secret: str) -> None:
        """Forget a token that GitHub does not accept any more."""
        with self._lock:
            self._tokens = {
                key: token for key, token in self._tokens.items() if token.secret != secret
            }
            self._grants.clear()

    def mint(
        self, installation: InstallationId, names: Collection[str], wanted: Mapping[str, str]
    ) -> Token:
        """Make a token for repositories of one installation, which nobody keeps here.

        Raises Unprocessable where it is not installed on one of them, NotFound where it is gone.
        """
        minted = self._request_token(installation, names, wanted)
        self._own_secrets.add(minted.token)
        return Token(minted.token, minted.expires_at.timestamp())

    def _mint(self, repo: Repo, wanted: Mapping[str, str]) -> Token:
        try:
            return self.mint(repo.installation, (repo.name,), wanted)
        except (NotFound, Unprocessable):
            raise Refusal(
                f"The App is not installed on {repo.name}. Install it there, then ask again."
            ) from None

    def _request_token(
        self, installation: InstallationId, names: Collection[str], wanted: Mapping[str, str]
    ) -> TokenShape:
        try:
            return self._post(installation, names, wanted)
        except Unprocessable as refusal:
            if "permission" not in refusal.message.lower():
                raise
        self._grants.pop(installation, None)  # what it grants has changed
        return self._post(installation, names, wanted)

    def _post(
        self, installation: InstallationId, names: Collection[str], wanted: Mapping[str, str]
    ) -> TokenShape:
        granted = self._fetch_grants(installation)
        body = {
            "repositories": [name.partition("/")[2] for name in names],
            "permissions": {
                name: min(level, granted[name], key=LEVELS.index)
                for name, level in wanted.items()
                if granted.get(name) in LEVELS
            },
        }
        path = f"/app/installations/{installation}/access_tokens"
        with self._open_app() as app:
            _, answer = app.requester.requestJsonAndCheck("POST", path, input=body)
            return TokenShape.model_validate(answer)

    def _fetch_grants(self, installation: InstallationId) -> Mapping[str, str]:
        fetched_at, grants = self._grants.get(installation, (0.0, {}))
        if self._clock() - fetched_at > GRANTS_S:
            with self._open_app() as app:
                path = f"/app/installations/{installation}"
                _, answer = app.requester.requestJsonAndCheck("GET", path)
                installed = InstallationShape.model_validate(answer)
            grants = installed.permissions
            self.app_slug = installed.app_slug or self.app_slug
            self._grants[installation] = (self._clock(), grants)
        return grants


class Credential(Auth.Auth):
    """What a client shows: a token for the repository that it serves, else the App's JWT."""

    def __init__(
        self,
        app: AppAuth,
        tokens: TokenStore,
        throttle: WriteThrottle,
        limits: KnownLimits,
        metrics: Metrics,
    ) -> None:
        self.repo: Repo | None = None
        self.shared: SharedToken | None = None
        self.own_secrets = app.own_secrets
        self._app = app
        self._tokens = tokens
        self._throttle = throttle
        self._limits = limits
        self._metrics = metrics
        self._secret = ""

    @property
    def token_type(self) -> str:
        """Return the word that goes before both kinds."""
        return "Bearer"

    @property
    def token(self) -> str:
        """Return a token or JWT, made when there is none that lives."""
        if self.shared is not None:
            return self.shared.secret
        if self.repo is None:
            return self._app.token
        self._secret = self._tokens.fetch_token(self.repo, FOR_API)
        return self._secret

    def renew(self) -> bool:
        """Forget a token that GitHub did not take; False for a JWT, as another one is no better."""
        self._tokens.forget(self._secret)
        return self.repo is not None

    def wait_to_write(self, resource: str, *, creates_content: bool) -> None:
        """Keep to the pace at which an installation may write. Raises RateLimited."""
        if self.repo is not None:
            self._limits.check(self._installation, WRITES, resource)
            self._throttle.wait(self._installation, creates_content=creates_content)

    def check_limits(self, resource: str) -> None:
        """Raise RateLimited where GitHub takes no more of this for now."""
        self._limits.check(self._installation, resource)

    def keep_limit(self, resource: str, until: float) -> None:
        """Keep until when GitHub takes no more of this."""
        self._limits.keep(self._installation, resource, until)

    def keep_budget(self, headers: Mapping[str, object]) -> None:
        """Keep what an answer says of the requests that are left."""
        budget = read_budget(headers)
        if budget is None:
            return
        self._metrics.keep_budget(self._installation, budget)
        if not budget.left:
            self.keep_limit(budget.resource, find_reset(headers, self._limits.clock()))

    @property
    def _installation(self) -> InstallationId:
        served = self.repo or self.shared
        return served.installation if served else THE_APP
