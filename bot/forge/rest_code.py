"""Serve the REST API of repositories: permissions, files, refs and commits."""

from __future__ import annotations

from base64 import encodebytes
from urllib.parse import quote

from bot.forge.forge_state import Json, make_node_id
from bot.forge.git_store import FileEntry
from bot.forge.push_follower import PushFollower
from bot.forge.repository_views import render_commit, render_full_repository, render_permission
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_refusal import RestRefusal, refuse_unknown

REPOSITORY = "/repos/{owner}/{repo}"
CODE = "contents=read"
# https://docs.github.com/en/rest/repos/contents: larger files have no content in the answer.
LARGEST_INLINE_BYTES = 1024 * 1024


class CodeRoutes:
    """Answers what an App asks about a repository and its code, and deletes branches."""

    def __init__(self, pushes: PushFollower) -> None:
        self._pushes = pushes

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        permission = f"{REPOSITORY}/collaborators/{{login}}/permission"
        return (
            RestRoute("GET", REPOSITORY, _get_repository),
            RestRoute("GET", permission, _get_permission),
            RestRoute("GET", f"{REPOSITORY}/contents/{{path*}}", _get_contents, CODE),
            RestRoute("GET", f"{REPOSITORY}/git/ref/{{ref*}}", _get_ref, CODE),
            RestRoute(
                "DELETE", f"{REPOSITORY}/git/refs/{{ref*}}", self._delete_ref, "contents=write"
            ),
            RestRoute("GET", f"{REPOSITORY}/git/matching-refs/{{ref*}}", _list_refs, CODE),
            RestRoute("GET", f"{REPOSITORY}/branches", _list_branches, CODE),
            RestRoute("GET", f"{REPOSITORY}/branches/{{branch*}}", _get_branch, CODE),
            RestRoute("GET", f"{REPOSITORY}/commits/{{ref*}}", _get_commit, CODE),
        )

    def _delete_ref(self, request: RestRequest) -> RestResponse:
        repository, branch = request.repository, request.args["ref"].removeprefix("heads/")
        if not request.state.store.find_head(repository.name, branch):
            raise RestRefusal(422, "Reference does not exist")
        if branch == repository.default_branch:
            raise RestRefusal(422, "Cannot delete the default branch")
        self._pushes.delete_branch(repository.name, branch, request.login)
        return RestResponse(204)


def find_commit(request: RestRequest, ref: str) -> str:
    """Return the sha that a ref of the path names. Raises RestRefusal."""
    store = request.state.store
    sha = store.resolve(request.repository.name, ref.removeprefix("heads/"))
    if not sha:
        raise RestRefusal(422, f"No commit found for SHA: {ref}")
    return sha


def _get_repository(request: RestRequest) -> RestResponse:
    return RestResponse(200, render_full_repository(request.state, request.repository))


def _get_permission(request: RestRequest) -> RestResponse:
    login = request.args["login"]
    if not request.state.has_account(login):
        raise RestRefusal(404, f"{login} is not a user")
    return RestResponse(200, render_permission(request.state, request.repository, login))


# --- files


def _get_contents(request: RestRequest) -> RestResponse:
    name, store = request.repository.name, request.state.store
    path = request.args["path"].strip("/")
    sha = store.resolve(name, request.query.get("ref") or request.repository.default_branch)
    if not sha:
        raise RestRefusal(404, f"No commit found for the ref {request.query.get('ref', '')}")
    entries = store.list_files(name, sha, path)
    if not entries:
        raise refuse_unknown()
    for entry in entries:
        if entry.path == path:
            return _get_file(request, entry)
    children = _list_children(entries, path)
    return RestResponse(200, [_render_entry(request, child, kind) for child, kind in children])


def _get_file(request: RestRequest, entry: FileEntry) -> RestResponse:
    content = request.state.store.read_blob(request.repository.name, entry.sha)
    if "raw" in request.headers.get("accept", ""):
        media_type = "application/vnd.github.raw+json; charset=utf-8"
        return RestResponse(200, content, {"Content-Type": media_type})
    if entry.mode == "120000":
        view = _render_entry(request, entry, "symlink")
        return RestResponse(200, {**view, "target": content.decode("utf-8", "replace")})
    view = {**_render_entry(request, entry, "file"), "content": "", "encoding": "none"}
    if entry.size <= LARGEST_INLINE_BYTES:
        view |= {"content": encodebytes(content).decode(), "encoding": "base64"}
    return RestResponse(200, view)


