"""Register Apps with their keys, install them, and mint and check their tokens."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.forge.forge_records import AppKeys, AppRecord, InstallationRecord, TokenRecord
from bot.forge.forge_state import ACTIONS_APP_ID, ForgeState, RepositoryRecord, allows, now
from bot.forge.git_http import GitAccess
from bot.forge.rest_refusal import RestRefusal

TOKEN_LIFETIME_S = 3600
LONGEST_JWT_S = 600
EXPIRED = (
    "'Expiration time' claim ('exp') must be a numeric value "
    "representing the future time at which the assertion expires"
)
TOO_FAR = "'Expiration time' claim ('exp') is too far in the future"
NOT_DECODED = "A JSON web token could not be decoded"
NOT_INSTALLED = (
    "There is at least one repository that does not exist or is not accessible "
    "to the parent installation."
)
NOT_GRANTED = "The permissions requested are not granted to this installation."


class AppRegistry:
    """The Apps, their installations and their tokens. What they are good until, `clock` tells."""

    def __init__(self, state: ForgeState) -> None:
        self.clock: Callable[[], float] = time.time
        self._state = state
        state.find_account("github", "Organization")
        actions = AppRecord(ACTIONS_APP_ID, "github-actions", "github", {}, (), now())
        state.apps[ACTIONS_APP_ID] = actions

    def register(self, slug: str, permissions: Mapping[str, str], events: Sequence[str]) -> AppKeys:
        """Register an App and return its secrets."""
        private_key, public_key = _make_key_pair(slug)
        keys = AppKeys(self._state.make_id(), slug, private_key, secrets.token_hex(20))
        app = AppRecord(
            id=keys.id,
            slug=slug,
            owner="octo-owner",
            permissions={"metadata": "read", **permissions},
            events=tuple(events),
            created_at=now(),
            public_keys=(public_key,),
            webhook_secret=keys.webhook_secret,
        )
        self._state.apps[app.id] = app
        self._state.find_account(app.login)
        return keys

    def add_private_key(self, app: AppRecord) -> str:
        """Make one more private key of an App, beside those that it has."""
        private_key, public_key = _make_key_pair(f"{app.slug}/{len(app.public_keys)}")
        self._state.apps[app.id] = replace(app, public_keys=(*app.public_keys, public_key))
        return private_key

    def delete_old_keys(self, app: AppRecord) -> None:
        """Delete all private keys of an App but the newest."""
        self._state.apps[app.id] = replace(app, public_keys=app.public_keys[-1:])

    def install(
        self, app: AppRecord, repositories: Sequence[RepositoryRecord]
    ) -> InstallationRecord:
        """Install an App on repositories of one owner, or add them to its installation there."""
        owner = repositories[0].owner
        names = [repository.name for repository in repositories]
        installation = self._find_installation(app, owner)
        if installation is None:
            installation = InstallationRecord(
                self._state.make_id(), app.id, owner, tuple(names), app.permissions, now()
            )
        else:
            names = [*installation.repositories, *names]
            installation = replace(installation, repositories=tuple(dict.fromkeys(names)))
        self._state.installations[installation.id] = installation
        return installation

    def uninstall(self, installation: int, repository: RepositoryRecord) -> None:
        """Take a repository away from an installation, and from all its tokens."""
        record = self._state.installations[installation]
        left = _leave_out(record.repositories, repository.name)
        self._state.installations[installation] = replace(record, repositories=left)
        for secret, token in self._state.tokens.items():
            left = _leave_out(token.repositories, repository.name)
            self._state.tokens[secret] = replace(token, repositories=left)

    def suspend(self, installation: int) -> None:
        """Forbid an installation everything."""
        record = self._state.installations[installation]
        self._state.installations[installation] = replace(record, suspended_at=now())

    # --- who asks

    def authenticate_app(self, token: str) -> AppRecord:
        """Return the App that signed this JWT. Raises RestRefusal with GitHub's message."""
        try:
            app = self._find_issuer(token)
            claims = _decode(token, app.public_keys)
        except jwt.PyJWTError:
            raise RestRefusal(401, NOT_DECODED) from None
        now_s = self.clock()
        if claims["exp"] <= now_s:
            raise RestRefusal(401, EXPIRED)
        if claims["exp"] > now_s + LONGEST_JWT_S:
            raise RestRefusal(401, TOO_FAR)
        if claims["iat"] > now_s:
            raise RestRefusal(401, NOT_DECODED)
        return app

    def find_token(self, secret: str) -> TokenRecord | None:
        """Return the token with this secret, unless it has expired."""
        token = self._state.tokens.get(secret)
        return token if token and token.expires_at_s > self.clock() else None

    def mint_token(
        self,
        installation: InstallationRecord,
        names: Sequence[str] | None,
        permissions: Mapping[str, str] | None,
    ) -> TokenRecord:
        """Mint a token for some of the repositories and permissions; None means all."""
        if installation.suspended_at:
            raise RestRefusal(403, "This installation has been suspended")
        repositories = installation.repositories
        if names is not None:
            repositories = _choose_repositories(installation, names)
        granted = dict(installation.permissions)
        if permissions:
            granted = {"metadata": "read", **permissions}
        needs = [f"{name}={level}" for name, level in granted.items()]
        if not all(allows(installation.permissions, need) for need in needs):
            raise RestRefusal(422, NOT_GRANTED)
        expires_at_s = self.clock() + TOKEN_LIFETIME_S
        secret = _make_token_secret(installation, expires_at_s)
        token = TokenRecord(
            secret, installation.app, installation.id, repositories, granted, expires_at_s
        )
        self._state.tokens[secret] = token
        return token

    def expire_tokens(self) -> None:
        """End every token as if its hour were over."""
        self._state.tokens.clear()

    def _find_installation(self, app: AppRecord, owner: str) -> InstallationRecord | None:
        for installation in self._state.installations.values():
            if (installation.app, installation.account) == (app.id, owner):
                return installation
        return None

    def _find_issuer(self, token: str) -> AppRecord:
        claims = jwt.decode(token, options={"verify_signature": False})
        for app in self._state.apps.values():
            if app.public_keys and str(app.id) == str(claims.get("iss")):
                return app
        raise RestRefusal(404, "Integration not found")

    # --- git

    def authorize_git(self, name: str, user: str, password: str, write: bool) -> GitAccess:  # noqa: FBT001 - as git_http asks
        """Tell what git over HTTP may do: reading a public repository needs no token."""
        with self._state.lock:
            try:
                repository = self._state.find_repository(name)
            except KeyError:
                return GitAccess("missing")
            if not user and not password:
                return GitAccess("unauthorized" if write or repository.private else "ok")
            token = self.find_token(password) if user == "x-access-token" else None
            if token is None:
                return GitAccess("unauthorized")
            return self._authorize_token(repository, token, write=write)

    def _authorize_token(
        self, repository: RepositoryRecord, token: TokenRecord, *, write: bool
    ) -> GitAccess:
        login = self._state.apps[token.app].login
        if repository.name not in token.repositories:
            # A private repository that is not for the token is not even there.
            return GitAccess("missing" if repository.private or not write else "forbidden", login)
        may_access = allows(token.permissions, f"contents={'write' if write else 'read'}")
        if not may_access or (write and repository.archived):
            return GitAccess("forbidden", login)
        return GitAccess("ok", login, allows(token.permissions, "workflows=write"))


