"""A whole run on the page: what the record of the engine shows to people."""

from __future__ import annotations

import subprocess

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from bot.web.page.routes import create_page
from tests.gfm import GitHubPage
from tests.stage import BAD, BEGIN, END, MENDED, REPO, script, staged

BRANCH = "greenlit/1-greet-more-quietly"


def open_page(on) -> TestClient:
    """The page of the bot on the stage."""
    return TestClient(create_page(on.bot, ["solve_issue"]), base_url="http://127.0.0.1")


def read_all(client: TestClient, path: str, selector: str) -> list[str]:
    """What a reader sees of each element of a page."""
    page = LexborHTMLParser(client.get(path).text)
    return [" ".join(node.text(separator=" ").split()) for node in page.css(selector)]


def read_messages(on) -> list[str]:
    """The messages of the commits on the branch, newest first."""
    folder = on.forge.git_dir(REPO)
    command = ("git", "-C", str(folder), "log", "--format=%B%x00", f"main..{BRANCH}")
    log = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [message.strip() for message in log.split("\0") if message.strip()]


def test_a_run_is_told_on_the_page_and_in_its_commits(tmp_path, checked):
    """Red, mended, green: while it waits the page says so; in the end it has the cost, the places,
    both attempts with what failed, the diff and the bill; the mending commit says what CI said.
    """
    with staged(tmp_path, checked, script(*BEGIN, [BAD], END, [MENDED], END)) as on:
        client = open_page(on)
        issue = on.issue()
        on.label(issue)
        on.until_waiting(issue)
        live = [*read_all(client, "/", ".chip"), *read_all(client, "/", ".line")]
        run = on.ended(issue)
        (row,) = read_all(client, "/", ".runs > li")
        path = f"/runs/{REPO.replace('/', '%2F')}%23{issue}%2F1"
        messages = read_messages(on)
        (pull,) = on.forge.list_pulls(REPO)

        assert "at work" == live[0]
        assert "of at most $5.00" in live[1]
        assert run.outcome.usd > 0
        assert f"${run.outcome.usd:.2f}" in row
        for part in (
            REPO,
            f"issue #{issue}",
            f"pull request #{pull.number}",
            BRANCH,
            "asked by ada",
        ):
            assert part in row
        assert ["red", "green"] == [name.split()[-1] for name in read_all(client, path, "h3")]
        (failure,) = read_all(client, path, ".failures > li")
        assert failure.startswith("AssertionError test_greeting.py:3 in test")
        assert ['- return "Hello " + name'] == read_all(client, path, ".removed")
        assert "Greet in lower case." in read_all(client, path, "section p")
        assert "6" == read_all(client, path, "dd")[2]
        assert messages[0].startswith("Repair AssertionError in test_greeting.py\n\nCI was red on")
        assert "(test_greeting.py:3)\n\nRefs: #1\nCo-authored-by: ada" in messages[0]
        assert messages[1].startswith("Greet quietly\n\nIt was too loud.\n\nRefs: #1\n")
        assert [] == GitHubPage(pull.body).tasks
