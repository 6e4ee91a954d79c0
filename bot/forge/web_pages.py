"""Serve the pages that people open in a browser: issues, pull requests, commits and job logs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from bot.forge.conversation_page import ShownThread, list_posts, list_threads
from bot.forge.forge_records import IssueRecord, PullRecord
from bot.forge.forge_state import ForgeState, RepositoryRecord

# What bots and people write is shown with its HTML, as on GitHub, so nothing of it may run.
GUARDS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
BOXES = (("[x] ", "☑ "), ("[ ] ", "☐ "))
REFERENCE = re.compile(r"(?<![\w&/#])#(\d+)\b")
DIFF_STYLES = (("+++", "head"), ("---", "head"), ("diff ", "head"), ("@@", "hunk"))
DIFF_SIGNS = {"+": "added", "-": "removed"}


@dataclass(frozen=True, slots=True)
class WebPages:
    """The pages of public repositories; nobody is signed in, so others are not there."""

    state: ForgeState

    def answer(self, request: Request) -> Response | None:
        """Answer a GET of a page; None for what is none, such as git's own addresses."""
        if request.method not in {"GET", "HEAD"}:
            return None
        for pattern, show in _PAGES:
            if match := re.fullmatch(pattern, request.url.path):
                with self.state.lock:
                    response = show(self.state, **match.groupdict())
                response = response or _render("missing.html", status=404, title="Not found")
                response.headers.update(GUARDS)
                return response
        return None


def _show_home(state: ForgeState) -> Response:
    repositories = [record for record in state.repositories.values() if not record.private]
    return _render("home.html", title="Repositories", repositories=repositories)


def _show_repository(state: ForgeState, repo: str) -> Response | None:
    repository = _find_public(state, repo)
    if not repository:
        return None
    issues = sorted(repository.issues.values(), key=lambda issue: -issue.number)
    pulls = [issue for issue in issues if isinstance(issue, PullRecord)]
    plain = [issue for issue in issues if not isinstance(issue, PullRecord)]
    return _render(
        "repository.html", title=repository.name, repo=repository, pulls=pulls, issues=plain
    )


def _show_issue(state: ForgeState, repo: str, number: str) -> Response | None:
    """Show an issue; a pull request with its checks and its diff."""
    repository = _find_public(state, repo)
    issue = repository.issues.get(int(number)) if repository else None
    if not repository or not issue:
        return None
    pull = issue if isinstance(issue, PullRecord) else None
    jobs = [job for job in repository.jobs.values() if pull and job.sha == pull.head_sha]
    return _render(
        "issue.html",
        title=f"{issue.title} #{issue.number}",
        repo=repository,
        issue=issue,
        pull=pull,
        state=_describe_state(issue),
        posts=list_posts(repository, issue),
        threads=_show_threads(repository, issue.number),
        render=partial(_render_markdown, repository),
        jobs=jobs,
        diff=_style_diff(_diff_pull(state, repository, pull)) if pull else (),
    )


def _show_threads(
    repository: RepositoryRecord, number: int
) -> list[tuple[ShownThread, list[tuple[str, str]]]]:
    """List the threads, each with the lines that it is about and their styles."""
    return [(thread, _style_diff(thread.hunk)) for thread in list_threads(repository, number)]


def _show_diff(state: ForgeState, repo: str, number: str) -> Response | None:
    repository = _find_public(state, repo)
    pull = repository.find_pull(int(number)) if repository else None
    if not repository or not pull:
        return None
    return PlainTextResponse(_diff_pull(state, repository, pull))


def _show_commit(state: ForgeState, repo: str, sha: str) -> Response | None:
    repository = _find_public(state, repo)
    text = state.store.show_commit(repository.name, sha) if repository else ""
    if not repository or not text:
        return None
    return _render(
        "commit.html", title=f"Commit {sha[:7]}", repo=repository, diff=_style_diff(text)
    )


def _show_branch(state: ForgeState, repo: str, branch: str) -> Response | None:
    """Show the commits of a branch, newest first."""
    repository = _find_public(state, repo)
    head = state.store.find_head(repository.name, branch) if repository else ""
    if not repository or not head:
        return None
    commits = state.store.list_subjects(repository.name, head)
    return _render("branch.html", title=branch, repo=repository, commits=commits)


def _show_job(state: ForgeState, repo: str, run: str, job: str | None = None) -> Response | None:
    """Show the log of a job, or of all jobs of a run."""
    repository = _find_public(state, repo)
    if not repository:
        return None
    jobs = [record for record in repository.jobs.values() if str(record.run) == run]
    if job:
        jobs = [record for record in jobs if str(record.id) == job]
    if not jobs:
        return None
    log = b"\n".join(record.log for record in jobs)
    return PlainTextResponse(log or "No log yet.\n")


Show = Callable[..., Response | None]
_REPO = r"/(?P<repo>[\w-][\w.-]*/[\w.-]+?)"
_PAGES: tuple[tuple[str, Show], ...] = (
    (r"/", _show_home),
    (_REPO, _show_repository),
    (rf"{_REPO}/(?:issues|pull)/(?P<number>\d{{1,9}})(?:/files)?", _show_issue),
    (rf"{_REPO}/pull/(?P<number>\d{{1,9}})\.diff", _show_diff),
    (rf"{_REPO}(?:/pull/\d+)?/commits?/(?P<sha>[0-9a-f]{{7,40}})(?:/checks)?", _show_commit),
    (rf"{_REPO}/tree/(?P<branch>[\w./-]+)", _show_branch),
    (rf"{_REPO}/actions/runs/(?P<run>\d{{1,12}})(?:/job/(?P<job>\d{{1,12}}))?", _show_job),
)


def _find_public(state: ForgeState, name: str) -> RepositoryRecord | None:
    repository = state.repositories.get(name.lower())
    return None if repository is None or repository.private else repository


def _describe_state(issue: IssueRecord) -> str:
    if isinstance(issue, PullRecord) and issue.merged_at:
        return "merged"
    is_draft = isinstance(issue, PullRecord) and issue.draft and issue.state == "open"
    return "draft" if is_draft else issue.state


def _diff_pull(state: ForgeState, repository: RepositoryRecord, pull: PullRecord) -> str:
    return state.store.diff(repository.name, pull.base_sha or pull.base, pull.head_sha or pull.head)


def _style_diff(text: str) -> list[tuple[str, str]]:
    """Give each line of a diff with the name of its style."""
    lines = []
    for line in text.splitlines():
        styles = [style for start, style in DIFF_STYLES if line.startswith(start)]
        lines.append((line, styles[0] if styles else DIFF_SIGNS.get(line[:1], "")))
    return lines


def _render_markdown(repository: RepositoryRecord, body: str) -> str:
    """Render what somebody wrote, with links where issues are named."""
    for box, sign in BOXES:
        body = body.replace(f"- {box}", f"- {sign}")
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = parser.parse(body)
    for token in tokens:
        for child in token.children or ():
            if child.type == "text" and REFERENCE.search(child.content):
                child.type = "html_inline"
                child.content = _link_references(repository, child.content)
    return str(parser.renderer.render(tokens, parser.options, {}))


def _link_references(repository: RepositoryRecord, text: str) -> str:
    link = rf'<a href="/{repository.name}/issues/\1">#\1</a>'
    return REFERENCE.sub(link, escape(text))


def _render(template: str, status: int = 200, **values: object) -> Response:
    templates = Environment(
        loader=PackageLoader("bot.forge"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return HTMLResponse(templates.get_template(template).render(**values), status)
