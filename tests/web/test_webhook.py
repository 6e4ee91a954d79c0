"""Events: who signed it is asked first, then what it says; bytes become frozen values or an error
with a name.
"""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.values.events import Event, Ping, Unknown
from bot.web.payloads import BadPayload
from bot.web.webhook import BadSignature, read_event
from tests.deliveries import ADA, GUID, ISSUE, SECRET, headers, issues, signature, signed


def told(kind: str, payload: object) -> Event:
    """The event of a signed delivery."""
    return read_event(*signed(kind, payload), SECRET)


# --- who signed it
# ------------------------------------------------------------------------------------------------


def test_github_published_vector_is_accepted():
    """The example of GitHub's documentation passes the signature: it is refused only for not being
    JSON.
    """
    body = b"Hello, World!"
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    head = headers("ping", body) | {"x-hub-signature-256": signature}

    with pytest.raises(BadPayload):
        read_event(head, body, "It's a Secret to Everybody")


def form(payload: bytes) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a delivery as a form, which is GitHub's default."""
    body = urlencode({"payload": payload}).encode()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return headers("issues", body) | kind, body


def test_a_form_says_the_same_as_json():
    """Its field `payload` holds the JSON; the signature is over the form as it was sent."""
    payload = issues("labeled", label={"name": "a+b & c=d ü %41"})
    event = read_event(*form(json.dumps(payload, ensure_ascii=False).encode()), SECRET)

    assert told("issues", payload) == event


def test_a_form_is_refused_where_its_json_was_signed():
    """What counts is the raw bytes, whatever the content type says of them."""
    payload = json.dumps(issues("labeled")).encode()
    head, body = form(payload)

    with pytest.raises(BadSignature):
        read_event(head | {"x-hub-signature-256": signature(payload)}, body, SECRET)


@pytest.mark.parametrize("body", [b"", b"payload", b"a=1", b"payload=%7B%7D&a=1", b"{}"])
def test_another_form_is_refused(body):
    """One without the field, or with another one."""
    head = headers("issues", body) | {"content-type": "application/x-www-form-urlencoded"}

    with pytest.raises(BadPayload):
        read_event(head, body, SECRET)


def test_any_flipped_bit_is_refused():
    """No byte of the body, and no character of the signature, can be changed."""
    head, body = signed("issues", issues("labeled"))
    signature = head["x-hub-signature-256"]
    tampered = [body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] for at in range(len(body))]
    forged = [
        signature[:at] + chr(ord(signature[at]) ^ 1) + signature[at + 1 :]
        for at in range(len(signature))
    ]

    for other in tampered:
        with pytest.raises(BadSignature):
            read_event(head, other, SECRET)
    for other in forged:
        with pytest.raises(BadSignature):
            read_event(head | {"x-hub-signature-256": other}, body, SECRET)


@pytest.mark.parametrize("signature", ["", "sha256=", "sha1=" + "0" * 40, "sha256=é\ud800", None])
def test_missing_and_odd_signatures_are_refused(signature):
    """A signature that is missing, empty, of the old kind or not even ASCII is a bad one."""
    head, body = signed("ping", {"hook_id": 1})
    del head["x-hub-signature-256"]
    given_headers = (
        head
        | {"x-hub-signature": "sha1=0"}
        | ({} if signature is None else {"x-hub-signature-256": signature})
    )

    with pytest.raises(BadSignature):
        read_event(given_headers, body, SECRET)


def test_unsigned_bytes_are_never_parsed():
    """What is not JSON is told apart from what is not signed: the signature comes first."""
    with pytest.raises(BadSignature):
        read_event(headers("issues", b"{", secret="another"), b"{", SECRET)


def test_header_names_come_in_any_case():
    """HTTP's header names have no case."""
    head, body = signed("ping", {"hook_id": 1})

    assert Ping(GUID, 1) == read_event(
        {name.title(): value for name, value in head.items()}, body, SECRET
    )


