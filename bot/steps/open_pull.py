"""Open the run's one pull request, or bring it up to date."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.edits import parse_change_diff, render_size
from bot.ports import Ports
from bot.run import Summary, step
from bot.steps.redact import redact
from bot.text.git_messages import drop_skip_marks
from bot.values import Branch, PullRequest, PullRequestContent, RunState, Tree
from bot.views.pull_body import render_body, render_title

UNJUDGED = ("running", "slow", "stopped")  # attempts of which CI has not said how they are
TEMPLATES = tuple(
    f"{folder}pull_request_template{kind}"
    for folder in (".github/", "", "docs/")
    for kind in (".md", ".txt")
)


def _summarize_pull(pull: PullRequest) -> Summary:
    state, style = ("a draft", "") if pull.draft else ("ready for review", "green")
    return "pull request", Text(f"#{pull.number}, {state}", style)


@step("open_pull", _summarize_pull)
def open_pull(ports: Ports, state: RunState, warning: str, *, draft: bool) -> PullRequest:
    """Open the run's one pull request, or bring it up to date when it is open already.

    `warning` says why it is not green; empty when it is.
    """
    size = render_size(parse_change_diff(ports.mirrors.diff(state.base, state.patch)))
    body = render_body(state, warning, _read_template(ports, state.base), size)
    request = state.request
    title = render_title(redact(ports, state.delivery.finish.title), request.number)
    # Nobody is asked to review what CI has not judged.
    reviewer = "" if state.attempts[-1].state in UNJUDGED else request.asker
    # A squash merge makes a commit of it; where a secret was taken out, a mark may have come to be.
    text = drop_skip_marks(redact(ports, body))
    content = PullRequestContent(title, text, draft, reviewer)
    base = _find_base(ports, state)
    pull = ports.pulls.open_pull(request.repo, state.own_branch, base, content)
    return replace(pull, title=title, size=size)


def _find_base(ports: Ports, state: RunState) -> Branch:
    """Find what it is merged into: of a part whose base was merged and deleted meanwhile, the
    default branch.
    """
    repo, base = state.request.repo, state.base.branch
    is_stacked = state.place is not None and state.place.base == base
    if is_stacked and ports.mirrors.head(repo, ports.credentials.fetch_remote(repo), base) is None:
        return ports.repositories.fetch_info(repo).default_branch
    return base


@step("was_closed")
def pull_was_closed(ports: Ports, tree: Tree, branch: Branch) -> bool:
    """Ask whether the run's pull request was closed or merged; no other run has this branch."""
    pull = ports.pulls.find_pull(tree.repo, branch)
    return pull is not None and not pull.open


@step("update_pull")
def update_pull(ports: Ports, state: RunState, warning: str) -> bool:
    """Bring the words of the run's pull request up to date; False when none is open any more."""
    pull = ports.pulls.find_pull(state.request.repo, state.own_branch)
    if pull is None or not pull.open:
        return False
    open_pull(ports, state, warning, draft=pull.draft)
    return True


def _read_template(ports: Ports, tree: Tree) -> str:
    """Read the repository's own template, in any case of letters, as GitHub looks for it.

    Empty when there is none.
    """
    paths = {entry.path.lower(): entry.path for entry in ports.mirrors.entries(tree)}
    known = [paths[template] for template in TEMPLATES if template in paths]
    contents = ports.mirrors.read(tree, known)
    data = next((contents[path] for path in known if contents.get(path)), b"")
    return data.decode("utf-8", "replace")
