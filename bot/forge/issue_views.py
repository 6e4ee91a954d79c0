"""Here live issues, pull requests, comments and reactions as GitHub's API and its webhooks show
them.
"""

from __future__ import annotations

from urllib.parse import quote

from bot.forge.forge_records import (
    CommentRecord,
    IssueRecord,
    LabelRecord,
    PullRecord,
    ReactionRecord,
)
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, node_id
from bot.forge.repository_views import app, association, repository, user

_CONTENTS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def issue(state: ForgeState, repo: RepositoryRecord, one: IssueRecord) -> Json:
    """Any issue; a pull request is shown as the issue that it also is."""
    url = f"{state.api}/repos/{repo.name}/issues/{one.number}"
    pull = {"pull_request": _pull_links(state, repo, one)} if isinstance(one, PullRecord) else {}
    return {
        "url": url,
        "repository_url": f"{state.api}/repos/{repo.name}",
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": page(state, repo, one),
        "node_id": node_id("PR" if isinstance(one, PullRecord) else "I", repo.name, one.number),
        "comments": len(repo.comments_on(one.number)),
        "reactions": _reactions(repo, one.number, None, url),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "draft": isinstance(one, PullRecord) and one.draft,
        "state_reason": "completed" if one.state == "closed" and not pull else None,
        **_common(state, repo, one),
        **pull,
    }


def full_issue(state: ForgeState, repo: RepositoryRecord, one: IssueRecord) -> Json:
    """The page of one issue: who closed it is known only there."""
    return {**issue(state, repo, one), "closed_by": None}


def label(state: ForgeState, repo: RepositoryRecord, one: LabelRecord) -> Json:
    return {
        "id": one.id,
        "node_id": node_id("LA", repo.name, one.name),
        "url": f"{state.api}/repos/{repo.name}/labels/{quote(one.name)}",
        "name": one.name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def comment(state: ForgeState, repo: RepositoryRecord, one: CommentRecord) -> Json:
    url = f"{state.api}/repos/{repo.name}/issues/comments/{one.id}"
    on = repo.issues[one.number]
    via = next((its for its in state.apps.values() if its.login == one.author), None)
    return {
        "url": url,
        "html_url": f"{page(state, repo, on)}#issuecomment-{one.id}",
        "issue_url": f"{state.api}/repos/{repo.name}/issues/{one.number}",
        "id": one.id,
        "node_id": node_id("IC", repo.name, one.id),
        "user": user(state, one.author),
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "body": one.body,
        "author_association": association(state, repo, one.author),
        "reactions": _reactions(repo, one.number, one.id, url),
        "performed_via_github_app": app(state, via) if via else None,
    }


def reaction(state: ForgeState, one: ReactionRecord) -> Json:
    return {
        "id": one.id,
        "node_id": node_id("REA", one.id),
        "user": user(state, one.author),
        "content": one.content,
        "created_at": one.created_at,
    }


def pull(state: ForgeState, repo: RepositoryRecord, one: PullRecord) -> Json:
    """A pull request as a list shows it."""
    url, hub = f"{state.api}/repos/{repo.name}/pulls/{one.number}", f"{state.api}/repos/{repo.name}"
    address, thread = page(state, repo, one), f"{hub}/issues/{one.number}"
    links = {
        "self": url,
        "html": address,
        "issue": thread,
        "comments": f"{thread}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{hub}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{hub}/statuses/{one.head_sha}",
    }
    return {
        "url": url,
        "node_id": node_id("PR", repo.name, one.number),
        "html_url": address,
        "diff_url": f"{address}.diff",
        "patch_url": f"{address}.patch",
        "issue_url": thread,
        "merged_at": None,
        "merge_commit_sha": None,
        "requested_reviewers": [],
        "requested_teams": [],
        "draft": one.draft,
        **{
            f"{name}_url": links[name]
            for name in ("commits", "review_comments", "review_comment", "comments", "statuses")
        },
        "head": _end(state, repo, one.head, one.head_sha),
        "base": _end(state, repo, one.base, one.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "auto_merge": None,
        **_common(state, repo, one),
    }


def full_pull(state: ForgeState, repo: RepositoryRecord, one: PullRecord) -> Json:
    """The page of one pull request, with what git says of it. Whether it can be merged stays
    unknown.
    """
    lies = state.store.between(repo.name, one.base_sha, one.head_sha)
    return {
        **pull(state, repo, one),
        "merged": False,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "comments": len(repo.comments_on(one.number)),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(lies.commits),
        "additions": sum(more for _, more, _ in lies.files),
        "deletions": sum(less for _, _, less in lies.files),
        "changed_files": len(lies.files),
    }


def pull_in_check(state: ForgeState, repo: RepositoryRecord, one: PullRecord) -> Json:
    """As checks name the pull requests they are for."""
    url = f"{state.api}/repos/{repo.name}"
    here: Json = {"id": repo.id, "url": url, "name": repo.short}
    return {
        "url": f"{url}/pulls/{one.number}",
        "id": one.id,
        "number": one.number,
        "head": {"ref": one.head, "sha": one.head_sha, "repo": here},
        "base": {"ref": one.base, "sha": one.base_sha, "repo": here},
    }


def page(state: ForgeState, repo: RepositoryRecord, one: IssueRecord) -> str:
    """The address of an issue or pull request for people."""
    return f"{state.web}/{repo.name}/{'pull' if isinstance(one, PullRecord) else 'issues'}/{one.number}"


def _common(state: ForgeState, repo: RepositoryRecord, one: IssueRecord) -> Json:
    return {
        "id": one.id,
        "number": one.number,
        "title": one.title,
        "user": user(state, one.author),
        "labels": [label(state, repo, repo.labels[name]) for name in one.labels],
        "state": one.state,
        "locked": one.locked,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "closed_at": one.closed_at,
        "author_association": association(state, repo, one.author),
        "body": one.body or None,
    }


def _end(state: ForgeState, repo: RepositoryRecord, branch: str, sha: str) -> Json:
    return {
        "label": f"{repo.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": user(state, repo.owner),
        "repo": repository(state, repo),
    }


def _pull_links(state: ForgeState, repo: RepositoryRecord, one: IssueRecord) -> Json:
    address = page(state, repo, one)
    return {
        "url": f"{state.api}/repos/{repo.name}/pulls/{one.number}",
        "html_url": address,
        "diff_url": f"{address}.diff",
        "patch_url": f"{address}.patch",
        "merged_at": None,
    }


def _reactions(repo: RepositoryRecord, number: int, to: int | None, url: str) -> Json:
    found = [one.content for one in repo.reactions if one.number == number and one.comment == to]
    return {
        "url": f"{url}/reactions",
        "total_count": len(found),
        **{content: found.count(content) for content in _CONTENTS},
    }
