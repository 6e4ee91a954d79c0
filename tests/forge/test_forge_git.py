"""Tests of git against the forge: tokens open what they are for, pushes are followed."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from tests.forge.served_forge import CI, OTHER, REPO, ServedForge


def git(folder: Path, *args: str, token: str = "") -> subprocess.CompletedProcess[str]:
    """Run git apart from the machine's configuration; the token goes into a header."""
    shown = b64encode(f"x-access-token:{token}".encode()).decode()
    config = {"user.name": "Bot", "user.email": "bot@example.org", "init.defaultBranch": "main"}
    config |= {"http.extraHeader": f"Authorization: Basic {shown}"} if token else {}
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_COUNT": str(len(config)),
        **{f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(config)},
        **{f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(config.values())},
    }
    return subprocess.run(
        ["git", *args], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def pushed(
    box: ServedForge, folder: Path, path: str, token: str
) -> subprocess.CompletedProcess[str]:
    """Clone, commit a file, push it to the branch bot."""
    git(folder, "clone", "-q", f"{box.base}/{REPO}.git", "work", token=token)
    (folder / "work" / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "work" / path).write_text(CI)
    git(folder / "work", "add", ".")
    git(folder / "work", "commit", "-qm", "Add a file.")
    return git(folder / "work", "push", "origin", "HEAD:refs/heads/bot", token=token)


def test_push_of_an_app_is_followed(box: ServedForge, tmp_path: Path):
    """A push over HTTP sends the event, with the App's bot as sender, and starts CI."""
    box.take_event_names()
    done = pushed(box, tmp_path, ".github/workflows/ci.yml", box.app_token)
    box.forge.wait_until_idle(30)
    told = box.received[0]

    assert (0, "push", "refs/heads/bot") == (done.returncode, told.name, told.payload["ref"])
    assert "greenlit[bot]" == told.payload["sender"]["login"]
    assert box.forge.list_branches(REPO)["bot"] == told.payload["after"]
    assert ["success", "success"] == [job.conclusion for job in box.forge.list_jobs(REPO)]


@pytest.mark.parametrize(
    ("permissions", "path", "why"),
    [
        ({"contents": "read"}, "a.txt", "403"),
        ({"metadata": "read"}, "a.txt", "403"),
        ({"contents": "write"}, ".github/workflows/ci.yml", "without `workflows` permission"),
    ],
)
def test_token_without_the_permission_cannot_push(
    box: ServedForge, tmp_path: Path, permissions: dict[str, Any], path: str, why: str
):
    """`contents: write` pushes, but not to workflows."""
    git(tmp_path, "clone", "-q", f"{box.base}/{REPO}.git", "work")
    done = pushed(box, tmp_path, path, box.mint_token(**permissions))

    assert done.returncode
    assert why in done.stderr
    assert ["main"] == list(box.forge.list_branches(REPO))


def test_archived_repository_takes_no_push(box: ServedForge, tmp_path: Path):
    """An archived repository can be cloned, not written."""
    box.forge.archive_repository(REPO)

    assert "403" in pushed(box, tmp_path, "a.txt", box.app_token).stderr


def test_private_repository_is_for_its_tokens(box: ServedForge, tmp_path: Path):
    """What is public everybody may clone; what is private is not there for others."""
    assert 0 == git(tmp_path, "ls-remote", f"{box.base}/{REPO}.git").returncode
    assert (
        "not found"
        in git(tmp_path, "ls-remote", f"{box.base}/{OTHER}.git", token=box.app_token).stderr
    )
    # Refused, git asks a person for a name; there is none to ask.
    for repo, token in ((OTHER, ""), (REPO, "old")):
        assert (
            "could not read Username"
            in git(tmp_path, "ls-remote", f"{box.base}/{repo}.git", token=token).stderr
        )


def test_deleted_branch_closes_its_pull_request(box: ServedForge, tmp_path: Path):
    """A pull request whose branch is deleted is closed."""
    box.forge.push(REPO, "ada", "a", {"x": ""}, "X.")
    box.request(
        "POST", f"/repos/{REPO}/pulls", {"title": "T", "head": "a", "base": "main"}
    ).raise_for_status()
    git(tmp_path, "init", "-q")
    done = git(tmp_path, "push", f"{box.base}/{REPO}.git", ":refs/heads/a", token=box.app_token)
    box.forge.wait_until_idle(30)

    assert (0, "closed") == (done.returncode, box.forge.list_pulls(REPO)[0].state)


def test_forced_push_is_told_as_such(box: ServedForge, tmp_path: Path):
    """A push that takes commits away says `forced`."""
    box.forge.push(REPO, "ada", "bot", {"x": ""}, "X.")
    box.take_event_names()
    git(tmp_path, "clone", "-q", f"{box.base}/{REPO}.git", "work")
    git(tmp_path / "work", "commit", "-q", "--allow-empty", "-m", "Other.")
    git(tmp_path / "work", "push", "-f", "origin", "HEAD:refs/heads/bot", token=box.app_token)
    box.forge.wait_until_idle(30)

    assert box.received[0].payload["forced"]
