"""Find the new lines that are least like the repository's own code, for reviewers to look at."""

from __future__ import annotations

from rich.text import Text

from bot.ports import Ports
from bot.run import Summary, step
from bot.text.terminal_text import strip_control
from bot.values import Patch, Tree
from bot.values.surprise import SurprisingLine


def _summarize_lines(lines: tuple[SurprisingLine, ...]) -> Summary | None:
    if not lines:
        return None
    places = ", ".join(f"{line.path}:{line.line}" for line in lines)
    return "surprising lines", Text(strip_control(places))


@step("find_surprising_lines", _summarize_lines)
def find_surprising_lines(ports: Ports, tree: Tree, patch: Patch) -> tuple[SurprisingLine, ...]:
    """Find the new lines that are least like the code of the tree; none without a model of it."""
    if ports.line_surprise is None:
        return ()
    return ports.line_surprise.find_surprising_lines(tree, patch)
