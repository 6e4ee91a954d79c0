"""Find outages: what no code is to blame for, such as networks, disks, runners or permissions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.values import Action, Category

# A connection to this machine is no outage: what the job itself had to start did not run.
_THIS_MACHINE = re.compile(r"\blocalhost\b|\b127\.0\.0\.\d|\b0\.0\.0\.0\b|\[?::1\]?:\d|\.sock\b")
# A text that stands in the line, or such a text and the pattern that the line must fit.
Marker = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a job could not be judged, and what to do."""

    name: str
    action: Action
    markers: tuple[tuple[str, re.Pattern[str] | None], ...]
    stops_job: bool = False  # it ends the job itself, whatever the tests say
    category: Category = "infra"

    def matches(self, text: str) -> bool:
        """Tell whether a line speaks of this outage."""
        if self.name == "network" and _THIS_MACHINE.search(text):
            return False
        return any(
            marker in text and (pattern is None or pattern.search(text))
            for marker, pattern in self.markers
        )


class OutageMatch(NamedTuple):
    """An outage and the line that speaks of it."""

    outage: Outage
    text: str


def _define(
    name: str,
    action: Action,
    *markers: Marker,
    stops_job: bool = False,
    category: Category = "infra",
) -> Outage:
    return Outage(name, action, tuple(map(_compile, markers)), stops_job, category)


def _compile(marker: Marker) -> tuple[str, re.Pattern[str] | None]:
    if isinstance(marker, str):
        return marker, None
    return marker[0], re.compile(marker[1])


