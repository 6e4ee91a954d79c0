"""Fetch the base commit into the mirror. There is no work tree."""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text.terminal_text import strip_control
from bot.values import Request, Tree


def _summarize_tree(tree: Tree) -> Summary:
    return "check out", Text(strip_control(f"{tree.branch} at {tree.sha[:7]}, into a bare mirror"))


@step("checkout", _summarize_tree)
def checkout(ports: Ports, request: Request) -> Tree:
    """Fetch the default branch as it is now."""
    repo = request.repo
    branch = request.default_branch or ports.repositories.fetch_info(repo).default_branch
    return ports.mirrors.fetch(repo, ports.credentials.fetch_remote(repo), branch)
