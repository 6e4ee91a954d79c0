"""The errors of git, and what its complaints mean: a refusal, or a port that may answer later."""

from __future__ import annotations

import re
from base64 import b64encode

from bot.adapters.full_disk import FULL_DISK, is_disk_full
from bot.ports import Refusal, Unreachable
from bot.values import Remote, Repo

REMOTE = re.compile(
    r"unable to access|could not resolve|returned error|remote end hung up|RPC failed|early EOF"
    r"|unexpected disconnect|timed out|invalid index-pack output|Authentication failed"
    r"|could not read Username|not found|expected flush|protocol error|bad line length"
    r"|Could not read from remote|remote error",
    re.IGNORECASE,
)
UNWELCOME = re.compile(r"Authentication failed|could not read Username|returned error: 401")
MACHINE = re.compile(
    r"No space left|Disk quota|Permission denied|Read-only file system|Cannot allocate"
    r"|Too many open"
)
REASON = re.compile(
    r"\[remote rejected\].*?\((?P<why>[^()]*(?:\([^()]*\))?[^()]*)\)\s*$", re.MULTILINE
)

REFUSALS = (
    (
        r"without `?workflows`? permission",
        (
            "Give the App the permission `workflows: write`, or keep the change out of "
            "`.github/workflows`."
        ),
    ),
    (
        r"protected branch|GH006|GH013|rule violations",
        (
            "A rule of the repository protects this branch: let the App pass it, or choose another "
            "branch prefix."
        ),
    ),
    (
        r"denied to|returned error: 403",
        "Give the App the permission `contents: write` and let it reach this repository.",
    ),
    (
        r"returned error: 404|repository .* not found|Repository not found",
        "Install the App on this repository, or check its name.",
    ),
)


class GitError(Exception):
    """Git said no; the text is its own words, all of them."""


class GitTimeoutError(GitError):
    """Git took too long and was ended."""


class GitUnfitError(RuntimeError):
    """There is no git here, or one that is too old to be kept safe."""


class NoRepositoryError(Exception):
    """There is no repository, or nothing in it that was asked for; the text tells what to do."""


def as_port_error(failed: GitError, repo: Repo, remote: Remote) -> Refusal | Unreachable:
    """Make the port's error of git's complaint about a remote."""
    summary = redact_secret(summarize(failed), remote)
    if is_disk_full(failed):
        return Unreachable(f"The disk is full: {summary}", FULL_DISK)
    for pattern, advice in REFUSALS:
        if re.search(pattern, str(failed)):
            return Refusal(f"GitHub refused git at {repo.name}: {summary} {advice}")
    if UNWELCOME.search(str(failed)):
        remote.drop_secret()
        return Unreachable(
            f"GitHub did not take the token at {repo.name}; a new one is asked for.", "GitHub"
        )
    if REASON.search(str(failed)):
        return Refusal(f"{repo.name} did not take the push: {summary}")
    return Unreachable(f"git could not reach {repo.name}: {summary}", "GitHub")


def is_damage(failed: GitError) -> bool:
    """Tell whether the mirror itself is at fault, so that making it anew may help."""
    if isinstance(failed, GitTimeoutError):
        return False
    return not REMOTE.search(str(failed)) and not MACHINE.search(str(failed))


def summarize(failed: GitError) -> str:
    """Pick the remote's reason, else what the remote said, else git's first complaint."""
    lines = [line.strip() for line in str(failed).splitlines() if line.strip()]
    if reason := REASON.search(str(failed)):
        remarks = (line.removeprefix("remote:").strip() for line in lines if "remote:" in line[:7])
        return " ".join([reason["why"].rstrip(".") + ".", *filter(None, remarks)])[:600]
    for start in ("remote: ", "fatal: ", "error: ", ""):
        for line in lines:
            if line.startswith(start):
                return line[:300]
    return "it gave no reason"


def redact_secret(text: str, remote: Remote) -> str:
    """Take out the remote's secret, plain or as git sends it."""
    if not remote.secret:
        return text
    basic = b64encode(f"x-access-token:{remote.secret}".encode()).decode()
    return text.replace(remote.secret, "***").replace(basic, "***")
