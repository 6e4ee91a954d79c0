"""Serve the REST API of git's objects: trees, commits and refs, made one by one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from bot.forge.commit_writer import CommitWriter, NewFile
from bot.forge.forge_state import Json, make_node_id
from bot.forge.git_http import RefUpdate
from bot.forge.git_store import ZERO_SHA
from bot.forge.repository_views import render_git_commit, repository_api_url
from bot.forge.rest_api import NOT_GRANTED, RestRequest, RestResponse, RestRoute
from bot.forge.rest_refusal import RestRefusal

GIT = "/repos/{owner}/{repo}/git"
WRITE = "contents=write"
BRANCH = "refs/heads/"


class GitDataRoutes:
    """Makes what an App wants to be in a repository, without a push."""

    def __init__(self, commits: CommitWriter) -> None:
        self._commits = commits

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("POST", f"{GIT}/trees", self._create_tree, WRITE),
            RestRoute("POST", f"{GIT}/commits", self._create_commit, WRITE),
            RestRoute("POST", f"{GIT}/refs", self._create_ref, WRITE),
        )

    def _create_tree(self, request: RestRequest) -> RestResponse:
        listed = request.data().get("tree")
        entries = listed if isinstance(listed, list) else []
        edits = dict(_read_entry(request, entry) for entry in entries)
        base = request.text("base_tree") or ""
        try:
            sha = self._commits.write_tree(request.repository, base, edits)
        except ValueError:
            raise RestRefusal(422, "GitRPC::BadObjectState") from None
        url = f"{repository_api_url(request.state, request.repository)}/git"
        listing = request.state.store.run_git(request.repository.name, "ls-tree", "-z", sha) or b""
        lines = listing.decode("utf-8", "replace").split("\0")[:-1]
        tree = [_render_entry(line) for line in lines]
        view: Json = {"sha": sha, "url": f"{url}/trees/{sha}", "tree": tree, "truncated": False}
        return RestResponse(201, view)

    def _create_commit(self, request: RestRequest) -> RestResponse:
        listed = request.data().get("parents")
        parents = tuple(map(str, listed)) if isinstance(listed, list) else ()
        message, tree = request.require_text("message"), request.require_text("tree")
        repository = request.repository
        try:
            sha = self._commits.write_commit(repository, tree, parents, message, request.login)
        except ValueError:
            raise RestRefusal(422, "Tree SHA does not exist") from None
        commit = request.state.store.read_commit(repository.name, sha)
        return RestResponse(201, render_git_commit(request.state, repository, commit))

    def _create_ref(self, request: RestRequest) -> RestResponse:
        ref, sha = request.require_text("ref"), request.require_text("sha")
        store, repository = request.state.store, request.repository
        if not ref.startswith(BRANCH) or not ref.removeprefix(BRANCH):
            raise RestRefusal(422, "Reference name must start with 'refs/heads/' here.")
        if not store.resolve(repository.name, sha):
            raise RestRefusal(422, "Object does not exist")
        if store.find_head(repository.name, ref.removeprefix(BRANCH)):
            raise RestRefusal(422, "Reference already exists")
        if self._commits.find_refused_workflow(repository, sha, request.token):
            raise RestRefusal(403, NOT_GRANTED)
        update = RefUpdate(ref, ZERO_SHA, sha)
        try:
            self._commits.move_branch(repository, update, request.login)
        except ValueError:
            raise RestRefusal(422, "Reference update failed") from None
        url = f"{repository_api_url(request.state, repository)}/git"
        view: Json = {
            "ref": ref,
            "node_id": make_node_id("REF", repository.name, ref.removeprefix("refs/")),
            "url": f"{url}/{quote(ref)}",
            "object": {"sha": sha, "type": "commit", "url": f"{url}/commits/{sha}"},
        }
        return RestResponse(201, view)


def _read_entry(request: RestRequest, entry: Mapping[str, object]) -> tuple[str, NewFile | None]:
    path, mode = str(entry.get("path")), str(entry.get("mode"))
    content, sha = entry.get("content"), entry.get("sha")
    if isinstance(content, str):
        return path, NewFile(content.encode(), mode)
    if sha is None:
        return path, None
    blob = request.state.store.read_blob(request.repository.name, str(sha))
    return path, NewFile(blob, mode)


def _render_entry(line: str) -> Json:
    head, path = line.split("\t", 1)
    mode, kind, sha = head.split()
    return {"path": path, "mode": mode, "type": kind, "sha": sha}