# The first outage that matches wins.
OUTAGES = (
    _define(
        "time limit",
        "rerun",
        "exceeded the maximum execution time",
        (
            "has timed out after",
            r"^The (?:action|job|step) .* has timed out after \d+ (?:minutes|hours)",
        ),
        "ERROR: Job failed: execution took longer",
        "No output has been received in the last ",
        stops_job=True,
        category="timeout",
    ),
    _define(
        "runner",
        "rerun",
        "lost communication with the server",
        "runner has received a shutdown signal",
        ("The hosted runner", "The hosted runner (?:encountered|lost)"),
        "The runner was unable to",
        "Failed to download archive 'http",
        "Failed to download action 'http",
        ("available", "No runner .*available"),
        "The operation was canceled",
        "The job was canceled",
        "The job was not acquired by Runner",
        "daemon disappeared unexpectedly",
        stops_job=True,
    ),
    _define(
        "disk",
        "rerun",
        "No space left on device",
        ("ENOSPC", r"\bENOSPC\b"),
        "Disk quota exceeded",
        "enough space on the disk",
        "You are running out of disk space",
        stops_job=True,
    ),
    _define("memory", "human", "JavaScript heap out of memory"),
    _define(
        "memory",
        "rerun",
        ("Killed", r"^(?:\S{1,200}: )?(?:line \d+: )?\s{0,20}(?:\d+ )?Killed\b"),
        "Out of memory: Killed process",
        "OOMKilled",
        "Killed signal terminated program",
        "terminated with signal 9 [Killed]",
        "signal: 9, SIGKILL",
        (" 137", r"\bexit(?:ed with)?(?: status| code:?)? 137\b"),
        "Cannot allocate memory",
        "There is insufficient memory for the Java Runtime",
        "oom-kill",
        stops_job=True,
    ),
    _define(
        "name service",
        "rerun",
        "ould not resolve host",
        "emporary failure in name resolution",
        "Name or service not known",
        ("ENOTFOUND", r"\bENOTFOUND\b"),
        ("EAI_AGAIN", r"\bEAI_AGAIN\b"),
        "getaddrinfo failed",
        "NameResolutionError",
        "no such host",
        "Temporary failure resolving",
        "failed to lookup address information",
        "nodename nor servname provided",
        "server misbehaving",
        "UnknownHostException",
    ),
    _define(
        "network",
        "rerun",
        "NewConnectionError",
        "onnection timed out",
        "onnection reset by peer",
        "etwork is unreachable",
        ("ECONN", r"\bECONN(?:RESET|REFUSED|ABORTED)\b"),
        ("TIMEDOUT", r"\bETIMEDOUT\b"),
        ("ERR_SOCKET_TIMEOUT", r"\bERR_SOCKET_TIMEOUT\b"),
        "ConnectTimeout",
        "ReadTimeoutError",
        "TLS handshake timeout",
        "Failed to establish a new connection",
        "SSL_ERROR_SYSCALL",
        "onnection refused",
        "i/o timeout",
        "RemoteDisconnected",
        "spurious network error",
        "early EOF",
        "The remote end hung up unexpectedly",
        ("RPC failed; ", "RPC failed; (?:curl|HTTP)"),
        "unexpected disconnect while reading sideband packet",
        ("connect error", r"(?:SSL|TLS) connect error"),
        "gnutls_handshake() failed",
        "Client.Timeout exceeded while awaiting headers",
        "error sending request for url",
        (
            "Could not ",
            (
                r"Could not (?:transfer artifact|GET|HEAD) "
                r".{0,300}(?:timed? ?out|refused|reset|5\d\d|handshake)"
            ),
        ),
        ("network", r"npm (?:ERR!|error) network"),
        "CondaHTTPError",
        "Hash Sum mismatch",
        "E: Failed to fetch ",
        ("curl: (", r"curl: \((?:6|7|18|28|35|52|55|56|92)\)"),
        "Operation timed out after ",
        "socket hang up",
        "Premature end of Content-Length",
    ),
    _define(
        "registry",
        "rerun",
        (
            "50",
            (
                r"\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable"
                r"|Gateway Time-?out)"
            ),
        ),
        ("50", r"(?:HTTP|status|code|error):? ?(?:error )?50[0234]\b"),
        ("HTTP Error 50", r"HTTP Error 50\d"),
        ("server error (50", r"status server error \(50\d"),
        "503 Service Temporarily Unavailable",
        "received unexpected HTTP status: 5",
        "429 Too Many Requests",
        "Docker pull failed with exit code",
        "pull rate limit",
        "toomanyrequests",
        "rate limit exceeded",
        "TooManyRequests",
    ),
    _define(
        "permission",
        "human",
        ("Unauthorized", r"\b401\b.*Unauthorized|Unauthorized.*\b401\b"),
        ("Forbidden", r"\b403\b.*Forbidden|Forbidden.*\b403\b"),
        "Resource not accessible by integration",
        "Bad credentials",
        (
            "Input required and not supplied: ",
            "Input required and not supplied: .*(?:token|key|secret)",
        ),
        "Permission denied (publickey)",
        "denied: requested access",
        "denied: permission_denied",
        "could not read Username for",
        "authentication required",
        ("Invalid ", "Invalid (?:API key|credentials)"),
        "not authorized",
        ("enied", r"\bAccess ?Denied\b.*(?:when calling|operation)"),
        "Could not load credentials from any providers",
        (
            "security token included",
            "security token included in the request is (?:expired|invalid)",
        ),
        ("Permission to ", r"Permission to \S+ denied to "),
        "refusing to allow a GitHub App to create or update workflow",
        (" 401", r"(?:HTTP|status|error):? 401\b"),
        "remote: Invalid username or ",
    ),
    _define(
        "workflow",
        "human",
        "An action could not be found at the URI",
        "Unable to resolve action",
        "Can't find 'action.yml'",
        "uses a deprecated version of `actions/",
        "requires approval from a maintainer",
        "spending limit needs to be increased",
    ),
    _define("artifact", "human", "Artifact not found for name", "Unable to find any artifacts for"),
    _define(
        "image",
        "human",
        "manifest unknown",
        ("manifest for ", "manifest for .* not found"),
        "Unable to find image",
    ),
)


def find_outage(texts: Iterable[str], *, only_stops: bool = False) -> OutageMatch | None:
    """Find the first outage of the table that a text matches, with the longest text: it says most.

    With `only_stops`, only outages that end a job by themselves count.
    """
    texts = list(texts)
    whole = "\n".join(texts)
    for outage in OUTAGES:
        if only_stops and not outage.stops_job:
            continue
        # Looking for the markers in the whole text first saves looking at each line.
        if any(marker in whole for marker, _ in outage.markers):
            matching = list(filter(outage.matches, texts))
            if matching:
                return OutageMatch(outage, max(matching, key=len))
    return None
