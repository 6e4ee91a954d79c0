"""The endpoint that editors ask, over real connections."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from bot.completion.completion_server import create_completion
from bot.completion.suggest import Suggester, SuggestLimits
from tests.learn.letter_counts import LetterCounts
from tests.learn.serve_app import serve_app

WORDS = "".join(f"call({word})\n" for word in ("alpha", "beta", "gamma", "delta", "omega"))
CODE = f"def check(name):\n    raise ValueError(name)\n\n\n{WORDS}"
QUESTION = {"path": "a.py", "before": "def check(name):\n    raise Val"}


class SlowCounts(LetterCounts):
    """Counts letters, and takes its time for each."""

    pause_s = 0.0

    def compute_bits(self, states):
        """Wait, then compute."""
        time.sleep(self.pause_s)
        return super().compute_bits(states)


@contextmanager
def serve(model) -> Iterator[str]:
    """Serve a model as the command does; the address."""
    app = create_completion(Suggester(model, SuggestLimits(budget_s=20)))
    with serve_app(app) as url:
        yield url.removesuffix("/")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a small model is served."""
    with serve(LetterCounts(CODE * 20)) as url:
        yield url


def ask(url, question=QUESTION, **headers):
    """Ask as a program does."""
    return requests.post(f"{url}/complete", json=question, headers=headers, timeout=30)


def test_question_is_answered(address):
    """A question gets suggestions with their probabilities, the model's name, and the time."""
    answer = ask(address, {**QUESTION, "version": 7}).json()
    first = answer["suggestions"][0]

    assert "ueError(name)" == first["text"].partition("\n")[0]
    assert 0.3 < first["probability"] <= 1
    assert ("letters", 7, False) == (answer["model"], answer["version"], answer["cancelled"])
    assert answer["milliseconds"] > 0


def test_explicit_question_is_shown_more(address):
    """Where nothing is sure enough to be shown to somebody who types, an explicit question gets
    what there is.
    """
    question = {"path": "a.py", "before": "call("}
    typed, explicit = (ask(address, {**question, "explicit": asked}) for asked in (False, True))

    assert [] == typed.json()["suggestions"]
    assert len(explicit.json()["suggestions"]) > 2


def test_health_names_the_model(address):
    """A monitor hears that it works, and with which model."""
    assert {"status": "ok", "model": "letters"} == requests.get(
        f"{address}/health", timeout=9
    ).json()


@pytest.mark.parametrize("size", [300_000, 1_000_000, 12_000_000])
def test_large_request_is_refused_in_a_sentence(address, size):
    """A request that is too large is told so, and what to do."""
    answer = ask(address, {"path": "a.py", "before": "x" * size})

    assert 413 == answer.status_code
    assert (
        "The request has more than 262,144 bytes: send less of the text on both sides of the "
        "cursor."
    ) == answer.json()["detail"]


MISTAKES = [
    (b"", 400, "The body is not JSON"),
    (b"\xff", 400, "The body is not JSON"),
    (b"[" * 100_000, 400, "The body is not JSON"),
    (b"[]", 422, "The request is wrong at the whole"),
    (b'{"path": "a.py"}', 422, "The request is wrong at before"),
    (b'{"path": "a.py", "before": 1}', 422, "The request is wrong at before"),
    (b'{"path": "a.py", "before": "", "past": ""}', 422, "The request is wrong at past"),
    (b'{"path": "a.py", "before": "", "version": "1"}', 422, "The request is wrong at version"),
]


@pytest.mark.parametrize(("body", "status", "sentence"), MISTAKES)
def test_wrong_request_is_told_in_a_sentence(address, body, status, sentence):
    """What is no question is refused with a sentence that says where it is wrong."""
    kind = {"content-type": "application/json"}
    answer = requests.post(f"{address}/complete", body, headers=kind, timeout=9)

    assert status == answer.status_code
    assert sentence in answer.json()["detail"]


def test_sender_that_goes_away_is_no_fault(address):
    """Whoever hangs up in the middle of a question ends nothing but that."""
    host, port = address.removeprefix("http://").split(":")
    head = f"POST /complete HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
    with socket.create_connection((host, int(port))) as half:
        half.sendall(f"{head}content-length: 100\r\n\r\n{{".encode())
        time.sleep(0.2)

    assert ask(address).ok


def test_half_characters_are_taken(address):
    """Half a surrogate pair, as browsers send where a text is cut, is no fault."""
    body = json.dumps({"path": "a.py", "before": "'\ud83d", "after": "\ude00"})
    kind = {"content-type": "application/json"}

    assert requests.post(f"{address}/complete", body, headers=kind, timeout=9).ok


FOREIGN = [
    ({"host": "evil.example"}, 400),
    ({"host": "127.0.0.1.evil.example"}, 400),
    ({"origin": "https://evil.example"}, 403),
    ({"origin": "null"}, 403),
    ({"origin": "http://localhost:1"}, 403),
    ({"sec-fetch-site": "cross-site"}, 403),
    ({"content-type": "text/plain"}, 415),
    ({"content-type": ""}, 415),
]


@pytest.mark.parametrize(("headers", "status"), FOREIGN)
def test_foreign_page_is_refused(address, headers, status):
    """No page of another site gets an answer, by whatever name it calls; nor does it may read it."""
    answer = ask(address, **headers)

    assert status == answer.status_code
    assert "access-control-allow-origin" not in answer.headers


def test_own_page_is_answered(address):
    """The page that the server itself sends may ask."""
    answer = ask(address, origin=address, **{"sec-fetch-site": "same-origin"})

    assert answer.ok
    assert "no-store" == answer.headers["cache-control"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_new_request_cancels_the_one_before():
    """A client's next key ends the search for the one before; another client's does not."""
    model = SlowCounts(CODE * 20)
    model.pause_s = 0.02
    mine, others = ({**QUESTION, "client": name} for name in ("mine", "other"))
    with serve(model) as url, ThreadPoolExecutor() as pool:
        first = pool.submit(ask, url, mine)
        time.sleep(0.15)
        foreign = pool.submit(ask, url, others)
        second = pool.submit(ask, url, mine)
        cancelled, whole, foreign_whole = (
            each.result().json() for each in (first, second, foreign)
        )

    assert (True, []) == (cancelled["cancelled"], cancelled["suggestions"])
    assert whole["suggestions"]
    assert foreign_whole["suggestions"]
    assert not whole["cancelled"]
    assert not foreign_whole["cancelled"]
