"""Find the code that a command names: nothing is guessed from the issue's text."""

from __future__ import annotations

from dataclasses import replace

from rich.text import Text

from bot.checks.changed_tests import find_nearest_tests
from bot.checks.line_script import MEASURED
from bot.ports import Ports
from bot.run import Summary, step
from bot.search import CodeFinder
from bot.search.grammars import language_of
from bot.search.source_files import kind_of
from bot.text.terminal_text import strip_control
from bot.tools.tree_files import TreeFiles
from bot.values import NamedCode, Tree

MAX_MATCHES = 2_000


def _summarize_code(code: NamedCode) -> Summary:
    if code.obstacle:
        return "the code that is meant", Text(strip_control(code.obstacle), "red")
    place = f"{code.path}:{code.line}-{code.end_line} {code.name}".rstrip()
    return "the code that is meant", Text(strip_control(place))


@step("find_named_code", _summarize_code)
def find_named_code(ports: Ports, tree: Tree, words: str) -> NamedCode:
    """Find the file, the lines or the definition that the words name, and nothing else."""
    files = TreeFiles(ports.mirrors, tree)
    paths = [path for path in files.paths() if kind_of(path) != "foreign"]
    known = frozenset(paths)
    foreign = [path for path in files.paths() if path not in known]

    def grep(pattern: str) -> list[str]:
        matches = ports.mirrors.grep(tree, pattern, "", MAX_MATCHES)
        return list(dict.fromkeys(match.path for match in matches if match.path in known))

    code = CodeFinder(paths, grep, files.read, foreign).find(words)
    if code.obstacle:
        return code
    tests = find_nearest_tests([code.path], paths)
    return replace(code, tests=tests, can_measure=language_of(code.path) in MEASURED)
