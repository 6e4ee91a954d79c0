"""Here live accounts, repositories, Apps and commits as GitHub's API and its webhooks show them."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from bot.forge.forge_records import AppRecord, InstallationRecord
from bot.forge.forge_state import ACTIONS, ForgeState, Json, RepositoryRecord, node_id
from bot.forge.git_store import CommitRecord, GitSignature

_OF_USER = {
    "followers_url": "/followers",
    "following_url": "/following{/other_user}",
    "gists_url": "/gists{/gist_id}",
    "starred_url": "/starred{/owner}{/repo}",
    "subscriptions_url": "/subscriptions",
    "organizations_url": "/orgs",
    "repos_url": "/repos",
    "events_url": "/events{/privacy}",
    "received_events_url": "/received_events",
}
_OF_ORGANIZATION = {
    "repos_url": "/repos",
    "events_url": "/events",
    "hooks_url": "/hooks",
    "issues_url": "/issues",
    "members_url": "/members{/member}",
    "public_members_url": "/public_members{/member}",
}
_OF_REPOSITORY = {
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
_UNSIGNED = ("signature", "payload", "verified_at")
_LEVELS = ("none", "read", "triage", "write", "maintain", "admin")


def user(state: ForgeState, login: str) -> Json:
    account = state.account(login)
    url = f"{state.api}/users/{quote(account.login)}"
    page = f"apps/{account.login.removesuffix('[bot]')}" if account.kind == "Bot" else account.login
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(
            {"Bot": "BOT", "Organization": "O", "User": "U"}[account.kind], account.login
        ),
        "avatar_url": f"{state.web}/avatars/u/{account.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{state.web}/{page}",
        **{key: url + path for key, path in _OF_USER.items()},
        "type": account.kind,
        "site_admin": False,
    }


def organization(state: ForgeState, login: str) -> Json:
    account = state.account(login)
    url = f"{state.api}/orgs/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id("O", account.login),
        "url": url,
        **{key: url + path for key, path in _OF_ORGANIZATION.items()},
        "avatar_url": f"{state.web}/avatars/u/{account.id}",
        "description": "",
    }


def association(state: ForgeState, repo: RepositoryRecord, login: str) -> str:
    """How GitHub calls the relation of an author to a repository."""
    if login.lower() == repo.owner.lower():
        return "OWNER"
    if login.lower() not in {name.lower() for name in repo.people}:
        return "NONE"
    return "MEMBER" if state.account(repo.owner).kind == "Organization" else "COLLABORATOR"


def repository(state: ForgeState, repo: RepositoryRecord) -> Json:
    """A repository as a list or a webhook shows it; `full_repository` is the page of one."""
    url, page = f"{state.api}/repos/{repo.name}", f"{state.web}/{repo.name}"
    host = state.web.partition("://")[2]
    waiting = sum(issue.state == "open" for issue in repo.issues.values())
    return {
        "id": repo.id,
        "node_id": node_id("R", repo.name),
        "name": repo.short,
        "full_name": repo.name,
        "private": repo.private,
        "owner": user(state, repo.owner),
        "html_url": page,
        "description": None,
        "fork": False,
        "url": url,
        **{key: url + path for key, path in _OF_REPOSITORY.items()},
        "created_at": repo.created_at,
        "updated_at": repo.created_at,
        "pushed_at": repo.created_at,
        "git_url": f"git://{host}/{repo.name}.git",
        "ssh_url": f"git@{host}:{repo.name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": 1,
        **dict.fromkeys(
            ("stargazers_count", "watchers_count", "watchers", "forks_count", "forks"), 0
        ),
        "language": None,
        **dict.fromkeys(("has_issues", "has_projects", "has_downloads", "has_wiki"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "disabled", "is_template"), False),
        "archived": repo.archived,
        "mirror_url": None,
        "open_issues_count": waiting,
        "open_issues": waiting,
        "license": None,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "topics": [],
        "custom_properties": {},
        "visibility": "private" if repo.private else "public",
        "default_branch": repo.default_branch,
    }


def full_repository(state: ForgeState, repo: RepositoryRecord) -> Json:
    return {**repository(state, repo), "network_count": 0, "subscribers_count": 0}


def pushed_repository(state: ForgeState, repo: RepositoryRecord) -> Json:
    """As `push` has it: two of the times are numbers there, and the owner has a name
    (webhooks-examples, push).
    """
    seen = epoch(repo.created_at)
    more = {
        "created_at": seen,
        "pushed_at": seen,
        "stargazers": 0,
        "master_branch": repo.default_branch,
    }
    owner = {**user(state, repo.owner), "name": repo.owner, "email": None}
    return {**repository(state, repo), **more, "owner": owner}


def epoch(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def permission(state: ForgeState, repo: RepositoryRecord, login: str) -> Json:
    """`permission` knows four words: maintain shows as write, triage as read."""
    role = repo.permission(login)
    word = {"maintain": "write", "triage": "read"}.get(role, role)
    rank = _LEVELS.index(role)
    rights = {("pull", "triage", "push", "maintain", "admin")[n]: rank > n for n in range(5)}
    return {
        "permission": word,
        "role_name": role,
        "user": {**user(state, login), "role_name": role, "permissions": rights},
    }


def app(state: ForgeState, one: AppRecord) -> Json:
    return {
        "id": one.id,
        "client_id": f"Iv23li{one.id:014d}",
        "slug": one.slug,
        "node_id": node_id("A", one.id),
        "owner": user(state, one.owner),
        "name": "GitHub Actions" if one.id == ACTIONS else one.slug,
        "description": "",
        "external_url": f"{state.web}/apps/{one.slug}",
        "html_url": f"{state.web}/apps/{one.slug}",
        "created_at": one.created_at,
        "updated_at": one.created_at,
        "permissions": one.permissions,
        "events": list(one.events),
    }


def installation(state: ForgeState, one: InstallationRecord) -> Json:
    its = state.apps[one.app]
    account = state.account(one.account)
    return {
        "id": one.id,
        "client_id": f"Iv23li{its.id:014d}",
        "account": user(state, one.account),
        "repository_selection": "selected",
        "access_tokens_url": f"{state.api}/app/installations/{one.id}/access_tokens",
        "repositories_url": f"{state.api}/installation/repositories",
        "html_url": f"{state.web}/settings/installations/{one.id}",
        "app_id": its.id,
        "app_slug": its.slug,
        "target_id": account.id,
        "target_type": account.kind,
        "permissions": one.permissions,
        "events": list(its.events),
        "created_at": one.created_at,
        "updated_at": one.created_at,
        "single_file_name": None,
        "has_multiple_single_files": False,
        "single_file_paths": [],
        "suspended_by": user(state, one.account) if one.suspended_at else None,
        "suspended_at": one.suspended_at,
    }


def commit(state: ForgeState, repo: RepositoryRecord, one: CommitRecord) -> Json:
    url, page = f"{state.api}/repos/{repo.name}", f"{state.web}/{repo.name}"
    tree: Json = {"sha": one.tree, "url": f"{url}/git/trees/{one.tree}"}
    return {
        "sha": one.sha,
        "node_id": node_id("C", repo.name, one.sha),
        "commit": {
            "author": _git_user(one.author),
            "committer": _git_user(one.committer),
            "message": one.message,
            "tree": tree,
            "url": f"{url}/git/commits/{one.sha}",
            "comment_count": 0,
            "verification": {"verified": False, "reason": "unsigned", **dict.fromkeys(_UNSIGNED)},
        },
        "url": f"{url}/commits/{one.sha}",
        "html_url": f"{page}/commit/{one.sha}",
        "comments_url": f"{url}/commits/{one.sha}/comments",
        "author": _account(state, one.author),
        "committer": _account(state, one.committer),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in one.parents
        ],
    }


def simple_commit(one: CommitRecord) -> Json:
    """As checks and workflow runs show their head."""
    return {
        "id": one.sha,
        "tree_id": one.tree,
        "message": one.message,
        "timestamp": one.committer.date,
        "author": {"name": one.author.name, "email": one.author.email},
        "committer": {"name": one.committer.name, "email": one.committer.email},
    }


def _git_user(one: GitSignature) -> Json:
    return {"name": one.name, "email": one.email, "date": one.date}


def _account(state: ForgeState, one: GitSignature) -> Json | None:
    """A noreply address links a commit to an account: "1234+login@users.noreply.github.com"."""
    local, _, host = one.email.partition("@")
    return user(state, local.rpartition("+")[2]) if host == "users.noreply.github.com" else None
