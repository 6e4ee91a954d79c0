"""Here live git's complaints, told as what they mean for a run: a refusal, or a port that may
answer later.
"""

from __future__ import annotations

import re
from base64 import b64encode

from bot.adapters.git.git_process import GitError, GitTimeoutError
from bot.ports import Refusal, Unreachable
from bot.values import Remote, Repo

REMOTE = re.compile(
    r"unable to access|could not resolve|returned error|remote end hung up|RPC failed|early EOF|unexpected disconnect"
    r"|timed out|invalid index-pack output|Authentication failed|could not read Username|not found|expected flush"
    r"|protocol error|bad line length|Could not read from remote|remote error",
    re.IGNORECASE,
)
UNWELCOME = re.compile(r"Authentication failed|could not read Username|returned error: 401")
MACHINE = re.compile(
    r"No space left|Disk quota|Permission denied|Read-only file system|Cannot allocate|Too many open"
)
REASON = re.compile(
    r"\[remote rejected\].*?\((?P<why>[^()]*(?:\([^()]*\))?[^()]*)\)\s*$", re.MULTILINE
)

REFUSALS = (
    (
        r"without `?workflows`? permission",
        "Give the App the permission `workflows: write`, or keep the change out of `.github/workflows`.",
    ),
    (
        r"protected branch|GH006|GH013|rule violations",
        "A rule of the repository protects this branch: let the App pass it, or choose another branch prefix.",
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


def trouble(failed: GitError, repo: Repo, remote: Remote) -> Refusal | Unreachable:
    """What to raise for git's complaint about a remote."""
    said = masked(words(failed), remote)
    for pattern, advice in REFUSALS:
        if re.search(pattern, str(failed)):
            return Refusal(f"GitHub refused git at {repo.name}: {said} {advice}")
    if UNWELCOME.search(str(failed)):
        return Unreachable(f"GitHub did not take the token at {repo.name}; a new one may help.")
    if REASON.search(str(failed)):
        return Refusal(f"{repo.name} did not take the push: {said}")
    return Unreachable(f"git could not reach {repo.name}: {said}")


def is_damage(failed: GitError) -> bool:
    """Whether the mirror itself is at fault, so that making it anew may help."""
    elsewhere = (REMOTE, MACHINE)
    return not isinstance(failed, GitTimeoutError) and not any(
        pattern.search(str(failed)) for pattern in elsewhere
    )


def words(failed: GitError) -> str:
    """What says most of git's words: the remote's reason, else what the remote said, else the first
    complaint.
    """
    if reason := REASON.search(str(failed)):
        said = [
            line.removeprefix("remote:").strip()
            for line in str(failed).splitlines()
            if line.startswith("remote:")
        ]
        return " ".join([reason["why"].rstrip(".") + ".", *filter(None, said)])[:600]
    lines = [line.strip() for line in str(failed).splitlines() if line.strip()]
    order = ("remote: ", "fatal: ", "error: ", "")
    return next(
        (line for start in order for line in lines if line.startswith(start)), "it gave no reason"
    )[:300]


def masked(text: str, remote: Remote) -> str:
    """The text without the remote's secret, plain or as git sends it."""
    if not remote.secret:
        return text
    basic = b64encode(f"x-access-token:{remote.secret}".encode()).decode()
    return text.replace(remote.secret, "***").replace(basic, "***")
