"""Find in the documents of a repository how its scripts are run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from bot.values.behaviour import BehaviourInput

FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n]*\n(.*?)^[ ]{0,3}\1", re.DOTALL | re.MULTILINE)
PROMPT = re.compile(r"^\s*(?:[$>%]\s+)?")
COMMENT = re.compile(r"\s+#\s.*$")
PROGRAMS = ("python", "python3", "node", "ruby", "perl", "php", "sh", "bash")
PLACEHOLDER = re.compile(r"[<>\[\]{}|;&`$*?]|\.\.\.|\u2026")
FILE_NAME = re.compile(r".*\.[A-Za-z]\w{0,4}")


def find_example_runs(
    documents: Mapping[str, str], paths: Collection[str], scripts: Collection[str]
) -> Iterator[BehaviourInput]:
    """Find commands that run one of the scripts, on files that are there.

    Lines with redirections, placeholders or more than one command are left out.
    """
    sources: dict[str, str] = {}
    for source, text in documents.items():
        for command in _list_commands(text):
            sources.setdefault(command, source)
    for command, source in sources.items():
        if _runs_script(command, paths, scripts):
            yield BehaviourInput(command, source=source)


def _list_commands(text: str) -> Iterator[str]:
    """List the lines of the code blocks, without prompts and comments."""
    for fence in FENCE.finditer(text):
        for line in fence[2].splitlines():
            yield COMMENT.sub("", PROMPT.sub("", line)).rstrip()


def name_scripts(command: str, paths: Collection[str]) -> frozenset[str]:
    """Name the files of the repository that a command speaks of, by path or as a module."""
    try:
        words = shlex.split(command)
    except ValueError:
        return frozenset()
    names = {word.removeprefix("./") for word in words}
    for flag, module in pairwise(words):
        if flag == "-m":
            path = module.replace(".", "/")
            names |= {f"{path}.py", f"{path}/__main__.py"}
    return frozenset(names.intersection(paths))


def _runs_script(command: str, paths: Collection[str], scripts: Collection[str]) -> bool:
    if PLACEHOLDER.search(command) or name_scripts(command, paths).isdisjoint(scripts):
        return False
    program, *words = shlex.split(command)
    is_run = program in PROGRAMS or program.removeprefix("./") in scripts
    given = words[2:] if words[:1] == ["-m"] else words
    files = [word for word in given if FILE_NAME.fullmatch(word) and not word.startswith("-")]
    return is_run and all(file.removeprefix("./") in paths for file in files)
