"""Tell which of our errors GitHub's answer means, by its status, its headers and its message."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.adapters.github.request_budget import (
    CORE,
    LONGEST_S,
    find_reset,
    is_used_up,
    read_number,
)
from bot.ports import BadAnswer, RateLimited, Refusal, Unreachable
from bot.text import defuse_inline, mask_secrets

T = TypeVar("T")

# Where GitHub says "slow down" but not for how long, its documentation asks for at least a minute.
PATIENCE_S = 60.0
LIMIT_CHARS = 300  # of GitHub's own words

# What GitHub says where too much is written in a short time.
TOO_QUICK, ABUSE = "submitted too quickly", "abuse"

NOT_GRANTED = "resource not accessible by integration"
# What GitHub says with a 403, and what we make of it.
FORBIDDEN = {
    "archived": "The repository is archived, so nothing can be written to it. "
    "Unarchive it, then ask again.",
    "locked": "The conversation is locked, so I cannot write there. Unlock it, then ask again.",
    "suspended": "The App's installation is suspended. "
    "Unsuspend it in the settings of GitHub Apps, then ask again.",
    "month ago": "GitHub does not run workflows again that are older than a month. "
    "Push a commit to start them anew.",
}

# What `mask_secrets` cannot know by its looks: a token of an older Enterprise server, and the
# address of a signed log.
_NAMED_SECRET = re.compile(r'(?<="token":")[^"]+|(?<="token": ")[^"]+|(?<=[?&]sig=)[^&\s\'"]+')


class NotFound(Refusal):
    """GitHub knows nothing at this address, or no longer: 404 or 410."""


class Unauthorized(Refusal):
    """GitHub does not accept the credential, status 401."""


class Forbidden(Refusal):
    """GitHub does not let the App do this, here or now."""


class StaleBranch(Refusal):
    """The branch is not where it was expected."""


class Unprocessable(Refusal):
    """GitHub understands the request and does not do it, status 422. `message` is its own words."""

    def __init__(self, text: str, message: str, detail: str = "") -> None:
        super().__init__(text, detail)
        self.message = message


GRAPHQL_KINDS: dict[str, type[Refusal]] = {
    "FORBIDDEN": Forbidden,
    "NOT_FOUND": NotFound,
    "STALE_DATA": StaleBranch,
}

# What helps to read an answer that is whole without it, and why it may not be there.
DECORATION = ("app", "author", "originalCommit", "pullRequestReview")
REPOSITORY_LISTS = ("search", "organization")
ONE_OF_MANY = "many_"  # begins the alias of each where a query asks for many by their names
NOT_SHOWN = ("FORBIDDEN", "NOT_FOUND")

# What a mutation takes: GraphQL has no header that tells it, as the REST API has.
CONTENTS, PULLS = "`contents: write`", "`pull requests: write`"
MUTATION_NEEDS = {
    "addPullRequestReviewThreadReply": PULLS,
    "convertPullRequestToDraft": f"{PULLS} and {CONTENTS}",
    "createCommitOnBranch": CONTENTS,
    "markPullRequestReadyForReview": f"{PULLS} and {CONTENTS}",
    "resolveReviewThread": f"{PULLS} and {CONTENTS}",
}


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """What GitHub answered to `request`, "POST /repos/owner/repo/pulls". Header names are in lower
    case.
    """

    request: str
    status: int
    headers: Mapping[str, str]
    text: str = field(repr=False)
    resource: str = CORE  # what it took from

    def parse(self) -> Any:
        """Return the body's JSON. Raises BadAnswer for anything else, as for a proxy's page."""
        try:
            return json.loads(self.text) if self.text else None
        except ValueError:
            raise BadAnswer(
                f"GitHub answered {self.status} to `{self.request}`, but not in JSON", "GitHub"
            ) from None

    @property
    def message(self) -> str:
        """GitHub's own words for an error, with those of the single fields; "" without any."""
        body = self._read_error()
        parts = [body.get("message"), *map(_field_message, body.get("errors") or [])]
        return hide_tokens(": ".join(str(part) for part in parts if part))[:300]

    @property
    def is_too_quick(self) -> bool:
        """Whether too much is written: GitHub says so with the status of a mistake, 422."""
        errors = self._read_error().get("errors") or []
        codes = [error.get("code") for error in errors if isinstance(error, dict)]
        return ABUSE in codes or TOO_QUICK in self.message

    def _read_error(self) -> dict[str, Any]:
        try:
            body = json.loads(self.text)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


def _field_message(error: Any) -> Any:
    """Take the words for one field; where there are none, "base is invalid"."""
    if not isinstance(error, dict):
        return error
    field, code = error.get("field"), error.get("code")
    return error.get("message") or (f"{field} is {code}" if field and code else None)


def raise_for_status(response: ApiResponse, now: float) -> None:
    """Raise Unreachable, RateLimited or Refusal for an error, or for what is not JSON."""
    match response.status:
        case status if status < 400:
            _check_success(response)
        case 401:
            raise Unauthorized(
                f"GitHub does not accept the App's credentials ({response.message or 401}). "
                "Check GREENLIT_APP_ID, GREENLIT_PRIVATE_KEY and the clock of the bot's machine."
            )
        case 403 | 429:
            raise _forbidden(response, now)
        case 404 | 410:
            raise _not_found(response)
        case 422 if response.is_too_quick:
            until = _limited_until(response, now) or now + PATIENCE_S
            text = f"GitHub's limit is reached (422 to {response.request})"
            raise RateLimited(text, until, "GitHub")
        case status if status >= 500 or status == 408:
            raise Unreachable(f"GitHub answered {status} to {response.request}", "GitHub")
        case status:
            message = response.message or "no reason given"
            text = f"GitHub refused what I asked it for: {_quote(message)} ({status})."
            if status == 422:
                raise Unprocessable(text, message, response.request)
            raise Refusal(text, response.request)


