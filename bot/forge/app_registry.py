"""Here live Apps: their keys and JWTs, their installations, and the narrowed tokens that they mint."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bot.forge.forge_records import AppKeys, AppRecord, InstallationRecord, TokenRecord
from bot.forge.forge_state import ACTIONS, ForgeState, RepositoryRecord, allows, now
from bot.forge.git_http import GitAccess
from bot.forge.rest_refusal import RestRefusal

TOKEN_S = 3600
LONGEST_JWT_S = 600
EXPIRED = (
    "'Expiration time' claim ('exp') must be a numeric value "
    "representing the future time at which the assertion expires"
)


class AppRegistry:
    """The register of Apps and tokens."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        state.account("github", "Organization")
        state.apps[ACTIONS] = AppRecord(ACTIONS, "github-actions", "github", {}, (), now())

    def register(self, slug: str, permissions: Mapping[str, str], events: Sequence[str]) -> AppKeys:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ).decode()
        public = (
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        )
        keys = AppKeys(self._state.new_id(), slug, private, secrets.token_hex(20))
        granted = {"metadata": "read", **permissions}
        app = AppRecord(
            keys.id, slug, "octo-owner", granted, tuple(events), now(), public, keys.webhook_secret
        )
        self._state.apps[app.id] = app
        self._state.account(app.login)
        return keys

    def install(
        self, app: AppRecord, repositories: Sequence[RepositoryRecord]
    ) -> InstallationRecord:
        """One installation for each owner: more repositories join the one that is there."""
        owner = repositories[0].owner
        for one in self._state.installations.values():
            if (one.app, one.account) == (app.id, owner):
                names = tuple(
                    dict.fromkeys([*one.repositories, *(repo.name for repo in repositories)])
                )
                joined = replace(one, repositories=names)
                self._state.installations[one.id] = joined
                return joined
        names = tuple(repo.name for repo in repositories)
        made = InstallationRecord(
            self._state.new_id(), app.id, owner, names, app.permissions, now()
        )
        self._state.installations[made.id] = made
        return made

    # --- who asks

    def speaking(self, bearer: str) -> AppRecord:
        """The App that signed this JWT. Raises Refused, in GitHub's words."""
        try:
            claimed = jwt.decode(bearer, options={"verify_signature": False})
            app = next(
                (
                    one
                    for one in self._state.apps.values()
                    if str(one.id) == str(claimed.get("iss"))
                ),
                None,
            )
            if app is None or not app.public_key:
                raise RestRefusal(404, "Integration not found")
            options: jwt.types.Options = {"require": ["iat", "exp"], "verify_iss": False}
            claims = jwt.decode(bearer, app.public_key, algorithms=["RS256"], options=options)
        except jwt.ExpiredSignatureError:
            raise RestRefusal(
                401,
                EXPIRED,
            ) from None
        except jwt.PyJWTError:
            raise RestRefusal(401, "A JSON web token could not be decoded") from None
        if claims["exp"] > time.time() + LONGEST_JWT_S:
            raise RestRefusal(401, "'Expiration time' claim ('exp') is too far in the future")
        return app

    def token(self, secret: str) -> TokenRecord | None:
        """The token with this secret, if it still is one."""
        found = self._state.tokens.get(secret)
        return found if found and found.until > time.time() else None

    def mint(
        self,
        one: InstallationRecord,
        names: Sequence[str] | None,
        permissions: Mapping[str, str] | None,
    ) -> TokenRecord:
        """A token for some of the installation's repositories and permissions; None means all."""
        if one.suspended_at:
            raise RestRefusal(403, "This installation has been suspended")
        wanted = one.repositories if names is None else self._chosen(one, names)
        rights = dict(one.permissions) if not permissions else {"metadata": "read", **permissions}
        if not all(allows(one.permissions, f"{name}={level}") for name, level in rights.items()):
            raise RestRefusal(
                422, "The permissions requested are not granted to this installation."
            )
        until = time.time() + TOKEN_S
        token = TokenRecord(self._secret(one, until), one.app, one.id, wanted, rights, until)
        self._state.tokens[token.secret] = token
        return token

    def suspend(self, installation: int) -> None:
        self._state.installations[installation] = replace(
            self._state.installations[installation], suspended_at=now()
        )

    def expire(self) -> None:
        """Every token is as if its hour were over."""
        self._state.tokens.clear()

    def _chosen(self, one: InstallationRecord, names: Sequence[str]) -> tuple[str, ...]:
        mine = {name.partition("/")[2].lower(): name for name in one.repositories}
        if not all(name.lower() in mine for name in names):
            raise RestRefusal(
                422,
                "There is at least one repository that does not exist or is not accessible to the parent installation.",
            )
        return tuple(mine[name.lower()] for name in names)

    def _secret(self, one: InstallationRecord, until: float) -> str:
        """`ghs_` + App id + what looks like a JWT: about 520 characters (github.blog changelog of
        15 May 2026).
        """
        head = {"alg": "RS256", "typ": "JWT"}
        claims = {
            "iss": "github",
            "sub": str(one.id),
            "exp": int(until),
            "jti": secrets.token_hex(20),
        }
        parts = [
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in (head, claims)
        ]
        return f"ghs_{one.app}_{parts[0]}.{parts[1]}.{secrets.token_urlsafe(256)}"

    # --- git

    def access(self, name: str, user: str, password: str, write: bool) -> GitAccess:  # noqa: FBT001 - as git_http asks
        """What git over HTTP may do: a public repository is everybody's to read, all else needs a
        token.
        """
        with self._state.lock:
            try:
                repo = self._state.repository(name)
            except KeyError:
                return GitAccess("missing")
            if not user and not password:
                return GitAccess("unauthorized" if write or repo.private else "ok")
            token = self.token(password) if user == "x-access-token" else None
            if token is None:
                return GitAccess("unauthorized")
            login = self._state.apps[token.app].login
            if repo.name not in token.repositories:
                return GitAccess("missing" if repo.private or not write else "forbidden", login)
            if not allows(token.permissions, f"contents={'write' if write else 'read'}") or (
                write and repo.archived
            ):
                return GitAccess("forbidden", login)
            return GitAccess("ok", login, allows(token.permissions, "workflows=write"))
