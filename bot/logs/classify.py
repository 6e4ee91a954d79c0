"""Here lives the table of what no code is to blame for: networks, registries, disks, memory,
runners, permissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.values import Action, Category

# A connection to this machine is no outage: what the job itself had to start did not run.
_HERE = re.compile(r"\blocalhost\b|\b127\.0\.0\.\d|\b0\.0\.0\.0\b|\[?::1\]?:\d|\.sock\b")
# A text that stands in the line, or such a text and the pattern that it must fit.
Sign = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a job could not be judged, and what to do. `stops`: it ends the job itself, whatever the
    tests say.
    """

    name: str
    action: Action
    signs: tuple[tuple[str, re.Pattern[str] | None], ...]
    stops: bool = False
    category: Category = "infra"

    def tells(self, text: str) -> bool:
        return any(
            sign in text and (pattern is None or pattern.search(text))
            for sign, pattern in self.signs
        )


def _outage(
    name: str, action: Action, *signs: Sign, stops: bool = False, category: Category = "infra"
) -> Outage:
    compiled = (
        (sign, None) if isinstance(sign, str) else (sign[0], re.compile(sign[1])) for sign in signs
    )
    return Outage(name, action, tuple(compiled), stops, category)


# The first row that matches wins.
OUTAGES = (
    _outage(
        "time limit",
        "rerun",
        "exceeded the maximum execution time",
        (
            "has timed out after",
            r"^The (?:action|job|step) .* has timed out after \d+ (?:minutes|hours)",
        ),
        "ERROR: Job failed: execution took longer",
        "No output has been received in the last ",
        stops=True,
        category="timeout",
    ),
    _outage(
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
        stops=True,
    ),
    _outage(
        "disk",
        "rerun",
        "No space left on device",
        ("ENOSPC", r"\bENOSPC\b"),
        "Disk quota exceeded",
        "enough space on the disk",
        "You are running out of disk space",
        stops=True,
    ),
    _outage("memory", "human", "JavaScript heap out of memory"),
    _outage(
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
        stops=True,
    ),
    _outage(
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
    _outage(
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
            r"Could not (?:transfer artifact|GET|HEAD) .{0,300}(?:timed? ?out|refused|reset|5\d\d|handshake)",
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
    _outage(
        "registry",
        "rerun",
        (
            "50",
            r"\b50[0234] (?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Time-?out)",
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
    _outage(
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
    _outage(
        "workflow",
        "human",
        "An action could not be found at the URI",
        "Unable to resolve action",
        "Can't find 'action.yml'",
        "uses a deprecated version of `actions/",
        "requires approval from a maintainer",
        "spending limit needs to be increased",
    ),
    _outage("artifact", "human", "Artifact not found for name", "Unable to find any artifacts for"),
    _outage(
        "image",
        "human",
        "manifest unknown",
        ("manifest for ", "manifest for .* not found"),
        "Unable to find image",
    ),
)


def outage(texts: Iterable[str], *, only_stops: bool = False) -> tuple[Outage, str] | None:
    """The first row of the table that a text matches, and the longest such text: it says most."""
    kept = list(texts)
    whole = "\n".join(kept)
    for row in OUTAGES:
        if (only_stops and not row.stops) or not any(sign in whole for sign, _ in row.signs):
            continue
        found = [
            text
            for text in kept
            if row.tells(text) and not (row.name == "network" and _HERE.search(text))
        ]
        if found:
            return row, max(found, key=len)
    return None
