"""Find how a repository checks itself, for the sandbox to run."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.checks.check_files import MOST_BYTES, list_check_files
from bot.checks.find_checks import find_project_checks
from bot.ports import Ports
from bot.run import Summary, step
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import TreeFiles
from bot.tools.tree_reader import decode_texts
from bot.values import ProjectChecks, RepoConfig, Tree


def _summarize_checks(project: ProjectChecks) -> Summary:
    names = ", ".join(check.name for check in project.checks if not check.obstacle)
    return "find checks", Text(strip_control(names or "none that can run here"))


@step("find_checks", _summarize_checks)
def find_checks(ports: Ports, tree: Tree, config: RepoConfig) -> ProjectChecks:
    """Find the checks of a tree, and the set-ups that they need, from its files alone."""
    files = TreeFiles(ports.mirrors, tree)
    paths = files.paths()
    contents = files.read(list_check_files(paths))
    small = {path: data for path, data in contents.items() if len(data) <= MOST_BYTES}
    machine = ports.sandbox.find_machine()
    project = find_project_checks(paths, decode_texts(small), config, machine)
    return replace(project, writes_locks=True)
