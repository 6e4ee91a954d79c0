"""Here lives the table of what no code is to blame for: networks, registries, disks, memory, runners, permissions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.values import Action, Category


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a job could not be judged, and what to do. `stops`: it ends the job itself, whatever the tests say."""

    name: str
    action: Action
    pattern: re.Pattern[str]
    stops: bool = False
    category: Category = "infra"


def _outage(name: str, action: Action, *patterns: str, stops: bool = False, category: Category = "infra") -> Outage:
    return Outage(name, action, re.compile("|".join(patterns)), stops, category)


# The first row that matches wins.
OUTAGES = (
    _outage(
        "time limit",
        "rerun",
        "exceeded the maximum execution time",
        r"^The (?:action|job|step) .* has timed out after \d+ (?:minutes|hours)",
        r"^ERROR: Job failed: execution took longer",
        r"^No output has been received in the last \d+m",
        stops=True,
        category="timeout",
    ),
    _outage(
        "runner",
        "rerun",
        "lost communication with the server",
        "runner has received a shutdown signal",
        "The hosted runner (?:encountered|lost)",
        "The runner was unable to",
        r"Failed to download a(?:rchive|ction) 'https?:",
        r"An action could not be found at the URI",
        r"Unable to resolve action",
        "No runner .*available",
        "The operation was canceled",
        "The job was canceled",
        stops=True,
    ),
    _outage(
        "disk",
        "rerun",
        "No space left on device",
        r"\bENOSPC\b",
        "Disk quota exceeded",
        "not enough space on the disk",
        stops=True,
    ),
    _outage("memory", "human", "JavaScript heap out of memory"),
    _outage(
        "memory",
        "rerun",
        r"^(?:\S+: )?(?:line \d+: )?\s*(?:\d+ )?Killed\b",
        "Out of memory: Killed process",
        "OOMKilled",
        "exit code 137",
        "Cannot allocate memory",
        "oom-kill",
        stops=True,
    ),
    _outage(
        "name service",
        "rerun",
        "Could not resolve host",
        "Temporary failure in name resolution",
        "Name or service not known",
        r"\bENOTFOUND\b",
        r"\bEAI_AGAIN\b",
        "getaddrinfo failed",
        "NameResolutionError",
        "no such host",
        "Temporary failure resolving",
        "nodename nor servname provided",
    ),
    _outage(
        "network",
        "rerun",
        "NewConnectionError",
        "Connection timed out",
        "Connection reset by peer",
        "Network is unreachable",
        r"\bECONNRESET\b",
        r"\bETIMEDOUT\b",
        r"\bECONNREFUSED\b",
        "ConnectTimeout",
        "ReadTimeoutError",
        "TLS handshake timeout",
        "Failed to establish a new connection",
        "SSL_ERROR_SYSCALL",
        "Connection refused",
        "i/o timeout",
        "RemoteDisconnected",
        "network is unreachable",
        "spurious network error",
        "early EOF",
    ),
    _outage(
        "registry",
        "rerun",
        r"\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)",
        r"(?:HTTP|status|code|error):? ?(?:error )?50[0234]\b",
        r"\b429 Too Many Requests",
        "toomanyrequests",
        "rate limit exceeded",
        "TooManyRequests",
    ),
    _outage(
        "permission",
        "human",
        r"\b(?:401|403)\b.*(?:Unauthorized|Forbidden)",
        "(?:Unauthorized|Forbidden).*\\b(?:401|403)\\b",
        "Resource not accessible by integration",
        "Bad credentials",
        "Input required and not supplied: .*(?:token|key|secret)",
        "Permission denied \\(publickey\\)",
        "denied: requested access",
        "could not read Username for",
        "authentication required",
        "Invalid (?:API key|credentials)",
        "not authorized",
    ),
    _outage("image", "human", "manifest unknown", "manifest for .* not found", "Unable to find image"),
)


def outage(texts: Iterable[str], *, only_stops: bool = False) -> tuple[Outage, str] | None:
    """The first row of the table that a text matches, and the longest such text: it says most."""
    kept = list(texts)
    for row in OUTAGES:
        found = [text for text in kept if row.pattern.search(text)] if row.stops or not only_stops else []
        if found:
            return row, max(found, key=len)
    return None
