"""Here lives the push: a commit made in the mirror, to the run's own branch and nowhere else."""

from __future__ import annotations

import re
import unicodedata

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.text import defuse_mentions, mask_secrets, strip_invisible
from bot.values import Author, Branch, Finish, Patch, PushResult, Request, Sha, Tree

SLUG_CHARS = 40
MUTE = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|^skip-checks:.*$",
    re.IGNORECASE | re.MULTILINE,
)


@step("commit")
def commit(
    ports: Ports, tree: Tree, patch: Patch, parent: Sha, finish: Finish, request: Request
) -> Sha:
    """The change as a commit of the bot with the asker as co-author. It is pushed by another step,
    as recorded.
    """
    at = ports.clock.now().isoformat(timespec="seconds")
    return ports.mirrors.commit(
        tree,
        patch,
        parent,
        redact(ports, message(finish, request)),
        bot(ports.credentials.fetch_login()),
        at,
    )


def _summarize_push(result: PushResult) -> Summary:
    if not result.is_ours:
        return "push", Text("refused: the branch moved", "red")
    return "push", Text(f"{result.sha[:7]} to its own branch")


@step("push", _summarize_push)
def push(ports: Ports, tree: Tree, sha: Sha, branch: Branch, expect: Sha | None) -> PushResult:
    """Move the branch from `expect` to the commit. Whoever else moved it keeps what they pushed."""
    return ports.mirrors.push(
        tree.repo, ports.credentials.fetch_remote(tree.repo), sha, branch, expect
    )


@step("branch_moved")
def moved(ports: Ports, tree: Tree, branch: Branch, ours: Sha) -> bool:
    """Whether somebody else moved the branch, or took it away."""
    return ports.mirrors.head(tree.repo, ports.credentials.fetch_remote(tree.repo), branch) != ours


def branch_name(prefix: str, request: Request, number: int) -> Branch:
    """greenlit/7-slow-report-blocks, and greenlit/7-slow-report-blocks-2 for the second run."""
    plain = unicodedata.normalize("NFKD", request.title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > SLUG_CHARS:
        slug = slug[: SLUG_CHARS + 1].rpartition("-")[0] or slug[:SLUG_CHARS]
    again = f"-{number}" if number > 1 else ""
    return Branch(f"{prefix}{request.number}-{slug or 'change'}{again}")


def issue_of(branch: str) -> int | None:
    """The issue that a branch of ours is for, whatever the prefix; None for a branch that cannot be
    ours.
    """
    found = re.fullmatch(r"(?:.*/)?[^/0-9]*(\d{1,10})-[a-z0-9-]+", branch)
    return int(found[1]) if found else None


def message(finish: Finish, request: Request) -> str:
    """The commit's message: the model's words, harmless, without what nobody sees (git takes no
    NUL), and who asked.
    """
    who = f"{request.asker_id}+{request.asker}" if request.asker_id else request.asker
    parts = [
        defuse_mentions(part)
        for part in (
            " ".join(strip_invisible(finish.title).split()),
            strip_invisible(finish.message).strip(),
        )
    ]
    parts.append(f"Co-authored-by: {request.asker} <{who}@users.noreply.github.com>")
    return MUTE.sub("", mask_secrets("\n\n".join(part for part in parts if part))) + "\n"


def bot(login: str) -> Author:
    return Author(login, f"{login}@users.noreply.github.com")
