"""Find outages: what no code is to blame for, such as networks, disks, runners or permissions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bot.logs.outage import THIS_MACHINE, Outage
from bot.logs.outage_table import OUTAGES
from bot.logs.outage_words import OUTAGE_WORDS

_ERROR_CHARS = 1000
# What was asked for is not there, though it was asked over a network.
_ABSENT = re.compile(r"\b404\b.*\bNot Found\b|\bCould not find artifact\b")
# Clients of other machines, by the names of their errors, and addresses of such machines.
_REMOTE = re.compile(
    r"\b(?:https?|git|ssh|wss?)://|\b(?:\d{1,3}\.){3}\d{1,3}\b|\bhost='|\.(?:com|org|net|io|dev):\d+"
    r"|\b(?:requests|urllib3?|httpx|httpcore|aiohttp|botocore|google\.api_core|grpc|huggingface_hub"
    r"|java\.net|javax\.net|okhttp3|io\.netty|org\.apache\.http\w*|System\.Net|reqwest|hyper|http\.client"
    r"|socket\.gaierror|ssl\.SSL\w+|paramiko|GuzzleHttp|cURL|curl|Mint\.\w+|HTTPoison\.Error)\b"
    r"|\b(?:Net|Gem|Bundler|Faraday|OpenSSL)::|\bErrno::E|\bAxiosError|\bFetchError|fetch failed"
    r"|\bE(?:CONNRESET|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH)\b|\bUND_ERR_|: lookup \S+|\bdocker\b"
    r"|\bTimeoutError: \[Errno 110\]|\bregistry\b"
    r"|\bHttpClient\.Timeout\b|\bThe read operation timed out|\bConnectionFailed\b|\bConnectError\b"
)


class OutageMatch(NamedTuple):
    """An outage and the line that speaks of it."""

    outage: Outage
    text: str


def find_outage(texts: Iterable[str], *, only_stops: bool = False) -> OutageMatch | None:
    """Find the first outage of the table that a text matches, with the longest text: it says most.

    With `only_stops`, only outages that end a job by themselves count.
    """
    outages = [outage for outage in OUTAGES if outage.stops_job or not only_stops]
    return _find_first(outages, list(texts))


def find_outage_in_error(texts: Iterable[str]) -> OutageMatch | None:
    """Find the outage that an error's own words tell of, known to the table or not."""
    texts = list(texts)
    present = [text for text in texts if not _ABSENT.search(text)]
    shortened = [text[:_ERROR_CHARS] for text in present]  # the expressions are slow on long ones
    return _find_first(OUTAGES, texts) or _find_first(OUTAGE_WORDS, shortened)


def names_other_machine(text: str) -> bool:
    """Tell whether an error speaks of another machine, by its address or by who was to reach it."""
    return bool(_REMOTE.search(text)) and not THIS_MACHINE.search(text)


def _find_first(outages: Iterable[Outage], texts: list[str]) -> OutageMatch | None:
    whole = "\n".join(texts)
    for outage in outages:
        # Looking for the markers in the whole text first saves looking at each line.
        if any(marker in whole for marker, _ in outage.markers):
            matching = list(filter(outage.matches, texts))
            if matching:
                return OutageMatch(outage, max(matching, key=len))
    return None
