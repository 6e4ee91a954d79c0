"""Render issues, pull requests, comments and reactions as GitHub's API and webhooks show them."""

from __future__ import annotations

from urllib.parse import quote

from bot.forge.account_views import find_association, render_app, render_user
from bot.forge.forge_records import (
    CommentRecord,
    IssueRecord,
    LabelRecord,
    PullRecord,
    ReactionRecord,
)
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.repository_views import render_repository, repository_api_url

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def render_issue(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> Json:
    """Render any issue; a pull request is shown as the issue that it also is."""
    repository_url = repository_api_url(state, repository)
    url = f"{repository_url}/issues/{issue.number}"
    is_pull = isinstance(issue, PullRecord)
    view: Json = {
        "url": url,
        "repository_url": repository_url,
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": issue_url(state, repository, issue),
        "node_id": make_node_id("PR" if is_pull else "I", repository.name, issue.number),
        "comments": len(repository.list_comments(issue.number)),
        "reactions": _render_reactions(repository, issue.number, None, url),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "draft": isinstance(issue, PullRecord) and issue.draft,
        "state_reason": "completed" if issue.state == "closed" and not is_pull else None,
        **_render_common(state, repository, issue),
    }
    if is_pull:
        view["pull_request"] = _render_pull_links(state, repository, issue)
    return view


def render_full_issue(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> Json:
    """Render the page of an issue, which alone tells who closed it."""
    return {**render_issue(state, repository, issue), "closed_by": None}


def render_label(state: ForgeState, repository: RepositoryRecord, label: LabelRecord) -> Json:
    """Render a label."""
    return {
        "id": label.id,
        "node_id": make_node_id("LA", repository.name, label.name),
        "url": f"{repository_api_url(state, repository)}/labels/{quote(label.name)}",
        "name": label.name,
        "color": "ededed",
        "default": False,
        "description": None,
    }


def render_comment(state: ForgeState, repository: RepositoryRecord, comment: CommentRecord) -> Json:
    """Render a comment."""
    api = f"{repository_api_url(state, repository)}/issues"
    url = f"{api}/comments/{comment.id}"
    page = issue_url(state, repository, repository.issues[comment.number])
    apps = [app for app in state.apps.values() if app.login == comment.author]
    return {
        "url": url,
        "html_url": f"{page}#issuecomment-{comment.id}",
        "issue_url": f"{api}/{comment.number}",
        "id": comment.id,
        "node_id": make_node_id("IC", repository.name, comment.id),
        "user": render_user(state, comment.author),
        "created_at": comment.created_at,
        "updated_at": comment.updated_at,
        "body": comment.body,
        "author_association": find_association(state, repository, comment.author),
        "reactions": _render_reactions(repository, comment.number, comment.id, url),
        "performed_via_github_app": render_app(state, apps[0]) if apps else None,
    }


def render_reaction(state: ForgeState, reaction: ReactionRecord) -> Json:
    """Render a reaction."""
    return {
        "id": reaction.id,
        "node_id": make_node_id("REA", reaction.id),
        "user": render_user(state, reaction.author),
        "content": reaction.content,
        "created_at": reaction.created_at,
    }


def render_pull(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> Json:
    """Render a pull request as a list shows it."""
    page = issue_url(state, repository, pull)
    links = _pull_links(state, repository, pull)
    reviewers = [render_user(state, login) for login in pull.reviewers]
    return {
        "url": links["self"],
        "node_id": make_node_id("PR", repository.name, pull.number),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "merged_at": pull.merged_at,
        "merge_commit_sha": None,
        "requested_reviewers": reviewers,
        "requested_teams": [],
        "draft": pull.draft,
        "head": _render_end(state, repository, pull.head, pull.head_sha),
        "base": _render_end(state, repository, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "auto_merge": None,
        **_render_common(state, repository, pull),
    }


def render_full_pull(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> Json:
    """Render the page of a pull request, with git's figures; its mergeability stays unknown."""
    comparison = state.store.compare(repository.name, pull.base_sha, pull.head_sha)
    additions = sum(added for _, added, _ in comparison.files)
    deletions = sum(removed for _, _, removed in comparison.files)
    return {
        **render_pull(state, repository, pull),
        "merged": pull.merged_at is not None,
        "mergeable": None,
        "rebaseable": None,
        "mergeable_state": "unknown",
        "merged_by": None,
        "comments": len(repository.list_comments(pull.number)),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(comparison.commits),
        "additions": additions,
        "deletions": deletions,
        "changed_files": len(comparison.files),
    }


def _render_pull_in_check(
    state: ForgeState, repository: RepositoryRecord, pull: PullRecord
) -> Json:
    """Render a pull request as checks name those that they are for."""
    url = repository_api_url(state, repository)
    short: Json = {"id": repository.id, "url": url, "name": repository.short_name}
    return {
        "url": f"{url}/pulls/{pull.number}",
        "id": pull.id,
        "number": pull.number,
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": short},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": short},
    }


def issue_url(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> str:
    """Return the address of an issue or pull request for people."""
    kind = "pull" if isinstance(issue, PullRecord) else "issues"
    return f"{state.web}/{repository.name}/{kind}/{issue.number}"


def _render_common(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> Json:
    labels = [repository.labels[name] for name in issue.labels]
    return {
        "id": issue.id,
        "number": issue.number,
        "title": issue.title,
        "user": render_user(state, issue.author),
        "labels": [render_label(state, repository, label) for label in labels],
        "state": issue.state,
        "locked": issue.locked,
        "active_lock_reason": None,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        "author_association": find_association(state, repository, issue.author),
        "body": issue.body or None,
    }


def _render_end(state: ForgeState, repository: RepositoryRecord, branch: str, sha: str) -> Json:
    return {
        "label": f"{repository.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": render_user(state, repository.owner),
        "repo": render_repository(state, repository),
    }


def _pull_links(
    state: ForgeState, repository: RepositoryRecord, pull: PullRecord
) -> dict[str, str]:
    api = repository_api_url(state, repository)
    url, thread = f"{api}/pulls/{pull.number}", f"{api}/issues/{pull.number}"
    return {
        "self": url,
        "html": issue_url(state, repository, pull),
        "issue": thread,
        "comments": f"{thread}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }


def _render_pull_links(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> Json:
    page = issue_url(state, repository, issue)
    return {
        "url": f"{repository_api_url(state, repository)}/pulls/{issue.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": None,
    }


def _render_reactions(
    repository: RepositoryRecord, number: int, comment_id: int | None, url: str
) -> Json:
    contents = [
        reaction.content
        for reaction in repository.reactions
        if (reaction.number, reaction.comment) == (number, comment_id)
    ]
    counts: Json = {content: contents.count(content) for content in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(contents), **counts}


def render_open_pulls(state: ForgeState, repository: RepositoryRecord, sha: str) -> list[Json]:
    """Render the open pull requests whose head is a commit, as checks name them."""
    return [
        _render_pull_in_check(state, repository, pull)
        for pull in repository.list_pulls()
        if pull.state == "open" and pull.head_sha == sha
    ]