def _decode(token: str, public_keys: Sequence[str]) -> dict[str, Any]:
    """Decode a JWT that one of the keys signed, of whatever time. Raises PyJWTError."""
    options: jwt.types.Options = {
        "require": ["iat", "exp"],
        "verify_iss": False,
        "verify_exp": False,
        "verify_iat": False,
    }
    *others, newest = public_keys
    for key in others:
        with suppress(jwt.InvalidSignatureError):
            return jwt.decode(token, key, algorithms=["RS256"], options=options)
    return jwt.decode(token, newest, algorithms=["RS256"], options=options)


@cache
def _make_key_pair(_slug: str) -> tuple[str, str]:
    """Make an App's keys, once in a process: that takes longer than many a test of the bot."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def _choose_repositories(installation: InstallationRecord, names: Sequence[str]) -> tuple[str, ...]:
    known = {name.partition("/")[2].lower(): name for name in installation.repositories}
    if not all(name.lower() in known for name in names):
        raise RestRefusal(422, NOT_INSTALLED)
    return tuple(known[name.lower()] for name in names)


def _leave_out(names: Sequence[str], gone: str) -> tuple[str, ...]:
    return tuple(name for name in names if name != gone)


def _make_token_secret(installation: InstallationRecord, expires_at_s: float) -> str:
    """Make `ghs_`, the App's id and what looks like a JWT: about 520 characters.

    Source: github.blog changelog of 15 May 2026.
    """
    claims = {
        "iss": "github",
        "sub": str(installation.id),
        "exp": int(expires_at_s),
        "jti": secrets.token_hex(20),
    }
    header = _encode_part({"alg": "RS256", "typ": "JWT"})
    return f"ghs_{installation.app}_{header}.{_encode_part(claims)}.{secrets.token_urlsafe(256)}"


def _encode_part(part: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
