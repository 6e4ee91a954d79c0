"""Render pull requests as GitHub's API and webhooks show them."""

from __future__ import annotations

from bot.forge.account_views import render_user
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import ForgeState, Json, RepositoryRecord, make_node_id
from bot.forge.issue_views import issue_url, render_common
from bot.forge.repository_views import render_repository, repository_api_url


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
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": reviewers,
        "requested_teams": [],
        "draft": pull.draft,
        "head": _render_head(state, repository, pull),
        "base": _render_end(state, repository, pull.base, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "auto_merge": None,
        **render_common(state, repository, pull),
    }


def render_full_pull(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> Json:
    """Render the page of a pull request, with git's figures."""
    comparison = state.store.compare(repository.name, pull.base_sha, pull.head_sha)
    additions = sum(added for _, added, _ in comparison.files)
    deletions = sum(removed for _, _, removed in comparison.files)
    return {
        **render_pull(state, repository, pull),
        "merged": pull.merged_at is not None,
        **_render_mergeability(state, repository, pull),
        "merged_by": render_user(state, pull.merged_by) if pull.merged_by else None,
        "comments": len(repository.list_comments(pull.number)),
        "review_comments": len(repository.list_review_comments(pull.number)),
        "maintainer_can_modify": False,
        "commits": len(comparison.commits),
        "additions": additions,
        "deletions": deletions,
        "changed_files": len(comparison.files),
    }


def _render_mergeability(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> Json:
    """Render whether it can be merged: null while that is not known of both its ends."""
    is_clean = find_mergeability(state, repository, pull)
    words = {None: "unknown", False: "dirty", True: "draft" if pull.draft else "clean"}
    return {"mergeable": is_clean, "rebaseable": is_clean, "mergeable_state": words[is_clean]}


def find_mergeability(
    state: ForgeState, repository: RepositoryRecord, pull: PullRecord
) -> bool | None:
    """Tell whether an open pull request merges without conflicts; None until that was tested."""
    test = pull.merge_test
    if test is None or pull.state != "open" or test.head_sha != pull.head_sha:
        return None
    is_current = test.base_sha == state.store.find_head(repository.name, pull.base)
    return test.is_clean if is_current else None


def label_head(repository: RepositoryRecord, pull: PullRecord) -> str:
    """Name a head with its owner: "acme:feature"."""
    owner = (pull.fork or repository.name).partition("/")[0]
    return f"{owner}:{pull.head}"


def render_open_pulls(state: ForgeState, repository: RepositoryRecord, sha: str) -> list[Json]:
    """Render the open pull requests whose head is a commit, as checks name them: none of forks."""
    return [
        _render_pull_in_check(state, repository, pull)
        for pull in repository.list_pulls()
        if pull.state == "open" and pull.head_sha == sha and not pull.fork
    ]


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


def _render_head(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> Json:
    """Render the head; a fork that was deleted is null."""
    if not pull.fork:
        return _render_end(state, repository, pull.head, pull.head_sha)
    fork = state.repositories.get(pull.fork.lower())
    if fork:
        return _render_end(state, fork, pull.head, pull.head_sha)
    owner = pull.fork.partition("/")[0]
    return {
        "label": label_head(repository, pull),
        "ref": pull.head,
        "sha": pull.head_sha,
        "user": render_user(state, owner),
        "repo": None,
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
