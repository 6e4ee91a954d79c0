"""What a pull request from a fork is told: how to take the change, and a patch that applies."""

import re
import subprocess

import pytest
from inline_snapshot import snapshot

from bot.values import Branch, Finish, PullDetails, Sha
from bot.views.fork_review import render_fork_review
from tests.git_served import git

SHA = Sha("a" * 40)
TARGET = PullDetails(
    9, "https://x.example/pull/9", "Greet", "", "eve", Branch("main"), SHA, Branch("feature"), SHA,
    "eve/greeter", is_fork=True,
)  # fmt: skip
FINISH = Finish("Greet softly", "", "It shouted.\n\nSigned-off-by: eve")


def test_suggestions_are_told_how_to_be_taken():
    """One is taken by itself, several together in one commit; CI has not run."""
    assert render_fork_review(TARGET, FINISH, 1, "") == snapshot("""\
I cannot push to a fork, so here is the change as a review: Greet softly.

It shouted.

It is one suggestion: take it with **Commit suggestion** below.

Nothing has run this change: CI does once it stands on the branch.\
""")
    assert "3 suggestions that belong together" in render_fork_review(TARGET, FINISH, 3, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\n", "a\n```\nPATCH\n````\n"),
        ("a", "a\n\n"),
        ("a\t \n", "$HOME `id` $(id) \\\n"),
        ("a\n", ""),
    ],
)
def test_the_patch_applies_with_the_command_that_is_given(tmp_path, before, after):
    """Copied from the page, the command makes exactly the change, whatever stands in it."""
    git(tmp_path, "init", "-q")
    file = tmp_path / "a.txt"
    file.write_text(before)
    git(tmp_path, "add", ".")
    file.write_text(after)
    diff = subprocess.run(
        ["git", "diff"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    file.write_text(before)
    body = render_fork_review(TARGET, FINISH, 0, diff)
    (command,) = re.findall(r"^(`{3,})sh\n(.*?)^\1$", body, re.DOTALL | re.MULTILINE)
    subprocess.run(["sh", "-e"], input=command[1], text=True, cwd=tmp_path, check=True)

    assert after == file.read_text()


def test_lost_line_ends_are_warned_of():
    """A browser may drop the carriage returns that a patch needs."""
    assert "CRLF" in render_fork_review(TARGET, FINISH, 0, "-a\r\n+b\r\n")
    assert "The rest is a patch" in render_fork_review(TARGET, FINISH, 2, "-a\n+b\n")
