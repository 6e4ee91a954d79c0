"""List the secrets among settings and in the environment, so that they can be masked by value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

# Of other programs' variables those that say so themselves; short values are switches.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|(?:API|ACCESS|PRIVATE|SECRET|ACCOUNT)_?KEY)(?:$|_)",
    re.IGNORECASE,
)
_LEAST_CHARS = 12
_ADDRESS = re.compile(r"https?://\S+")


def find_secret_values(settings: BaseModel) -> Iterator[str]:
    """Find the secrets of settings: those that are kept as such, and passwords in addresses."""
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
        else:
            yield from _find_passwords(value)
    yield from _find_header_values(getattr(settings, "otlp_headers", None))


def _find_header_values(headers: SecretStr | None) -> Iterator[str]:
    """Find the values of headers, as they are set and as they are sent; short ones are switches."""
    for pair in headers.get_secret_value().split(",") if headers else ():
        value = pair.partition("=")[2].strip()
        if len(value) >= _LEAST_CHARS:
            yield value
            yield unquote(value)


def find_secret_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Find what stands in variables that are named as secrets are."""
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= _LEAST_CHARS and "/" not in value[:1]:
            yield value


def _find_passwords(value: object) -> Iterator[str]:
    """Find the passwords in one or more addresses."""
    values = value.values() if isinstance(value, dict) else [value]
    for text in values:
        for address in _ADDRESS.findall(text) if isinstance(text, str) else ():
            password = _read_password(address)
            if password:
                yield password
                yield unquote(password)


def _read_password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""
