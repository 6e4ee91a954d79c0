"""Render repositories, permissions and commits as GitHub's API and webhooks show them."""

from __future__ import annotations

from bot.forge.account_views import render_user, to_epoch
from bot.forge.forge_state import (
    ForgeState,
    Json,
    RepositoryRecord,
    make_node_id,
)
from bot.forge.git_store import CommitRecord, GitSignature

_REPOSITORY_URLS = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
_SIGNATURE_FIELDS = ("signature", "payload", "verified_at")
# The forge has no key of GitHub's: it remembers which commits it made itself.
SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n"
_LEVELS = ("none", "read", "triage", "write", "maintain", "admin")
_RIGHTS = ("pull", "triage", "push", "maintain", "admin")
_COUNTS = ("stargazers_count", "watchers_count", "watchers", "forks_count", "forks")
_FEATURES = ("has_issues", "has_projects", "has_downloads", "has_wiki")
_MISSING_FEATURES = ("has_pages", "has_discussions", "disabled", "is_template")


def repository_api_url(state: ForgeState, repository: RepositoryRecord) -> str:
    """Return the address of a repository in the API."""
    return f"{state.api}/repos/{repository.name}"


def render_repository(state: ForgeState, repository: RepositoryRecord) -> Json:
    """Render a repository as a list or a webhook shows it."""
    open_issues = [issue for issue in repository.issues.values() if issue.state == "open"]
    return {
        "id": repository.id,
        "node_id": make_node_id("R", repository.name),
        "name": repository.short_name,
        "full_name": repository.name,
        "private": repository.private,
        "owner": render_user(state, repository.owner),
        **_render_repository_urls(state, repository),
        "created_at": repository.created_at,
        "updated_at": repository.created_at,
        "pushed_at": repository.created_at,
        "archived": repository.archived,
        "open_issues_count": len(open_issues),
        "open_issues": len(open_issues),
        "visibility": "private" if repository.private else "public",
        "default_branch": repository.default_branch,
        **_render_unused_features(),
        "fork": bool(repository.fork_of),
    }


def _render_repository_urls(state: ForgeState, repository: RepositoryRecord) -> Json:
    url, page = repository_api_url(state, repository), f"{state.web}/{repository.name}"
    host = state.web.partition("://")[2]
    return {
        "html_url": page,
        "url": url,
        **{key: url + path for key, path in _REPOSITORY_URLS.items()},
        "git_url": f"git://{host}/{repository.name}.git",
        "ssh_url": f"git@{host}:{repository.name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "mirror_url": None,
    }


def _render_unused_features() -> Json:
    """Render what is the same for every repository of the forge."""
    return {
        "description": None,
        "size": 1,
        **dict.fromkeys(_COUNTS, 0),
        "language": None,
        **dict.fromkeys(_FEATURES, True),
        **dict.fromkeys(_MISSING_FEATURES, False),
        "license": None,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "topics": [],
        "custom_properties": {},
    }


def render_full_repository(state: ForgeState, repository: RepositoryRecord) -> Json:
    """Render the page of one repository."""
    return {
        **render_repository(state, repository),
        "network_count": 0,
        "subscribers_count": 0,
        "delete_branch_on_merge": repository.deletes_merged_branches,
    }


def render_pushed_repository(state: ForgeState, repository: RepositoryRecord) -> Json:
    """Render a repository as `push` has it, with numbers for times and a name for the owner.

    Source: webhooks-examples, push.
    """
    created_at = to_epoch(repository.created_at)
    owner = render_user(state, repository.owner)
    return {
        **render_repository(state, repository),
        "created_at": created_at,
        "pushed_at": created_at,
        "stargazers": 0,
        "master_branch": repository.default_branch,
        "owner": {**owner, "name": repository.owner, "email": None},
    }


def render_permission(state: ForgeState, repository: RepositoryRecord, login: str) -> Json:
    """Render somebody's permission, in which maintain shows as write and triage as read."""
    role = repository.find_permission(login)
    rank = _LEVELS.index(role)
    rights = {right: rank > index for index, right in enumerate(_RIGHTS)}
    return {
        "permission": {"maintain": "write", "triage": "read"}.get(role, role),
        "role_name": role,
        "user": {**render_user(state, login), "role_name": role, "permissions": rights},
    }


def render_commit(state: ForgeState, repository: RepositoryRecord, commit: CommitRecord) -> Json:
    """Render a commit with the accounts of its author and committer."""
    url, page = repository_api_url(state, repository), f"{state.web}/{repository.name}"
    return {
        "sha": commit.sha,
        "node_id": make_node_id("C", repository.name, commit.sha),
        "commit": {**_render_git_commit(repository, commit, url), "comment_count": 0},
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "author": _render_account(state, commit.author),
        "committer": _render_account(state, commit.committer),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in commit.parents
        ],
    }


def render_simple_commit(commit: CommitRecord) -> Json:
    """Render a commit as checks and workflow runs show their head."""
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": commit.committer.date,
        "author": {"name": commit.author.name, "email": commit.author.email},
        "committer": {"name": commit.committer.name, "email": commit.committer.email},
    }


def render_git_commit(
    state: ForgeState, repository: RepositoryRecord, commit: CommitRecord
) -> Json:
    """Render a commit as git's own objects are shown."""
    url, page = repository_api_url(state, repository), f"{state.web}/{repository.name}"
    return {
        "sha": commit.sha,
        "node_id": make_node_id("C", repository.name, commit.sha),
        "html_url": f"{page}/commit/{commit.sha}",
        "parents": [
            {
                "sha": sha,
                "url": f"{url}/git/commits/{sha}",
                "html_url": f"{page}/commit/{sha}",
            }
            for sha in commit.parents
        ],
        **_render_git_commit(repository, commit, url),
    }


def _render_git_commit(
    repository: RepositoryRecord, commit: CommitRecord, repository_url: str
) -> Json:
    return {
        "author": _render_signature(commit.author),
        "committer": _render_signature(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{repository_url}/git/trees/{commit.tree}"},
        "url": f"{repository_url}/git/commits/{commit.sha}",
        "verification": _render_verification(repository, commit),
    }


def _render_verification(repository: RepositoryRecord, commit: CommitRecord) -> Json:
    if commit.sha not in repository.signed_commits:
        unsigned = dict.fromkeys(_SIGNATURE_FIELDS)
        return {"verified": False, "reason": "unsigned", **unsigned}
    return {
        "verified": True,
        "reason": "valid",
        "signature": SIGNATURE,
        "payload": f"tree {commit.tree}\n",
        "verified_at": commit.committer.date,
    }


def _render_signature(signature: GitSignature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": signature.date}


def _render_account(state: ForgeState, signature: GitSignature) -> Json | None:
    """Render the account of a noreply address: "1234+login@users.noreply.github.com"."""
    local, _, host = signature.email.partition("@")
    if host != "users.noreply.github.com":
        return None
    return render_user(state, local.rpartition("+")[2])
