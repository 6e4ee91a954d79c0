"""The secrets of the bot's own process are known by their values, in any form."""

import html
import json
import textwrap
from base64 import b32encode, b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.text.secret_values import MOST_ADDED, SecretValues

HOOK = "Hook&shut: 7 doors!"
SHORT = "p4ss-w0rd!"
API_KEY = "sk-ant-api03-" + "7hQw2ZsX9cV4bN8mK1jL5gF3dS6aP0oI-uYtRAA"
TOKEN = "ghs_42_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjQyfQ." + "wQ7hZsX9cV4bN8mK1jL5gF3dS6aP0oIuYtRAA2" * 3
SECRETS = {"hook": HOOK, "short": SHORT, "API key": API_KEY, "token": TOKEN}
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "in a sentence": "It is {}, they say.".format,
    "reversed": lambda secret: secret[::-1],
    "hexadecimal": lambda secret: secret.encode().hex(),
    "HEXADECIMAL": lambda secret: secret.encode().hex(":").upper(),
    "reversed bytes": lambda secret: secret.encode()[::-1].hex(),
    "URL": lambda secret: quote(secret, safe=""),
    "JSON": json.dumps,
    "HTML": html.escape,
    "base32": lambda secret: b32encode(secret.encode()).decode(),
    "base64": lambda secret: b64encode(secret.encode()).decode(),
    "base64 for URLs": lambda secret: urlsafe_b64encode(secret.encode()).decode(),
    "base64 from the second byte": lambda secret: b64encode(f"={secret}&".encode()).decode(),
    "base64 from the third byte": lambda secret: b64encode(f"k={secret}&x".encode()).decode(),
    "base64 reversed": lambda secret: b64encode(secret.encode()).decode()[::-1],
    "base64 of the reversed": lambda secret: b64encode(secret[::-1].encode()).decode(),
}


@pytest.fixture(scope="module")
def key():
    """A private key, and another one."""
    return make_key(), make_key()


def make_key():
    """Make a private key as GitHub does."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    ).decode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_found_in_any_form(name, form):
    """Whole, and masked so that nothing of it is found any more; the words around it stay."""
    own = SecretValues(SECRETS.values())
    text = f"before {FORMS[form](SECRETS[name])} after"
    masked = own.mask(text)

    assert own.find(text)
    assert "***" in masked
    assert (True, True) == (masked.startswith("before "), masked.endswith(" after"))
    assert () == own.find(masked)


def test_a_long_one_is_found_in_parts_and_broken_up():
    """Over lines, in quotes that are joined, with what nobody sees between; and half of it."""
    own = SecretValues([API_KEY])
    parts = textwrap.wrap(API_KEY, 9)
    broken = [
        "\n".join(parts),
        " + \n".join(f'    "{part}"' for part in parts),
        "\u200b".join(API_KEY),
        " ".join(API_KEY),
        API_KEY[-33:],
    ]

    assert [1] * len(broken) == [len(own.find(text)) for text in broken]


def test_a_key_is_known_by_its_body(key):
    """By each of its lines but the first, which is alike in all keys; by its bytes; by its file."""
    pem, other = key
    own = SecretValues([pem])
    lines = pem.splitlines()
    data = b64decode("".join(lines[1:-1]))
    forms = [
        *lines[2:-2],
        pem.replace("\n", "\\n"),
        "".join(lines[1:-1]),
        "\n".join(textwrap.wrap("".join(lines[1:-1]), 40)),
        pem[::-1],
        data.hex(),
        b64encode(b"x" + data).decode(),
        b64encode(pem.encode()).decode(),
        pem.encode().hex(),
    ]

    assert all(own.find(form) for form in forms)
    assert () == own.find(other)
    assert lines[5] not in own.mask(f"the key:\n{pem}")


def test_what_is_no_secret_stays():
    """Words, other tokens, and values that are too short to be told from words."""
    own = SecretValues([*SECRETS.values(), "", "test", TOKEN.replace("wQ7h", "aaaa")])
    texts = [
        "A test of the doors: 7 hooks, shut.",
        "ghs_42_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOjQyfQ.",
        "sk-ant-api03-" + "x" * 40,
        API_KEY[:16],
        "7" * 3_000,
    ]

    assert texts == list(map(own.mask, texts))


def test_tokens_come_and_go_and_the_others_stay():
    """A text that was clean is looked at again when a token came to be; the oldest is forgotten."""
    own = SecretValues([HOOK])
    tokens = [f"{number:05}-token-of-an-hour" for number in range(3)]
    text = "\n".join([*tokens, "long " * 600])
    before = own.find(text)
    own.add(tokens[0])

    assert () == before
    assert (tokens[0],) == own.find(text)

    for number in range(MOST_ADDED):
        own._forms[f"{number}"] = own._forms[tokens[0]]
    own.add(tokens[1])

    assert (tokens[1],) == own.find(f"{tokens[1]} {tokens[2]}")
    assert (HOOK,) == own.find(HOOK)
