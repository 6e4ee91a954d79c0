"""Render issues, comments and reactions as GitHub's API and webhooks show them."""

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
from bot.forge.repository_views import repository_api_url

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
        "reactions": render_reactions(repository, issue.number, None, url),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "draft": isinstance(issue, PullRecord) and issue.draft,
        "state_reason": issue.closed_as if issue.state == "closed" and not is_pull else None,
        **render_common(state, repository, issue),
    }
    if isinstance(issue, PullRecord):
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
        "reactions": render_reactions(repository, comment.number, comment.id, url),
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


def issue_url(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> str:
    """Return the address of an issue or pull request for people."""
    kind = "pull" if isinstance(issue, PullRecord) else "issues"
    return f"{state.web}/{repository.name}/{kind}/{issue.number}"


def render_common(state: ForgeState, repository: RepositoryRecord, issue: IssueRecord) -> Json:
    """Render what issues and pull requests have both."""
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


def _render_pull_links(state: ForgeState, repository: RepositoryRecord, issue: PullRecord) -> Json:
    page = issue_url(state, repository, issue)
    return {
        "url": f"{repository_api_url(state, repository)}/pulls/{issue.number}",
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": issue.merged_at,
    }


def render_reactions(
    repository: RepositoryRecord, number: int, comment_id: int | None, url: str
) -> Json:
    """Render how often an issue, or a comment, has each reaction."""
    contents = [
        reaction.content
        for reaction in repository.reactions
        if (reaction.number, reaction.comment) == (number, comment_id)
    ]
    counts: Json = {content: contents.count(content) for content in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(contents), **counts}
