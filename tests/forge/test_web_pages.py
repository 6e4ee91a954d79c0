"""The pages of the forge that people open in a browser."""

from __future__ import annotations

import httpx2
import pytest

from bot.forge import NewThread, ThreadPlace
from tests.forge.served_forge import CI, OTHER, REPO, ServedForge


def fetch(box: ServedForge, path: str) -> httpx2.Response:
    """Fetch a page as a browser does, signed in as nobody."""
    return httpx2.get(f"{box.base}{path}", follow_redirects=True)


@pytest.mark.served
def test_an_issue_has_a_page_with_its_comments(box: ServedForge):
    """Markdown is rendered, and what names another issue leads to it."""
    number = box.forge.open_issue(REPO, "ada", "It <shouts>", "Make it *quiet*.")
    box.forge.add_comment(REPO, number, "bob", "As in #1 & co.")
    page = fetch(box, f"/{REPO}/issues/{number}")

    assert 200 == page.status_code
    assert "It &lt;shouts&gt; #1" in page.text
    assert "<em>quiet</em>" in page.text
    assert f'<a href="/{REPO}/issues/1">#1</a> &amp; co.' in page.text


@pytest.mark.served
def test_a_pages_scripts_are_never_run(box: ServedForge):
    """People and models write HTML into comments."""
    number = box.forge.open_issue(REPO, "ada", "Odd", "<script>alert(1)</script>")
    page = fetch(box, f"/{REPO}/issues/{number}")

    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]


@pytest.mark.served
def test_a_pull_request_has_a_page_with_checks_and_diff(box: ServedForge):
    """And its diff as text, its commits, its branch and the logs of its jobs."""
    files = {"quiet.txt": "hush\n", ".github/workflows/ci.yml": CI}
    box.forge.push(REPO, "ada", "quiet", files, "Be quiet")
    asked = {"title": "Quiet", "head": "quiet", "base": "main"}
    number = box.request("POST", f"/repos/{REPO}/pulls", asked).json()["number"]
    assert box.forge.wait_until_idle(30)
    page = fetch(box, f"/{REPO}/pull/{number}").text
    sha = box.forge.list_branches(REPO)["quiet"]
    job = box.forge.list_jobs(REPO)[-1]

    assert '<span class="added">+hush</span>' in page
    assert f"/{REPO}/actions/runs/{job.run}/job/{job.id}" in page
    assert "+hush\n" in fetch(box, f"/{REPO}/pull/{number}.diff").text
    assert "Be quiet" in fetch(box, f"/{REPO}/commit/{sha}").text
    assert "Be quiet" in fetch(box, f"/{REPO}/tree/quiet").text
    assert "echo after" in fetch(box, f"/{REPO}/actions/runs/{job.run}/job/{job.id}").text
    assert f"#{number} " in fetch(box, f"/{REPO}").text
    assert REPO in fetch(box, "/").text


@pytest.mark.served
def test_a_pull_request_shows_where_its_threads_stand(box: ServedForge):
    """And how; of a fork, where that is; and in the end who merged it."""
    fork = box.forge.fork_repository(REPO, "bob")
    box.forge.push(fork, "bob", "quiet", {"README.md": None, "a.txt": "1\n2\n3\n"}, "Be quiet")
    box.forge.wait_until_idle(30)
    number = box.forge.open_pull(REPO, "bob", "bob:quiet", "Quiet")
    threads = [
        NewThread(ThreadPlace("a.txt", 2, start_line=1), "Why *two*?"),
        NewThread(ThreadPlace("README.md", 1, side="LEFT"), "Keep it."),
        NewThread(ThreadPlace("a.txt", is_on_file=True), "Needed?"),
    ]
    box.forge.submit_review(REPO, number, "ada", "REQUEST_CHANGES", "Not yet.", threads)
    first = box.forge.list_threads(REPO, number)[0]
    box.forge.reply(REPO, box.forge.list_review_comments(REPO, number)[0].id, "bob", "See #1.")
    box.forge.resolve_thread(REPO, first.id, "bob")
    box.forge.push(fork, "bob", "quiet", {"README.md": "Hello\n", "a.txt": "2\n3\n"}, "Mend")
    box.forge.wait_until_idle(30)
    sha = box.forge.merge_pull(REPO, number, "ada")
    page = fetch(box, f"/{REPO}/pull/{number}").text

    for words in (
        f'by ada in <a href="/{REPO}/commit/{sha}">{sha[:7]}</a>',
        f'<a href="/{fork}/tree/quiet">quiet</a> of {fork} into main',
        "<b>ada</b> requested changes",
        'a.txt, lines 1 to 2 <small class="dim">outdated, resolved by bob</small>',
        'README.md, old line 1 <small class="dim">outdated</small>',
        "<h3>a.txt</h3>",
        "Why <em>two</em>?",
        f'See <a href="/{REPO}/issues/1">#1</a>.',
        '<span class="removed">-Hello</span>',
    ):
        assert words in page


@pytest.mark.served
@pytest.mark.parametrize(
    "path",
    [
        f"/{REPO}/issues/9",
        f"/{REPO}/pull/9",
        f"/{REPO}/pull/9.diff",
        f"/{REPO}/commit/0123456",
        f"/{REPO}/tree/nothing",
        f"/{REPO}/actions/runs/9",
        f"/{OTHER}",
        "/acme/nothing",
    ],
)
def test_what_is_not_there_is_told(shared: ServedForge, path: str):
    """With a page, and the status that says so."""
    page = fetch(shared, path)

    assert (404, True) == (page.status_code, "There is no such page." in page.text)


@pytest.mark.served
def test_a_pull_request_shows_its_reviews_and_threads(box: ServedForge):
    """With the lines that they are about, whether they are resolved, and anchors for links; what
    nobody submitted is not there.
    """
    box.forge.push(REPO, "ada", "quiet", {"quiet.txt": "hush\n"}, "Be quiet")
    number = box.forge.open_pull(REPO, "ada", "quiet", "Quiet")
    suggestion = NewThread(ThreadPlace("quiet.txt", 1), "```suggestion\nhush!\n```")
    box.forge.submit_review(REPO, number, "bob", "REQUEST_CHANGES", "Almost.", [suggestion])
    box.forge.submit_review(REPO, number, "eve", "", "A secret.", [suggestion])
    comment = box.forge.list_review_comments(REPO, number)[0]
    box.forge.reply(REPO, comment.id, "ada", "As you *say*.")
    box.forge.resolve_thread(REPO, comment.thread, "ada")
    page = fetch(box, f"/{REPO}/pull/{number}").text

    assert "requested changes" in page
    assert "Almost." in page
    assert "quiet.txt, line 1" in page
    assert "resolved by ada" in page
    assert '<code class="language-suggestion">hush!' in page
    assert f'id="discussion_r{comment.id}"' in page
    assert "As you <em>say</em>." in page
    assert "A secret." not in page
