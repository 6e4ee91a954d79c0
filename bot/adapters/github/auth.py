"""Here live the App's credentials: its JWT, and tokens narrowed to one repository and what is
needed there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from github import Auth
from jwt import PyJWTError

from bot.adapters.github.http_client import Line, Request
from bot.adapters.github.replies import Reply, checked
from bot.ports import Refusal
from bot.values import Repo

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
FOR_GIT = {"contents": "write", "metadata": "read", "workflows": "write"}

LEVELS = ("read", "write", "admin")
MARGIN_S = 600.0  # a push of a large history may take minutes
GRANTS_S = 600.0  # how long we believe what an installation grants
# of the five minutes that a JWT is good for; making one takes tens of milliseconds, mostly for the
# key
JWT_S = 200.0


@dataclass(frozen=True, slots=True)
class Token:
    """A credential, opaque, and when it is used no more. An installation's has about 520
    characters, with dots.
    """

    secret: str = field(repr=False)
    until: float


class Tokens:
    """Mints tokens and keeps each until shortly before it expires."""

    def __init__(
        self, line: Line, app_id: int | str, private_key: str, clock: Callable[[], float]
    ) -> None:
        self._line = line
        self._app = Auth.AppAuth(app_id, private_key)
        self._clock = clock
        self._lock = Lock()
        self._locks: dict[tuple[str, str], Lock] = {}
        self._tokens: dict[tuple[str, str], Token] = {}
        self._grants: dict[int, tuple[float, Mapping[str, str]]] = {}
        self._jwt = Token("", 0.0)

    def jwt(self) -> str:
        """The App's own credential, good for a minute at least."""
        now = self._clock()
        kept = self._jwt
        if (
            not kept.until - JWT_S <= now < kept.until
        ):  # neither old, nor made before the clock was set back
            kept = self._jwt = Token(self._signed(), now + JWT_S)
        return kept.secret

    def _signed(self) -> str:
        try:
            return self._app.token
        except (PyJWTError, ValueError, TypeError) as error:
            raise Refusal(
                f"GREENLIT_PRIVATE_KEY is no RSA private key ({type(error).__name__})."
            ) from None

    def of(self, repo: Repo, wanted: Mapping[str, str]) -> str:
        """A token for this repository with those of the permissions that the installation grants."""
        key = (repo.name, ",".join(wanted))
        with self._lock:
            lock = self._locks.setdefault(key, Lock())
        with lock:
            token = self._tokens.get(key)
            if token is None or token.until - MARGIN_S <= self._clock():
                token = self._tokens[key] = self._mint(repo, wanted)
        return token.secret

    def drop(self, secret: str) -> None:
        """Forget a token that GitHub does not accept any more."""
        with self._lock:
            self._tokens = {
                key: token for key, token in self._tokens.items() if token.secret != secret
            }
            self._grants.clear()

    def _mint(self, repo: Repo, wanted: Mapping[str, str]) -> Token:
        reply = self._asked_for(repo, wanted)
        if (
            reply.status == 422 and "permission" in reply.message.lower()
        ):  # what it grants has changed
            self._grants.pop(repo.installation, None)
            reply = self._asked_for(repo, wanted)
        if reply.status in (404, 422):
            raise Refusal(
                f"The App is not installed on {repo.name}. Install it there, then ask again."
            )
        minted = checked(reply, self._clock()).data
        return Token(minted["token"], datetime.fromisoformat(minted["expires_at"]).timestamp())

    def _asked_for(self, repo: Repo, wanted: Mapping[str, str]) -> Reply:
        granted = self._granted(repo)
        body = {
            "repositories": [repo.name.partition("/")[2]],
            "permissions": {
                name: _lesser(level, granted[name])
                for name, level in wanted.items()
                if name in granted
            },
        }
        request = Request(
            "POST", f"/app/installations/{repo.installation}/access_tokens", body=body
        )
        return self._line.send(self.jwt(), request)

    def _granted(self, repo: Repo) -> Mapping[str, str]:
        at, grants = self._grants.get(repo.installation, (0.0, {}))
        if self._clock() - at > GRANTS_S:
            reply = self._line.send(
                self.jwt(), Request("GET", f"/app/installations/{repo.installation}")
            )
            if reply.status == 404:
                raise Refusal(
                    f"The App is not installed on {repo.name}. Install it there, then ask again."
                )
            grants = checked(reply, self._clock()).data["permissions"]
            self._grants[repo.installation] = (self._clock(), grants)
        return grants


def _lesser(wanted: str, granted: str) -> str:
    return min(wanted, granted, key=LEVELS.index)
