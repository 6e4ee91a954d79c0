"""Serve the REST API of merging pull requests, and of what they hold."""

from __future__ import annotations

from typing import get_args

from bot.forge.diff_places import NumberedDiff, parse_diff
from bot.forge.forge_merges import ForgeMerges, MergeMethod, MergeWish, NotMergeableError
from bot.forge.forge_records import PullRecord
from bot.forge.forge_state import Json
from bot.forge.pull_views import render_full_pull
from bot.forge.repository_views import render_commit
from bot.forge.rest_api import RestRequest, RestResponse, RestRoute, paginate
from bot.forge.rest_pulls import PULL, READ, find_pull
from bot.forge.rest_refusal import RestRefusal, refuse_unknown

MERGE, CODE = f"{PULL}/merge", "contents=write"
MOVED = "Head branch was modified. Review and try the merge again."


class MergeRoutes:
    """Answers what an App asks about merging a pull request, and merges it."""

    def __init__(self, merges: ForgeMerges) -> None:
        self._merges = merges

    def table(self) -> tuple[RestRoute, ...]:
        """Return the routes."""
        return (
            RestRoute("GET", PULL, self._get_pull, READ),
            RestRoute("GET", f"{PULL}/commits", _list_commits, READ),
            RestRoute("GET", f"{PULL}/files", _list_files, READ),
            RestRoute("GET", MERGE, _get_merge, READ),
            RestRoute("PUT", MERGE, self._merge, CODE),
        )

    def _get_pull(self, request: RestRequest) -> RestResponse:
        """Answer what is known; whoever asks makes GitHub test whether it merges."""
        pull = find_pull(request)
        view = render_full_pull(request.state, request.repository, pull)
        if view["mergeable"] is None:
            self._merges.test(request.repository, pull)
        return RestResponse(200, view)

    def _merge(self, request: RestRequest) -> RestResponse:
        pull, wish = find_pull(request), _read_wish(request)
        if request.text("sha") not in (None, pull.head_sha):
            raise RestRefusal(409, MOVED)
        try:
            sha = self._merges.merge(request.repository, pull, request.login, wish)
        except NotMergeableError as error:
            raise RestRefusal(405, str(error)) from None
        message = "Pull Request successfully merged"
        return RestResponse(200, {"sha": sha, "merged": True, "message": message})


def _read_wish(request: RestRequest) -> MergeWish:
    wanted = request.text("merge_method") or "merge"
    for method in get_args(MergeMethod):
        if wanted == method:
            title, message = request.text("commit_title"), request.text("commit_message")
            return MergeWish(method, title or "", message or "")
    raise RestRefusal(405, "Rebase merges are not allowed on this repository.")


def _get_merge(request: RestRequest) -> RestResponse:
    if not find_pull(request).merged_at:
        raise refuse_unknown()
    return RestResponse(204)


def _list_commits(request: RestRequest) -> RestResponse:
    pull, store, name = find_pull(request), request.state.store, request.repository.name
    commits = store.compare(name, pull.base_sha, pull.head_sha).commits
    return paginate(
        request,
        commits,
        lambda sha: render_commit(request.state, request.repository, store.read_commit(name, sha)),
    )


def _list_files(request: RestRequest) -> RestResponse:
    pull, store, name = find_pull(request), request.state.store, request.repository.name
    diffs = parse_diff(store.diff(name, pull.base_sha, pull.head_sha))
    blobs = {entry.path: entry.sha for entry in store.list_files(name, pull.head_sha)}
    return paginate(
        request,
        diffs.values(),
        lambda diff: _render_file(request, pull, diff, blobs.get(diff.path)),
    )


def _render_file(
    request: RestRequest, pull: PullRecord, diff: NumberedDiff, blob: str | None
) -> Json:
    """Render a file of a pull request, with its diff below the names."""
    signs = [line.text[:1] for line in diff.lines]
    added, removed = signs.count("+"), signs.count("-")
    web = f"{request.state.web}/{request.repository.name}"
    api = f"{request.state.api}/repos/{request.repository.name}"
    view: Json = {
        "sha": blob,
        "filename": diff.path,
        "status": diff.status,
        "additions": added,
        "deletions": removed,
        "changes": added + removed,
        "blob_url": f"{web}/blob/{pull.head_sha}/{diff.path}",
        "raw_url": f"{web}/raw/{pull.head_sha}/{diff.path}",
        "contents_url": f"{api}/contents/{diff.path}?ref={pull.head_sha}",
    }
    if diff.lines:
        view["patch"] = "\n".join(line.text for line in diff.lines)
    if diff.status == "renamed":
        view["previous_filename"] = diff.old_path
    return view
