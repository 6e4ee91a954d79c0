"""Refactor the code with the deterministic tools: no model is asked."""

from __future__ import annotations

from rich.text import Text

from bot.gates import explain_protected_path, gate_rules
from bot.ports import Ports
from bot.refactor import RefactoredCode, RefactoringCommand, refactor_texts
from bot.run import Summary, step
from bot.text import count_noun
from bot.text.terminal_text import strip_control
from bot.tools.refactor_tree import TOO_LARGE, read_code
from bot.values import RepoConfig, Tree


def _summarize_code(code: RefactoredCode) -> Summary:
    """Say in a line how much changed, or why nothing did."""
    title = f"refactor {code.command.act}"
    if code.obstacle:
        return title, Text(strip_control(code.obstacle), "red")
    if code.is_refused:
        return title, Text(f"{count_noun(len(code.unproven), 'place')} cannot be proved", "red")
    changed = f"{count_noun(code.places, 'place')} in {count_noun(len(code.files), 'file')}"
    return title, Text(changed)


@step("refactor_code", _summarize_code)
def refactor_code(
    ports: Ports, tree: Tree, config: RepoConfig, command: RefactoringCommand
) -> RefactoredCode:
    """Refactor all code of the tree, and the documents that the repository lets us change."""
    texts = read_code(ports, tree)
    if texts is None:
        return RefactoredCode(command, obstacle=TOO_LARGE)
    rules = gate_rules(config)
    return refactor_texts(
        texts,
        command,
        ports.checkers.types,
        lambda path: bool(explain_protected_path(path, rules.allowed, rules.protected)),
    )
