"""Serve job logs at signed addresses of another host, as Actions keeps them."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping

from bot.forge.forge_records import JobRecord
from bot.forge.forge_state import ForgeState
from bot.forge.rest_api import RestResponse

ADDRESS_LIFETIME_S = 60


class JobLogs:
    """The logs of jobs; an address is good for a minute, for anybody who shows no credentials."""

    def __init__(self, state: ForgeState) -> None:
        self._state = state
        self._key = secrets.token_bytes(32)

    def make_address(self, job: JobRecord) -> str:
        """Return a signed address of the job's log."""
        expires_at = str(int(time.time()) + ADDRESS_LIFETIME_S)
        signature = self._sign(str(job.id), expires_at)
        return f"{self._state.logs}/logs/{job.id}?se={expires_at}&sig={signature}"

    def answer(
        self, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> RestResponse:
        """Answer with the log, if the address is signed and fresh.

        A request that shows credentials is refused, as the blob storage behind GitHub refuses it.
        """
        if "authorization" in headers:
            return _refuse(400, b"InvalidAuthenticationInfo")
        job_id, expires_at = path.rpartition("/")[2], query.get("se", "0")
        is_signed = hmac.compare_digest(self._sign(job_id, expires_at), query.get("sig", ""))
        if not is_signed or not expires_at.isdigit() or int(expires_at) < time.time():
            return _refuse(403, b"AuthenticationFailed")
        for repository in self._state.repositories.values():
            if job := repository.jobs.get(int(job_id)):
                return RestResponse(200, job.log, {"Content-Type": "text/plain"})
        return _refuse(404, b"BlobNotFound")

    def _sign(self, job_id: str, expires_at: str) -> str:
        return hmac.digest(self._key, f"{job_id} {expires_at}".encode(), "sha256").hex()


def _refuse(status: int, code: bytes) -> RestResponse:
    return RestResponse(status, code, {"Content-Type": "application/xml"})
