"""Here lives the REST API of repositories: what they are, who may, their files, refs and commits."""

from __future__ import annotations

from base64 import encodebytes
from urllib.parse import quote

from bot.forge.forge_state import Json, node_id
from bot.forge.git_store import TreeEntry
from bot.forge.repository_views import commit, full_repository, permission
from bot.forge.rest_api import RestRequest, RestResponse, Route, paged
from bot.forge.rest_refusal import RestRefusal

HERE = "/repos/{owner}/{repo}"
CODE = "contents=read"
# https://docs.github.com/en/rest/repos/contents: larger files have no content in the answer.
LARGEST_INLINE = 1024 * 1024


class CodeRoutes:
    """What an App asks about a repository and its code."""

    def table(self) -> tuple[Route, ...]:
        return (
            Route("GET", HERE, self._repository),
            Route("GET", f"{HERE}/collaborators/{{login}}/permission", self._permission),
            Route("GET", f"{HERE}/contents/{{path*}}", self._contents, CODE),
            Route("GET", f"{HERE}/git/ref/{{ref*}}", self._ref, CODE),
            Route("GET", f"{HERE}/git/matching-refs/{{ref*}}", self._matching, CODE),
            Route("GET", f"{HERE}/branches", self._branches, CODE),
            Route("GET", f"{HERE}/branches/{{branch*}}", self._branch, CODE),
            Route("GET", f"{HERE}/commits/{{ref*}}", self._commit, CODE),
        )

    def _repository(self, ask: RestRequest) -> RestResponse:
        return RestResponse(200, full_repository(ask.state, ask.repo))

    def _permission(self, ask: RestRequest) -> RestResponse:
        login = ask.args["login"]
        if not ask.state.knows(login):
            raise RestRefusal(404, f"{login} is not a user")
        return RestResponse(200, permission(ask.state, ask.repo, login))

    # --- files

    def _contents(self, ask: RestRequest) -> RestResponse:
        path = ask.args["path"].strip("/")
        sha = ask.state.store.resolve(
            ask.repo.name, ask.query.get("ref") or ask.repo.default_branch
        )
        if not sha:
            raise RestRefusal(404, f"No commit found for the ref {ask.query.get('ref', '')}")
        found = ask.state.store.blobs(ask.repo.name, sha, path)
        exact = next((blob for blob in found if blob.path == path), None)
        if exact:
            return self._file(ask, exact)
        if not found:
            raise RestRefusal(404, "Not Found")
        return RestResponse(200, [_entry(ask, name, kind) for name, kind in _children(found, path)])

    def _file(self, ask: RestRequest, blob: TreeEntry) -> RestResponse:
        content = ask.state.store.read(ask.repo.name, blob.sha)
        if "raw" in ask.headers.get("accept", ""):
            return RestResponse(
                200, content, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"}
            )
        view = _entry(ask, blob, "symlink" if blob.mode == "120000" else "file")
        if view["type"] == "symlink":
            return RestResponse(200, {**view, "target": content.decode("utf-8", "replace")})
        inline = blob.size <= LARGEST_INLINE
        encoded = encodebytes(content).decode() if inline else ""
        return RestResponse(
            200, {**view, "content": encoded, "encoding": "base64" if inline else "none"}
        )

    # --- refs and commits

    def _ref(self, ask: RestRequest) -> RestResponse:
        name = ask.args["ref"]
        sha = (
            ask.state.store.head(ask.repo.name, name.removeprefix("heads/"))
            if name.startswith("heads/")
            else ""
        )
        if not sha:
            raise RestRefusal(404, "Not Found")
        return RestResponse(200, _ref_view(ask, name, sha))

    def _matching(self, ask: RestRequest) -> RestResponse:
        heads = ask.state.store.branches(ask.repo.name)
        found = [
            (f"heads/{name}", sha)
            for name, sha in heads.items()
            if f"heads/{name}".startswith(ask.args["ref"])
        ]
        return paged(ask, found, lambda one: _ref_view(ask, *one))

    def _branches(self, ask: RestRequest) -> RestResponse:
        url = f"{ask.state.api}/repos/{ask.repo.name}/commits"
        return paged(
            ask,
            ask.state.store.branches(ask.repo.name).items(),
            lambda one: {
                "name": one[0],
                "commit": {"sha": one[1], "url": f"{url}/{one[1]}"},
                "protected": False,
            },
        )

    def _branch(self, ask: RestRequest) -> RestResponse:
        name = ask.args["branch"]
        sha = ask.state.store.head(ask.repo.name, name)
        if not sha:
            raise RestRefusal(404, "Branch not found")
        url = f"{ask.state.api}/repos/{ask.repo.name}/branches/{quote(name)}"
        view: Json = {
            "name": name,
            "commit": commit(ask.state, ask.repo, ask.state.store.details(ask.repo.name, sha)),
            "_links": {"self": url, "html": f"{ask.state.web}/{ask.repo.name}/tree/{quote(name)}"},
            "protected": False,
            "protection": {"enabled": False},
            "protection_url": f"{url}/protection",
        }
        return RestResponse(200, view)

    def _commit(self, ask: RestRequest) -> RestResponse:
        sha = commit_named(ask, ask.args["ref"])
        return RestResponse(
            200, commit(ask.state, ask.repo, ask.state.store.details(ask.repo.name, sha))
        )


def commit_named(ask: RestRequest, ref: str) -> str:
    """The sha that a ref of the path names."""
    sha = ask.state.store.resolve(ask.repo.name, ref.removeprefix("heads/"))
    if not sha:
        raise RestRefusal(422, f"No commit found for SHA: {ref}")
    return sha


def _children(found: tuple[TreeEntry, ...], folder: str) -> list[tuple[TreeEntry, str]]:
    """What lies directly in a folder, as the API lists it."""
    children: dict[str, tuple[TreeEntry, str]] = {}
    above = f"{folder}/" if folder else ""
    for blob in found:
        name, deeper, _ = blob.path.removeprefix(above).partition("/")
        path = above + name
        children[path] = (
            (TreeEntry(path, "040000", blob.sha, 0), "dir") if deeper else (blob, "file")
        )
    return list(children.values())


def _entry(ask: RestRequest, blob: TreeEntry, kind: str) -> Json:
    url, page = f"{ask.state.api}/repos/{ask.repo.name}", f"{ask.state.web}/{ask.repo.name}"
    own = f"{url}/contents/{quote(blob.path)}"
    git, html = (
        f"{url}/git/blobs/{blob.sha}",
        f"{page}/blob/{ask.repo.default_branch}/{quote(blob.path)}",
    )
    return {
        "name": blob.path.rpartition("/")[2],
        "path": blob.path,
        "sha": blob.sha,
        "size": blob.size,
        "url": own,
        "html_url": html,
        "git_url": git,
        "download_url": f"{page}/raw/{ask.repo.default_branch}/{quote(blob.path)}"
        if kind == "file"
        else None,
        "type": kind,
        "_links": {"self": own, "git": git, "html": html},
    }


def _ref_view(ask: RestRequest, name: str, sha: str) -> Json:
    url = f"{ask.state.api}/repos/{ask.repo.name}/git"
    return {
        "ref": f"refs/{name}",
        "node_id": node_id("REF", ask.repo.name, name),
        "url": f"{url}/refs/{quote(name)}",
        "object": {"sha": sha, "type": "commit", "url": f"{url}/commits/{sha}"},
    }
