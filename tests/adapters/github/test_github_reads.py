"""What is read: people, issues, files, logs, and the App itself."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_github import ApiCall, Reply, ScriptedGitHub, comment, listening

from bot.adapters.github.app_api import AppInstallation, AppRegistration, HookDelivery
from bot.adapters.github.github_app import GitHubApp
from bot.adapters.github.log_download import fetch_log, head_and_tail
from bot.ports import Refusal, Unreachable
from bot.values import Annotation, Branch, Comment, Issue, Repo, RepoInfo

LOG = "GET /repos/o/r/actions/jobs/9/logs"


def test_repository_is_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """Its default branch, and whether it is archived or private."""
    github.on(
        "GET /repos/o/r",
        Reply(data={"default_branch": "trunk", "archived": True, "private": False}),
    )

    assert RepoInfo(Branch("trunk"), archived=True, private=False) == app.repositories.fetch_info(
        repo
    )


@pytest.mark.parametrize(
    ("data", "permission"),
    [
        ({"permission": "admin", "role_name": "admin"}, "admin"),
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "write", "role_name": "release-captain"}, "write"),
        ({"permission": "none", "role_name": ""}, "none"),
        ({"permission": "write"}, "write"),
    ],
)
def test_permission_is_the_finer_word(
    github: ScriptedGitHub, app: GitHubApp, repo: Repo, data: dict[str, str], permission: str
):
    """The role tells maintain and triage apart; an organization's own role falls back to what it
    amounts to.
    """
    github.on("GET /repos/o/r/collaborators/ada/permission", Reply(data=data))

    assert permission == app.repositories.fetch_permission(repo, "ada")


def test_unknown_person_has_no_permission(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """GitHub answers 404 to a login that it does not know; whatever the login holds stays one part
    of the path.
    """
    github.on(
        "GET /repos/o/r/collaborators/odd%2F..%2Fx%5Bbot%5D/permission",
        Reply(404, {"message": "Not Found"}),
    )

    assert "none" == app.repositories.fetch_permission(repo, "odd/../x[bot]")


def test_issue_is_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """With labels of both shapes; a deleted author is the ghost; a pull request is told from an
    issue.
    """
    data = {
        "number": 7,
        "title": "T",
        "body": None,
        "user": None,
        "state": "closed",
        "locked": True,
        "labels": [{"name": "autogen"}, "old"],
        "pull_request": {},
    }
    github.on("GET /repos/o/r/issues/7", Reply(data=data))

    assert Issue(
        7, "T", "", "ghost", False, True, True, ("autogen", "old")
    ) == app.issues.fetch_issue(repo, 7)


def test_remarks_are_read_to_the_last_page(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """All comments, oldest first, with when they were last edited and whether a bot wrote them.

    The address of the next page names another host, as behind a proxy: only its path is used.
    """
    path = "GET /repos/o/r/issues/7/comments"
    link = {
        "Link": "<https://elsewhere.example/api/v3/repos/o/r/issues/7/comments?per_page=100&page=2>;"
        ' rel="next"'
    }
    github.on(
        path,
        Reply(data=[comment(1, "a", "ada", "User")], headers=link),
        Reply(data=[comment(2, "b")]),
    )

    assert (
        Comment(1, "ada", "a", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        Comment(2, "greenlit[bot]", "b", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", bot=True),
    ) == app.issues.list_comments(repo, 7)
    assert [{"per_page": "100"}, {"per_page": "100", "page": "2"}] == [
        call.query for call in github.calls_to(path)
    ]


def test_file_is_text_or_none(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """A file is decoded; what is missing, a folder or a submodule is none; a huge one is refused."""
    text = base64.encodebytes("käse".encode()).decode()
    github.on(
        "GET /repos/o/r/contents/a%20b/c.yml",
        Reply(data={"type": "file", "encoding": "base64", "content": text}),
        Reply(404, {"message": "Not Found"}),
        Reply(data=[]),
        Reply(data={"type": "submodule"}),
        Reply(data={"type": "file", "encoding": "none", "content": ""}),
    )

    assert ["käse", None, None, None] == [
        app.repositories.fetch_file(repo, "a b/c.yml") for _ in range(4)
    ]
    with pytest.raises(Refusal, match="larger than a megabyte"):
        app.repositories.fetch_file(repo, "a b/c.yml")


def test_annotations_are_read(github: ScriptedGitHub, app: GitHubApp, repo: Repo):
    """The notes that a check pinned to lines."""
    note = {"path": "a.py", "start_line": 3, "annotation_level": "failure", "message": "boom"}
    github.on("GET /repos/o/r/check-runs/9/annotations", Reply(data=[note]))

    assert (Annotation("a.py", 3, "failure", "boom"),) == app.ci.list_annotations(repo, 9)


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
        (Reply(302), Unreachable, "answered 302 .* but not where the log is"),
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


def test_doctor_tells_how_the_app_is_registered(github: ScriptedGitHub, app: GitHubApp):
    """What the App asks for, what each installation grants, where webhooks go and which did not
    arrive.
    """
    there = {
        "id": 1,
        "account": {"login": "o"},
        "target_type": "User",
        "permissions": {"issues": "read"},
        "events": [],
        "suspended_at": None,
    }
    github.on("GET /app/installations", Reply(data=[there]))
    github.on("GET /app/hook/config", Reply(data={"url": "https://bot.example/github"}))
    github.on(
        "GET /app/hook/deliveries",
        Reply(data=[delivery(2, "b", "timed out"), delivery(1, "a", "OK")]),
    )

    assert (
        AppRegistration(
            "greenlit",
            github.granted,
            ("issues",),
            "https://bot.example/github",
            (AppInstallation(1, "o", {"issues": "read"}, (), suspended=False),),
            (HookDelivery(2, "b", "issues", "labeled", "2026-06-01T00:00:02Z", "timed out"),),
        )
        == app.fetch_registration()
    )


def test_app_without_a_webhook_is_told(github: ScriptedGitHub, app: GitHubApp):
    """GitHub answers 404 for the webhook that an App does not have; an enterprise has no login."""
    installation = {
        "id": 1,
        "account": {"slug": "e"},
        "target_type": "Enterprise",
        "permissions": {},
        "events": [],
        "suspended_at": "2026-06-01T00:00:00Z",
    }
    github.on("GET /app/installations", Reply(data=[installation]))
    github.on("GET /app/hook/config", Reply(404, {"message": "Not Found"}))
    github.on("GET /app/hook/deliveries", Reply(404, {"message": "Not Found"}))
    registration = app.fetch_registration()

    assert ("", ()) == (registration.hook_url, registration.failed)
    assert (AppInstallation(1, "", {}, (), suspended=True),) == registration.installations


def test_missed_deliveries_are_found_and_asked_for_again(
    github: ScriptedGitHub, key: object, make: object
):
    """Of each delivery that no attempt brought through, the newest attempt; older ones than asked
    for are left.
    """
    app = make(clock=lambda: 1_780_272_010.0)  # type: ignore[operator] # 2026-06-01T00:00:10Z
    path = "GET /app/hook/deliveries"
    link = {"Link": f'<{github.api_url}/app/hook/deliveries?per_page=100&cursor=v1_4>; rel="next"'}
    github.on(
        path,
        Reply(
            data=[delivery(9, "a", "OK"), delivery(8, "b", "Invalid HTTP Response: 502")],
            headers=link,
        ),
        Reply(
            data=[
                delivery(7, "c", "timed out"),
                delivery(6, "a", "x"),
                delivery(5, "b", "x"),
                delivery(1, "d", "x"),
            ]
        ),
    )
    github.on("POST /app/hook/deliveries/7/attempts", Reply(202, {}))
    missed = app.list_missed_deliveries(6)
    app.redeliver(missed[0].id)

    assert [7, 8] == [delivery.id for delivery in missed]
    assert "v1_4" == github.calls_to(path)[1].query["cursor"]
    assert 1 == len(github.calls_to("POST /app/hook/deliveries/7/attempts"))


def delivery(number: int, guid: str, status: str) -> dict[str, object]:
    return {
        "id": number,
        "guid": guid,
        "event": "issues",
        "action": "labeled",
        "delivered_at": f"2026-06-01T00:00:{number:02}Z",
        "status": status,
        "status_code": 200,
    }