def _list_children(entries: tuple[FileEntry, ...], folder: str) -> list[tuple[FileEntry, str]]:
    """Return the files and folders directly in a folder, as the API lists them."""
    children: dict[str, tuple[FileEntry, str]] = {}
    prefix = f"{folder}/" if folder else ""
    for entry in entries:
        name, is_deeper, _ = entry.path.removeprefix(prefix).partition("/")
        path = prefix + name
        children[path] = (entry, "file")
        if is_deeper:
            children[path] = (FileEntry(path, "040000", entry.sha, 0), "dir")
    return list(children.values())


def _render_entry(request: RestRequest, entry: FileEntry, kind: str) -> Json:
    repository = request.repository
    api = f"{request.state.api}/repos/{repository.name}"
    web = f"{request.state.web}/{repository.name}"
    place = f"{repository.default_branch}/{quote(entry.path)}"
    links = {
        "self": f"{api}/contents/{quote(entry.path)}",
        "git": f"{api}/git/blobs/{entry.sha}",
        "html": f"{web}/blob/{place}",
    }
    return {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size,
        "url": links["self"],
        "html_url": links["html"],
        "git_url": links["git"],
        "download_url": f"{web}/raw/{place}" if kind == "file" else None,
        "type": kind,
        "_links": links,
    }


# --- refs and commits


def _get_ref(request: RestRequest) -> RestResponse:
    name = request.args["ref"]
    branches = request.state.store.list_branches(request.repository.name)
    sha = branches.get(name.removeprefix("heads/"))
    if not name.startswith("heads/") or not sha:
        raise refuse_unknown()
    return RestResponse(200, _render_ref(request, name, sha))


def _list_refs(request: RestRequest) -> RestResponse:
    branches = request.state.store.list_branches(request.repository.name)
    refs = [(f"heads/{name}", sha) for name, sha in branches.items()]
    matching = [ref for ref in refs if ref[0].startswith(request.args["ref"])]
    return paginate(request, matching, lambda ref: _render_ref(request, *ref))


def _list_branches(request: RestRequest) -> RestResponse:
    branches = request.state.store.list_branches(request.repository.name)
    url = f"{request.state.api}/repos/{request.repository.name}/commits"

    def render(branch: tuple[str, str]) -> Json:
        name, sha = branch
        return {"name": name, "commit": {"sha": sha, "url": f"{url}/{sha}"}, "protected": False}

    return paginate(request, branches.items(), render)


def _get_branch(request: RestRequest) -> RestResponse:
    repository, branch = request.repository, request.args["branch"]
    sha = request.state.store.find_head(repository.name, branch)
    if not sha:
        raise RestRefusal(404, "Branch not found")
    url = f"{request.state.api}/repos/{repository.name}/branches/{quote(branch)}"
    html_url = f"{request.state.web}/{repository.name}/tree/{quote(branch)}"
    commit = request.state.store.read_commit(repository.name, sha)
    view: Json = {
        "name": branch,
        "commit": render_commit(request.state, repository, commit),
        "_links": {"self": url, "html": html_url},
        "protected": False,
        "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    }
    return RestResponse(200, view)


def _get_commit(request: RestRequest) -> RestResponse:
    sha = find_commit(request, request.args["ref"])
    commit = request.state.store.read_commit(request.repository.name, sha)
    return RestResponse(200, render_commit(request.state, request.repository, commit))


def _render_ref(request: RestRequest, name: str, sha: str) -> Json:
    url = f"{request.state.api}/repos/{request.repository.name}/git"
    return {
        "ref": f"refs/{name}",
        "node_id": make_node_id("REF", request.repository.name, name),
        "url": f"{url}/refs/{quote(name)}",
        "object": {"sha": sha, "type": "commit", "url": f"{url}/commits/{sha}"},
    }
