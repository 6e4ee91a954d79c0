"""Serve job logs and artifacts at signed addresses of another host, as Actions keeps them."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping

from bot.forge.forge_records import ArtifactRecord, JobRecord
from bot.forge.forge_state import ForgeState
from bot.forge.rest_api import RestResponse

ADDRESS_LIFETIME_S = 60
LOG, ARTIFACT = "/logs/", "/logs/artifacts/"


class ResultStore:
    """What jobs left; an address is good for a minute, for anybody who shows no credentials."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._key = secrets.token_bytes(32)

    def make_log_address(self, job: JobRecord) -> str:
        """Return a signed address of the job's log."""
        return self._make_address(f"{LOG}{job.id}")

    def make_artifact_address(self, artifact: ArtifactRecord) -> str:
        """Return a signed address of the artifact's zip file."""
        return self._make_address(f"{ARTIFACT}{artifact.id}")

    def answer(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> RestResponse:
        """Answer with what lies there, if the address is signed and fresh.

        A request that shows credentials is refused, as the blob storage behind GitHub refuses it.
        """
        if "authorization" in headers:
            return _refuse(400, b"InvalidAuthenticationInfo")
        expires_at = query.get("se", "0")
        is_signed = hmac.compare_digest(self._sign(path, expires_at), query.get("sig", ""))
        if not is_signed or not expires_at.isdigit() or int(expires_at) < time.time():
            return _refuse(403, b"AuthenticationFailed")
        number = int(path.rpartition("/")[2])
        for repository in self._state.repositories.values():
            if path == f"{ARTIFACT}{number}" and (artifact := repository.artifacts.get(number)):
                return RestResponse(200, artifact.content, {"Content-Type": "application/zip"})
            if path == f"{LOG}{number}" and (job := repository.jobs.get(number)):
                return RestResponse(200, job.log, {"Content-Type": "text/plain"})
        return _refuse(404, b"BlobNotFound")

    def _make_address(self, path: str) -> str:
        expires_at = str(int(time.time()) + ADDRESS_LIFETIME_S)
        return f"{self._state.logs}{path}?se={expires_at}&sig={self._sign(path, expires_at)}"

    def _sign(self, path: str, expires_at: str) -> str:
        return hmac.digest(self._key, f"{path} {expires_at}".encode(), "sha256").hex()


def _refuse(status: int, code: bytes) -> RestResponse:
    return RestResponse(status, code, {"Content-Type": "application/xml"})
