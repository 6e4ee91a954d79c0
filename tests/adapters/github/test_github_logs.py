"""The log of a job: fetched from elsewhere without a credential, and never too long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.log_download import fetch_log
from bot.adapters.head_and_tail import head_and_tail
from bot.ports import Refusal, Unreachable
from bot.values import Repo
from tests.adapters.github.scripted_github import ApiCall, Reply, ScriptedGitHub, listening

LOG = "GET /repos/o/r/actions/jobs/9/logs"


class LogStore:
    """Where logs lie: it refuses who shows a credential, as Azure does."""

    def __init__(self) -> None:
        self.answer = Reply(data=b"")
        self.url = ""

    def hear(self, call: ApiCall) -> Reply:
        if call.path == "/second":
            return Reply(data=b"somebody else's")
        return Reply(400, b"") if "authorization" in call.headers else self.answer


@pytest.fixture
def store(github: ScriptedGitHub) -> Iterator[LogStore]:
    store = LogStore()
    with listening(store.hear, host="localhost") as store.url:
        github.on(LOG, lambda call: Reply(302, headers={"Location": f"{store.url}/log?sig=secret"}))
        yield store


def test_log_is_fetched_without_a_credential(store: LogStore, app: GitHubApp, repo: Repo):
    """The log lies on another host that refuses our token: it is asked plainly."""
    store.answer = Reply(data=b"2026-01-01T00:00:00Z boom\n")

    assert b"2026-01-01T00:00:00Z boom\n" == app.ci.fetch_job_log(repo, 9, 1000)


def test_log_that_is_gone_is_empty(
    github: ScriptedGitHub, store: LogStore, app: GitHubApp, repo: Repo
):
    """Gone at the store or at GitHub: both are no log."""
    store.answer = Reply(404, b"BlobNotFound")
    at_store = app.ci.fetch_job_log(repo, 9, 1000)
    store.answer = Reply(410)
    expired = app.ci.fetch_job_log(repo, 9, 1000)
    github.on(LOG, Reply(404, {"message": "Not Found"}), Reply(410))

    assert [b""] * 4 == [
        at_store,
        expired,
        app.ci.fetch_job_log(repo, 9, 1000),
        app.ci.fetch_job_log(repo, 9, 1000),
    ]


@pytest.mark.parametrize(
    "answer",
    [Reply(302, headers={"Location": "/second"}), Reply(403), Reply(503), Reply(cut=True)],
)
def test_log_that_cannot_be_had_now_is_unreachable(
    store: LogStore, app: GitHubApp, repo: Repo, answer: Reply
):
    """No second redirect is followed, and the text does not hold the signed address."""
    store.answer = answer

    with pytest.raises(Unreachable) as raised:
        app.ci.fetch_job_log(repo, 9, 1000)
    assert "secret" not in f"{raised.value}{raised.value!r}{raised.value.__cause__}"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (Reply(302), Unreachable, "answered 302 to .*, not where the log is"),
        (Reply(403, {"message": "Not you"}), Refusal, "Not you"),
        (Reply(502), Unreachable, "answered 502"),
        (
            Reply(302, headers={"Location": "https://127.0.0.1:9/log?sig=secret"}),
            Unreachable,
            r"could not be read \(ConnectionError\)$",
        ),
    ],
)
def test_log_whose_address_is_not_told_is_an_error(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, answer: Reply, kind: type, words: str
):
    """GitHub's refusals of a log are read like all others."""
    github.on(LOG, answer)

    with pytest.raises(kind, match=words):
        app.ci.fetch_job_log(repo, 9, 1000)


def test_log_that_trickles_is_given_up(store: LogStore):
    """Each chunk may come in time, and all of them never."""
    store.answer = Reply(data=b"line\n")

    with pytest.raises(Unreachable, match="took longer than 0 s"):
        fetch_log(f"{store.url}/log", 1000, 1, patience_s=0.0)


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.1/log", "ftp://localhost/log", "file:///etc/passwd", "http://x.example/"],
)
def test_log_elsewhere_is_not_asked(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, address: str
):
    """Only https, or this machine."""
    github.on(LOG, Reply(302, headers={"Location": address}))

    with pytest.raises(Refusal, match="neither https nor this machine"):
        app.ci.fetch_job_log(repo, 9, 1000)


def test_long_log_is_cut_in_the_middle(store: LogStore, app: GitHubApp, repo: Repo):
    """The start and the end are kept, in whole lines, with a line between that says how much is
    missing.
    """
    lines = [b"line %07d\n" % number for number in range(100_000)]
    store.answer = Reply(data=b"".join(lines))
    log = app.ci.fetch_job_log(repo, 9, 1310).splitlines(keepends=True)

    assert lines[:25] == log[:25]
    assert b"... 1298700 bytes of this log are left out here ...\n" == log[25]
    assert lines[-75:] == log[26:]


@given(st.binary(max_size=300), st.integers(8, 200), st.integers(1, 50))
def test_cut_keeps_both_ends_however_it_arrives(log: bytes, limit: int, size: int):
    """Short logs are whole; of long ones nothing is invented and the bytes add up."""
    chunks = [log[start : start + size] for start in range(0, len(log), size)]
    shown = head_and_tail(chunks, limit)
    if len(log) <= limit:
        assert shown == log
        return
    start, _, end = shown.partition(b"... ")
    cut, _, end = end.partition(b" bytes of this log are left out here ...\n")

    assert log.endswith(end)
    assert log.startswith((start, start[:-1]))  # a line that was cut got its end
    assert len(log) - int(cut) in (len(start) + len(end), len(start) + len(end) - 1)
