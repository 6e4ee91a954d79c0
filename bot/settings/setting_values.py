"""Parse what operators give as the values of settings.

Each function raises ValueError with the reason as the end of "it is set, but ...".
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

# US dollars a million tokens: input, written to the 5-minute cache, read from it, output.
Prices = dict[str, tuple[float, float, float, float]]
PRICE_COUNT = 4
PEM_BEGINNING, PEM_KEY = "-----BEGIN", "PRIVATE KEY-----"
PEM_EXAMPLE = "-----BEGIN RSA PRIVATE KEY-----"
KEY_SUFFIXES = (".pem", ".key")
PATH_CHARS = 500
INDEX_KINDS = ("python", "node", "crates", "go")
MIN_DEPTH = 2  # parts of a path: `/`, `/opt` and `/home` are no toolchains
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
ALLOWED = re.compile(r"[\w.*?-]+(?:/[\w.*?-]+)?")


def read_private_key(value: str) -> str:
    """Return a key in PEM form: the value itself, on one line or many, or the text of its file."""
    text = value.strip().replace("\\n", "\n")
    holder = "it"
    if PEM_BEGINNING not in text:
        holder = _name_file(text)
        text = _read_key_file(text, holder)
    if PEM_KEY not in text:
        raise ValueError(f"{holder} holds no private key: one begins with {PEM_EXAMPLE}")
    return text


def check_address(value: str | None) -> str | None:
    """Return the address if it is one of the web."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # such as a bracket that is not closed
        is_address = False
    if not is_address:
        raise ValueError("that is no address: one begins with https:// or http://")
    return value


def check_database_url(value: str) -> str:
    """Return the address if it is one of a PostgreSQL, with the name of a database."""
    try:
        parts = urlsplit(value)
        is_whole = bool(parts.path.strip("/")) and (parts.port or 1) > 0
        # Else the rest of the password would pass for the host, and be shown.
        is_whole = is_whole and "@" not in (parts.password or "")
    except ValueError:  # such as a port that is no number
        is_whole = False
    if not is_whole or parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(
            "that is no address of a PostgreSQL: one looks like "
            "postgresql://USER:PASSWORD@HOST/NAME, "
            "with %40 for an @ in the password, %2F for a /, %3F for a ? and %23 for a #"
        )
    return value.replace("postgres://", "postgresql://", 1)


def check_embeddings(source: str | None, model: str | None) -> str | None:
    """Return the source of embeddings if it is an address with a model, or a model's folder."""
    if not source:
        return source
    if source.startswith(("http://", "https://")):
        if not model:
            raise ValueError(
                "an address needs GREENLIT_EMBEDDINGS_MODEL too, the model to ask there"
            )
    elif not os.access(Path(source).expanduser() / "model.safetensors", os.R_OK):
        raise ValueError("that is neither an address nor a folder with a model.safetensors in it")
    return source


def parse_prices(value: object) -> object:
    """Read prices from their JSON."""
    try:
        prices = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("that is not JSON") from None
    if not isinstance(prices, dict):
        raise ValueError("it must map a model's name to its four prices")  # noqa: TRY004 - pydantic's
    for model, price in prices.items():
        if not isinstance(price, list | tuple) or len(price) != PRICE_COUNT:
            raise ValueError(f"the price of {model} must be four numbers")
        if not all(isinstance(part, int | float) and part >= 0 for part in price):
            raise ValueError(f"the price of {model} must be four numbers, none below 0")
    return prices


def parse_allow(value: object) -> object:
    """Read owners and repositories from a list with commas, or from JSON."""
    if isinstance(value, str):
        value = _split_list(value)
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError("it must list owners and repositories")
    names = tuple(item.strip() for item in value if item.strip())
    for name in names:
        if not ALLOWED.fullmatch(name):
            raise ValueError(
                f"{name} is neither an owner, such as acme, nor a repository, such as acme/greeter"
            )
    return names


def parse_toolchains(value: object) -> object:
    """Read folders from a list with colons, as PATH is."""
    if not isinstance(value, str):
        return value
    folders = tuple(Path(name).expanduser() for name in value.split(os.pathsep) if name)
    for folder in folders:
        if not folder.is_absolute() or not os.access(f"{folder}/", os.R_OK):
            raise ValueError(f"{folder} is no folder of this machine; give whole paths")
        if len(folder.resolve().parts) <= MIN_DEPTH:
            raise ValueError(f"{folder} holds much more than programs: give a folder of its own")
    return folders


def parse_indexes(value: object) -> object:
    """Read addresses by kind from pairs such as `python=https://...`, with blanks between."""
    if not isinstance(value, str):
        return value
    indexes: dict[str, str] = {}
    for pair in value.split():
        kind, _, url = pair.partition("=")
        if kind not in INDEX_KINDS:
            raise ValueError(f"{kind} is no kind of index: {', '.join(INDEX_KINDS)} are")
        if not url.startswith(("https://", "http://")):
            raise ValueError(f"the address of {kind} must begin with https:// or http://")
        indexes[kind] = f"{indexes[kind]} {url}" if kind in indexes else url
    return indexes


def parse_headers(text: str) -> dict[str, str]:
    """Read headers from pairs such as `x-api-key=...`, with commas between.

    As OpenTelemetry writes them: what is odd in a value, such as a comma, is percent-encoded.
    """
    headers: dict[str, str] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        name, is_pair, value = pair.partition("=")
        if not HEADER_NAME.fullmatch(name.strip()) or not is_pair or not value.strip():
            raise ValueError("it must be pairs of name=value, with commas between")
        headers[name.strip()] = unquote(value.strip())
    return headers


def _split_list(text: str) -> object:
    if not text.lstrip().startswith("["):
        return text.split(",")
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError("it begins like JSON, and is none") from None


def _read_key_file(name: str, holder: str) -> str:
    try:
        return Path(name).expanduser().read_text(errors="replace")
    except FileNotFoundError:
        raise ValueError(f"{holder} is not there") from None
    except IsADirectoryError:
        raise ValueError(f"{holder} is a folder") from None
    except PermissionError:
        raise ValueError(f"{holder} may not be read by this user") from None
    except (OSError, ValueError, RuntimeError):  # the last for the home of a user who is not there
        raise ValueError("it is neither a key in PEM form nor the path of its file") from None


def _name_file(name: str) -> str:
    """Name a file in words; what may be a key itself is not shown."""
    looks_like_path = len(name) <= PATH_CHARS and "\n" not in name
    path = Path(name)
    if looks_like_path and (path.suffix in KEY_SUFFIXES or os.path.exists(name)):  # noqa: PTH110 - a path that may not be looked at is none
        return f"the file {name}"
    return "the file that it names"
