"""Read the logs of a run of GitHub Actions, and what it uploaded, by the address of its page."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.adapters.github.api_errors import NotFound, Unauthorized
from bot.adapters.github.check_runs import GitHubChecks
from bot.adapters.github.github_api import GitHubApi
from bot.adapters.github.token_credential import TokenCredential
from bot.cli.inputs import WrongUseError
from bot.logs import attach_job
from bot.logs.read_report import NO_LOG
from bot.logs.uploads import find_uploads
from bot.ports import Refusal
from bot.settings import ReadTokenSettings, load_settings
from bot.steps.read_checks import list_notes, read_lines
from bot.steps.read_test_reports import CheckReading, ReportReader
from bot.text.secret_values import SecretValues
from bot.values import Check, InstallationId, Reading, Repo
from bot.values.github_address import GITHUB_API_URL

LOG_BYTES = 100_000_000
TIMEOUT_S = 20
_RUN = re.compile(
    r"/(?P<repo>[\w.-]+/[\w.-]+)/actions/runs/(?P<run>\d{1,19})"
    r"(?:/attempts/(?P<attempt>\d{1,19}))?(?:/jobs?/(?P<job>\d{1,19}))?/?"
)


@dataclass(frozen=True, slots=True)
class RunAddress:
    """A run, and what of it: an attempt counted from 1, or 0 for the last; a job, or 0 for all."""

    origin: str  # "https://github.com"
    repo: Repo
    run: int
    attempt: int
    job: int


def _parse_run_address(address: str) -> RunAddress:
    """Parse the address of a run's or a job's page. Raises WrongUseError."""
    parts = urlsplit(address)
    match = _RUN.fullmatch(parts.path)
    if match is None:
        raise WrongUseError(
            f"{address} is no run of GitHub Actions. The address of one has this form: "
            "https://github.com/OWNER/NAME/actions/runs/NUMBER"
        )
    return RunAddress(
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}",
        Repo(match["repo"], InstallationId(0)),
        int(match["run"]),
        int(match["attempt"] or 0),
        int(match["job"] or 0),
    )


def read_run(page: str, files: Collection[str]) -> list[Reading]:
    """Read each job that failed, or all jobs where none did: its log and its annotations, and the
    reports of tests that were uploaded where a log leaves something open.

    `page` is the address of a run's or a job's page. Raises WrongUseError and Unreachable.
    """
    settings = load_settings(ReadTokenSettings)
    address = _parse_run_address(page)
    checks = _open_checks(address, settings)
    reader = ReportReader(checks, address.repo, files)
    try:
        jobs = _choose_jobs(address, checks)
        readings = reader.add_reports([_read_job(reader, job) for job in jobs])
    except NotFound:
        raise WrongUseError(_explain_missing(address)) from None
    except Unauthorized:
        raise WrongUseError("GitHub does not accept the token in GH_TOKEN.") from None
    except Refusal as refused:
        raise WrongUseError(str(refused)) from None
    known = [reading for reading in readings if reading != NO_LOG]
    if not known:
        raise WrongUseError("The logs of this run are gone: GitHub keeps them for 90 days.")
    return known


def _read_job(reader: ReportReader, job: Check) -> CheckReading:
    log = reader.ci.fetch_job_log(reader.repo, job.id, LOG_BYTES)
    if not log:
        return CheckReading(job, NO_LOG, find_uploads(log))
    notes = list_notes(reader.ci, reader.repo, job)
    reading = read_lines(log.split(b"\n"), notes, reader.files)
    return CheckReading(job, attach_job(reading, job.name), find_uploads(log))


def _open_checks(address: RunAddress, settings: ReadTokenSettings) -> GitHubChecks:
    token = settings.github_token.get_secret_value() if settings.github_token else ""
    if not token:
        raise WrongUseError(
            "GitHub shows logs to nobody without a token. Set GH_TOKEN to one that may read the "
            "repository's Actions, or name the file of a log."
        )
    secrets = SecretValues()
    api_url = settings.github_api_url or _find_api(address)
    api = GitHubApi(lambda: TokenCredential(token, secrets), time.time, api_url, TIMEOUT_S)
    return GitHubChecks(api, str)


def _find_api(address: RunAddress) -> str:
    """Tell where GitHub's API is. An address does not say to which other server a token goes:
    whoever gave it may be a stranger.
    """
    if address.origin not in {"https://github.com", "https://www.github.com"}:
        raise WrongUseError(
            f"{address.origin} is not https://github.com, and the token is not sent elsewhere by "
            "an address alone. Set GREENLIT_GITHUB_API_URL to the API that it is for; of GitHub "
            "Enterprise it is https://HOST/api/v3."
        )
    return GITHUB_API_URL


def _choose_jobs(address: RunAddress, checks: GitHubChecks) -> list[Check]:
    attempt = address.attempt or checks.fetch_attempt(address.repo, address.run)
    jobs = checks.list_jobs(address.repo, address.run, attempt)
    if address.job:
        jobs = tuple(job for job in jobs if job.id == address.job)
    if not jobs:
        raise WrongUseError(_explain_missing(address))
    failed = [job for job in jobs if job.state == "failed"]
    return failed or [job for job in jobs if job.state != "pending"]


def _explain_missing(address: RunAddress) -> str:
    job = f" with a job {address.job}" if address.job else ""
    return f"{address.repo.name} has no run {address.run}{job}, or this token may not see it."
