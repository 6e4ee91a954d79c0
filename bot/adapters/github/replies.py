"""Here lives the reading of GitHub's answers: which of our errors a status, its headers and its
message mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.ports import RateLimited, Refusal, Unreachable
from bot.text import mask_secrets

# Where GitHub says "slow down" but not for how long, its documentation asks for at least a minute.
PATIENCE_S = 60.0

NOT_GRANTED = "resource not accessible by integration"
# What GitHub says with a 403, and what we make of it.
FORBIDDEN = {
    "archived": "The repository is archived, so nothing can be written to it. Unarchive it, then ask again.",
    "locked": "The conversation is locked, so I cannot write there. Unlock it, then ask again.",
    "suspended": "The App's installation is suspended. Unsuspend it in the settings of GitHub Apps, then ask again.",
    "month ago": "GitHub does not run workflows again that are older than a month. Push a commit to start them anew.",
}

# What `masked` cannot know by its looks: a token of an older Enterprise server, and the address of
# a signed log.
_NAMED_SECRET = re.compile(r'(?<="token":")[^"]+|(?<="token": ")[^"]+|(?<=[?&]sig=)[^&\s\'"]+')


@dataclass(frozen=True, slots=True)
class Reply:
    """What GitHub answered, and to what: `asked` is "POST /repos/owner/repo/pulls". Header names
    are in lower case.
    """

    asked: str
    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    @property
    def data(self) -> Any:
        """The JSON of the body. Raises Unreachable when it is something else: a proxy's page, or
        half an answer.
        """
        try:
            return json.loads(self.text) if self.text else None
        except ValueError:
            raise Unreachable(
                f"GitHub answered {self.status} to {self.asked}, but not in JSON"
            ) from None

    @property
    def message(self) -> str:
        """GitHub's own words for an error, with those of the single fields; empty when there are
        none.
        """
        try:
            said = json.loads(self.text)
        except ValueError:
            return ""
        if not isinstance(said, dict):
            return ""
        errors = said.get("errors") or []
        words = [said.get("message")] + [
            error.get("message") if isinstance(error, dict) else error for error in errors
        ]
        return blanked(": ".join(str(word) for word in words if word))[:300]


def blanked(text: str) -> str:
    """The text without tokens."""
    return _NAMED_SECRET.sub("***", mask_secrets(text))


def checked(reply: Reply, now: float) -> Reply:
    """The reply, if it is no error. Raises Unreachable, RateLimited or Refusal."""
    match reply.status:
        case status if status < 300:
            return reply
        case 401:
            raise Refusal(
                f"GitHub does not accept the App's credentials ({reply.message or 401}). "
                "Check GREENLIT_APP_ID, GREENLIT_PRIVATE_KEY and the clock of the bot's machine."
            )
        case 403 | 429:
            raise _forbidden(reply, now)
        case 404 | 410:
            raise _missing(reply)
        case status if status >= 500 or status == 408:
            raise Unreachable(f"GitHub answered {status} to {reply.asked}")
        case status:
            raise Refusal(
                f"GitHub refused {reply.asked}: {reply.message or 'no reason given'} ({status})."
            )


def graphql_data(reply: Reply, now: float) -> Any:
    """What a GraphQL query found. GitHub answers 200 to errors too: they are raised like those of
    the other API.
    """
    answer = reply.data or {}
    errors = answer.get("errors")
    if not errors:
        return answer.get("data") or {}
    kind, words = errors[0].get("type", ""), blanked(str(errors[0].get("message", "")))[:300]
    if kind.startswith("RATE_LIMIT"):
        raise RateLimited(
            f"GitHub's limit is reached: {words}", _until(reply, now) or now + PATIENCE_S
        )
    if kind == "FORBIDDEN" and NOT_GRANTED in words.lower():
        raise Refusal(_grant(reply))
    if kind:
        raise Refusal(f"GitHub refused {reply.asked}: {words}.")
    raise Unreachable(
        f"GitHub could not answer {reply.asked}: {words}"
    )  # its time-outs have no type


def _forbidden(reply: Reply, now: float) -> Exception:
    said = reply.message.lower()
    if NOT_GRANTED in said:
        return Refusal(_grant(reply))
    if until := _until(reply, now):
        return RateLimited(f"GitHub's limit is reached ({reply.status} to {reply.asked})", until)
    for sign, words in FORBIDDEN.items():
        if sign in said:
            return Refusal(words)
    return Refusal(f"GitHub forbids {reply.asked}: {reply.message or 'no reason given'}.")


def _until(reply: Reply, now: float) -> float | None:
    """When GitHub will listen again, in the order of its documentation; None when this is no limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    wait = reply.headers.get("retry-after", "")
    if wait.isdigit():
        return now + int(wait)
    if reply.headers.get("x-ratelimit-remaining") == "0":
        return max(float(reply.headers.get("x-ratelimit-reset", 0)), now + 1)
    limited = (
        reply.status == 429
        or "rate limit" in reply.message.lower()
        or "retry-after" in reply.headers
    )
    return now + PATIENCE_S if limited else None


def _grant(reply: Reply) -> str:
    wanted = reply.headers.get("x-accepted-github-permissions", "")
    named = (
        f"the permission `{wanted.replace('=', ': ').replace('_', ' ')}`"
        if wanted
        else "a permission"
    )
    return (
        f"The App lacks {named} for {reply.asked}. Grant it in the App's settings under Permissions & events, "
        "then accept the new permissions in the installation's settings."
    )


def _missing(reply: Reply) -> Refusal:
    verb, path = reply.asked.split(" ", 1)
    if path.startswith("/app") and verb == "GET":
        return Refusal(
            f"GitHub knows no App with this id and key ({reply.message}). Check GREENLIT_APP_ID."
        )
    return Refusal(
        f"GitHub knows nothing at {path}: it is gone, or the App is not installed there."
    )
