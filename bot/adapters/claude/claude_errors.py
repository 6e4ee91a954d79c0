"""Turn the errors of Anthropic's SDK into the errors of the port."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

import anthropic

from bot.ports import RateLimited, Refusal, Unreachable
from bot.text import mask_secrets

HOUR_S: Final = 3600
ERROR_NUMBER: Final = re.compile(r"^\[Errno -?\d+\] ")
SERVICE: Final = "Claude"
CHECK_KEY: Final = "The operator can set GREENLIT_ANTHROPIC_API_KEY to one that may do this."
CHECK_ACCOUNT: Final = (
    "The operator can raise the limit or pay in Claude's console (Settings, Limits and Billing)."
)
# An error inside of a stream has the status 200: what happened is told by its type.
STATUS_BY_TYPE: Final = {
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


@contextmanager
def translate_errors(model: str) -> Iterator[None]:
    """Raise the port's errors for the SDK's; what is a bug of ours stays as it is."""
    try:
        yield
    except anthropic.APIError as error:
        translated = _translate(error, model)
        if translated is error:
            raise
        raise translated from error


def error_status(error: anthropic.APIStatusError, default: int) -> int:
    """Return the status that the error's type stands for."""
    return STATUS_BY_TYPE.get(error.type or "", default)


def _translate(error: anthropic.APIError, model: str) -> Exception:
    if not isinstance(error, anthropic.APIStatusError):
        words = ERROR_NUMBER.sub("", str(error.__cause__ or error))
        reason = mask_secrets(words).rstrip(".")
        text = f"Claude's API cannot be reached: {reason}."
        return Unreachable(text, SERVICE)
    status = error_status(error, default=error.status_code)
    message = f"{mask_secrets(error.api_message or 'no message')} (request {error.request_id})"
    if status == 402 or _is_about_payment(error):
        return Refusal(f"Claude's API wants the account settled. {CHECK_ACCOUNT}", message)
    if status == 429:
        return _translate_rate_limit(error, message)
    if status in (408, 409) or status >= 500:
        return Unreachable(f"Claude's API answered {status}: {message}.", SERVICE)
    reasons = {
        401: f"Claude's API does not accept the key. {CHECK_KEY}",
        403: f"Claude's API does not let the key do this. {CHECK_KEY}",
        404: f"Claude's API does not know {model}: the operator can set GREENLIT_MODEL to another.",
    }
    return Refusal(reasons[status], message) if status in reasons else error


def _is_about_payment(error: anthropic.APIStatusError) -> bool:
    code = error.error_code or ""
    if "spend" in code or "billing" in code or code == "organization_on_hold":
        return True
    # An account without credit has been a 400 that only its words tell from a fault of ours.
    return "credit balance" in (error.api_message or "")


def _translate_rate_limit(error: anthropic.APIStatusError, message: str) -> Exception:
    # A rate limit says when it ends; without that, or days away, it is the month's spend limit.
    wait_s = _read_retry_after_s(error.response.headers)
    if wait_s is None or wait_s > HOUR_S:
        return Refusal(f"Claude's API has reached a spend limit. {CHECK_ACCOUNT}", message)
    text = f"Claude's API limits the rate: {message}."
    return RateLimited(text, time.time() + wait_s, SERVICE)


def _read_retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read the seconds to wait; HTTP allows a number or a date. None when the API does not say."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