# --- hostile JSON
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 1_000_000, id="a million brackets"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="deep objects"),
        pytest.param(b'{"hook_id": 1' + b"0" * 5_000 + b"}", id="a number of 5000 digits"),
        pytest.param(b'{"hook_id": 1, "hook_id": 2}', id="a key twice"),
        pytest.param(b'{"hook_id": 1, "x": {"y": 1, "y": 2}}', id="a key twice, deeper"),
        pytest.param(b'{"hook_id": 1, "zen": "\\ud800"}', id="half a surrogate pair"),
        pytest.param(b'{"hook_id": 1, "zen": "\xed\xa0\x80"}', id="a surrogate in UTF-8"),
        pytest.param(b'{"hook_id": 1, "zen": NaN}', id="NaN"),
        pytest.param(b'{"hook_id": 1, "zen": -Infinity}', id="infinity"),
        pytest.param(b'{"hook_id": 1, "zen": "\xff"}', id="not UTF-8"),
        pytest.param('{"hook_id": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"hook_id": 1}', id="a byte order mark"),
        pytest.param(b'{"hook_id": 1} {}', id="two values"),
        pytest.param(b'{"hook_id": 1,}', id="a comma too many"),
        pytest.param(b'{"hook_id": 1, "zen": "a\nb"}', id="a raw newline in a string"),
        pytest.param(b"[1]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"hook_id": true}', id="true for a number"),
        pytest.param(b'{"hook_id": 1.5}', id="a fraction"),
        pytest.param(b'{"hook_id": 9223372036854775808}', id="beyond 63 bits"),
        pytest.param(b'{"hook_id": -1}', id="a negative id"),
        pytest.param(b"payload=%7B%22hook_id%22%3A1%7D", id="a form"),
    ],
)
def test_malformed_bodies_are_bad_payloads(body):
    """Whatever is signed but is not sound JSON, or not what GitHub sends, is one error."""
    with pytest.raises(BadPayload):
        read_event(headers("ping", body), body, SECRET)


@example(b"{}")
@given(st.binary())
def test_any_bytes_are_an_event_or_a_bad_payload(body):
    """No body makes anything else happen; an object without an action is nothing that is read."""
    try:
        event = read_event(headers("issues", body), body, SECRET)
    except BadPayload:
        return

    assert Unknown(GUID, "issues", "") == event


@pytest.mark.parametrize(
    "name", ["../../etc", "ada/..", "./engine", "ada", "ada/engine/x", "a b/c", "ada/engine\n"]
)
def test_odd_repository_names_are_refused(name):
    """The name becomes a path: it cannot climb."""
    payload = issues("closed", repository={"id": 7, "full_name": name})

    with pytest.raises(BadPayload, match=r"repository\.full_name"):
        told("issues", payload)


@pytest.mark.parametrize("time", ["yesterday", "2026-11-20T10:00:00", "", None])
def test_times_have_a_zone(time):
    """What is frozen at the trigger is compared by time, so a time that is none is refused."""
    with pytest.raises(BadPayload, match=r"issue\.updated_at"):
        told("issues", issues("closed", issue={**ISSUE, "updated_at": time}))


def test_errors_hold_nothing_of_the_body():
    """An error goes into the log: it names the place only."""
    with pytest.raises(BadPayload) as raised:
        told("issues", issues("closed", sender={**ADA, "login": 1, "id": "canary"}))

    assert ("not as GitHub sends it: sender.id, sender.login",) == raised.value.args


def test_what_either_secret_signed_is_taken_while_it_is_changed():
    """The new one and the one before; no third."""
    body = json.dumps({"zen": "Responsive is better than fast.", "hook_id": 1}).encode()
    for secret in ("the new one", "the old one"):
        head = headers("ping", body, secret=secret)

        assert Ping(GUID, 1) == read_event(head, body, "the new one", "the old one")
    with pytest.raises(BadSignature):
        read_event(headers("ping", body, secret="a third"), body, "the new one", "the old one")
