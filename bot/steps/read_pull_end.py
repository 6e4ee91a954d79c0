"""Read how a pull request of the bot ended: what people made of it, or why they closed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from rich.text import Text

from bot.edits import LineRevision, find_line_revisions
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.admit import WRITERS
from bot.steps.redact import redact
from bot.text import extract_visible, parse_commands
from bot.text.git_lines import cut_at_line
from bot.values import Comment, PullDetails, PullEnd, Repo, RevisedFile, Sha, Tree
from bot.views.end_sentence import describe_end

MOST_COMMITS = 250  # GitHub shows no more of a pull request's
DIFF_CHARS = 2_000  # kept of each file
MOST_FILES = 20
REASON_CHARS = 600
NEAR = timedelta(hours=1)  # of the close, for a comment to be its reason


def _summarize_end(end: PullEnd) -> Summary:
    return "how it ended", Text(describe_end(end))


@step("read_pull_end", _summarize_end)
def read_pull_end(ports: Ports, repo: Repo, pull: PullDetails, by: str) -> PullEnd:
    """Compare what the bot wrote last with what was merged; of a closed one, find the reason."""
    end = PullEnd(pull.number, pull.url, pull.title, pull.is_merged, pull.closed_at, by)
    if pull.is_merged:
        return replace(end, files=_find_revisions(ports, repo, pull))
    reason = _find_reason(ports, repo, pull)
    if reason is None:
        return end
    return replace(end, reason=redact(ports, reason.body)[:REASON_CHARS], reason_by=reason.author)


def _find_revisions(ports: Ports, repo: Repo, pull: PullDetails) -> tuple[RevisedFile, ...]:
    """Compare the bot's last commit with the merge, in the files that the bot changed.

    So it is the same for a merge commit, a squash and a rebase. Nothing is known where the branch
    was rewritten without the bot's commits.
    """
    remote = ports.credentials.fetch_remote(repo)
    head = ports.mirrors.fetch_commit(repo, remote, pull.head_sha, pull.head)
    base = ports.mirrors.fetch_commit(repo, remote, pull.base_sha, pull.base)
    own = _find_own_commit(ports, head, base.sha)
    if own is None or pull.merge_sha is None:
        return ()
    written = ports.mirrors.fetch_commit(repo, remote, own, pull.head)
    merged = ports.mirrors.fetch_commit(repo, remote, pull.merge_sha, pull.base)
    origin = _find_origin(ports, written, merged, base)
    change = ports.mirrors.compare(origin, written.sha)
    paths = [revision.path for revision in find_line_revisions(change, "")]
    later = ports.mirrors.compare(written, merged.sha, paths) if paths else ""
    revisions = find_line_revisions(change, later)
    ranked = sorted(revisions, key=lambda revision: not revision.hunks)[:MOST_FILES]
    return tuple(_make_revised_file(ports, revision) for revision in ranked)


def _make_revised_file(ports: Ports, revision: LineRevision) -> RevisedFile:
    diff = cut_at_line(redact(ports, "".join(revision.hunks)), DIFF_CHARS, "(…)\n")
    return RevisedFile(revision.path, revision.kept, revision.changed, diff)


def _find_origin(ports: Ports, written: Tree, merged: Tree, base: Tree) -> Tree:
    """Find what the bot's change is made on: where its branch and the base before the merge part.

    A base that was moved straight to the head had no other commit before.
    """
    remote = ports.credentials.fetch_remote(written.repo)
    before = [commit.sha for commit in ports.mirrors.list_commits(merged, None, 2)[1:]]
    for sha in (*before, base.sha):
        tip = ports.mirrors.fetch_commit(base.repo, remote, sha, base.branch)
        origin = ports.mirrors.merge_base(written, remote, tip)
        if origin is not None and origin.sha != written.sha:
            return origin
    return base


def _find_own_commit(ports: Ports, head: Tree, base: Sha) -> Sha | None:
    """Find the newest commit of the branch that the bot wrote."""
    login = ports.credentials.fetch_login()
    commits = ports.mirrors.list_commits(head, base, MOST_COMMITS)
    return next((commit.sha for commit in commits if commit.author == login), None)


def _find_reason(ports: Ports, repo: Repo, pull: PullDetails) -> Comment | None:
    """Find the comment of a writer that is nearest to the close."""
    closed_at = datetime.fromisoformat(pull.closed_at)

    def measure(comment: Comment) -> timedelta:
        return abs(datetime.fromisoformat(comment.at) - closed_at)

    comments = ports.issues.list_comments(repo, pull.number)
    near = [each for each in comments if not each.bot and measure(each) <= NEAR]
    for comment in sorted(near, key=measure):
        text = extract_visible(comment.body).strip()
        if text and not parse_commands(text) and _may_write(ports, repo, comment.author):
            return replace(comment, body=text)
    return None


def _may_write(ports: Ports, repo: Repo, login: str) -> bool:
    return ports.repositories.fetch_permission(repo, login) in WRITERS