def _check_success(response: ApiResponse) -> None:
    """Raise BadAnswer for what is not JSON, and for a redirect that does not tell where to."""
    if response.status >= 300:
        text = f"GitHub answered {response.status} to `{response.request}`, and not where to ask"
        raise BadAnswer(text, "GitHub")
    response.parse()


def raise_for_graphql_errors(response: ApiResponse, now: float) -> None:
    """Raise what GraphQL answers with status 200 like the errors of the REST API."""
    errors = (response.parse() or {}).get("errors") or ()
    errors = [error for error in errors if not _is_of_decoration(error) and not _is_of_list(error)]
    if not errors:
        return
    kind = errors[0].get("type") or ""
    message = hide_tokens(str(errors[0].get("message", "")))[:300]
    if kind.startswith("RATE_LIMIT") or TOO_QUICK in message:
        until = _limited_until(response, now) or now + PATIENCE_S
        raise RateLimited(f"GitHub's limit is reached: {message}", until, "GitHub")
    if kind == "FORBIDDEN" and NOT_GRANTED in message.lower():
        raise Forbidden(_ask_for_mutation(errors[0].get("path") or [""], response.request))
    if kind:
        text = f"GitHub refused what I asked it for: {_quote(message)}."
        raise GRAPHQL_KINDS.get(kind, Refusal)(text, response.request)
    # GraphQL's time-outs have no type.
    raise Unreachable(f"GitHub could not answer {response.request}: {message}", "GitHub")


def _is_of_decoration(error: Mapping[str, Any]) -> bool:
    """Tell whether GitHub could not tell only who made what it does tell, as of a deleted App."""
    path: Sequence[object] = error.get("path") or []
    return len(path) > 1 and path[-1] in DECORATION and error.get("type") in NOT_SHOWN


def _is_of_list(error: Mapping[str, Any]) -> bool:
    """Tell whether one of many repositories is not shown, as where single sign-on is wanted."""
    path: Sequence[object] = error.get("path") or []
    is_node = len(path) > 2 and path[0] in REPOSITORY_LISTS and path[-2] == "nodes"
    is_alias = len(path) == 1 and str(path[0]).startswith(ONE_OF_MANY)
    return (is_node or is_alias) and error.get("type") in NOT_SHOWN


def require(value: T | None, name: str) -> T:
    """Return the value. Raises BadAnswer where GitHub left it out: PyGithub has None then."""
    if value is None:
        raise BadAnswer(f"it lacks `{name}`", "GitHub")
    return value


def hide_tokens(text: str) -> str:
    """Replace every credential in the text."""
    return _NAMED_SECRET.sub("***", mask_secrets(text))


def _forbidden(response: ApiResponse, now: float) -> Exception:
    message = response.message.lower()
    if NOT_GRANTED in message:
        wanted = response.headers.get("x-accepted-github-permissions", "")
        needs = f"`{wanted.replace('=', ': ').replace('_', ' ')}`" if wanted else None
        return Forbidden(_ask_for_permission(needs, response.request))
    if until := _limited_until(response, now):
        return RateLimited(
            f"GitHub's limit is reached ({response.status} to {response.request})", until, "GitHub"
        )
    for sign, text in FORBIDDEN.items():
        if sign in message:
            return Forbidden(text)
    words = _quote(response.message or "no reason given")
    return Forbidden(f"GitHub forbids what I asked it for: {words}.", response.request)


def _quote(message: str) -> str:
    """Quote GitHub's words, which may name what people wrote, for a comment."""
    return defuse_inline(message, LIMIT_CHARS).rstrip(".")


def _limited_until(response: ApiResponse, now: float) -> float | None:
    """When GitHub will listen again, in the order of its documentation; None when this is no limit.

    https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
    """
    wait_s = read_number(response.headers, "retry-after")
    if wait_s is not None:
        return now + min(wait_s, LONGEST_S)
    if is_used_up(response.headers):
        return find_reset(response.headers, now)
    is_limit = (
        response.status == 429
        or "rate limit" in response.message.lower()
        or "retry-after" in response.headers
    )
    return now + PATIENCE_S if is_limit else None


def _ask_for_mutation(path: Sequence[object], request: str) -> str:
    """Name what a mutation takes; a query fails at the name of a field."""
    name = str(path[0])
    needs = MUTATION_NEEDS.get(name)
    return _ask_for_permission(needs, name if needs else request)


def _ask_for_permission(needs: str | None, request: str) -> str:
    permission = f"the permission {needs}" if needs else "a permission"
    return (
        f"The App lacks {permission} for {request}. "
        "Grant it in the App's settings under Permissions & events, "
        "then accept the new permissions in the installation's settings."
    )


def _not_found(response: ApiResponse) -> NotFound:
    verb, path = response.request.split(" ", 1)
    if path.startswith("/app") and verb == "GET":
        return NotFound(
            f"GitHub knows no App with this id and key ({response.message}). Check GREENLIT_APP_ID."
        )
    return NotFound(
        f"GitHub knows nothing at {path}: it is gone, or the App is not installed there."
    )
