"""Read what the targets of Makefiles and justfiles run."""

from __future__ import annotations

import re
from collections.abc import Mapping

MAKEFILES = ("Makefile", "GNUmakefile", "makefile", "justfile", "Justfile", ".justfile")
TARGET = re.compile(r"^([A-Za-z][\w.-]*)\b[^:=\n]*:(?!=)(.*)$")
SETTING = re.compile(r"^([A-Za-z_]\w*)\s*[:?]?:?=\s*(.*)$", re.MULTILINE)
VARIABLE = re.compile(r"\$\((\w+)\)|\$\{(\w+)\}")
LIMIT_CHARS = 200_000
MOST_LINES = 30


def list_targets(folder: str, texts: Mapping[str, str]) -> dict[str, str]:
    """List the targets of a folder's Makefile or justfile, each with the file's path."""
    targets: dict[str, str] = {}
    for name in MAKEFILES:
        path = f"{folder}/{name}".lstrip("/")
        for line in texts.get(path, "")[:LIMIT_CHARS].split("\n"):
            if match := TARGET.match(line):
                targets.setdefault(match[1], path)
    return targets


def read_recipe(target: str, folder: str, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Read the commands of a target, with plain variables filled in."""
    path = list_targets(folder, texts).get(target)
    if not path:
        return ()
    text = texts[path][:LIMIT_CHARS]
    settings = dict(SETTING.findall(text))
    commands: list[str] = []
    is_inside = False
    for line in text.replace("\\\n", " ").split("\n"):
        if match := TARGET.match(line):
            is_inside = match[1] == target
        elif is_inside and line[:1] in ("\t", " ") and line.strip():
            commands.append(_fill(line.strip().lstrip("@-+"), settings))
    return tuple(commands[:MOST_LINES])


def _fill(command: str, settings: Mapping[str, str]) -> str:
    """Put in the values of variables, once."""

    def replace(match: re.Match[str]) -> str:
        return settings.get(match[1] or match[2], match[0]).strip()

    return VARIABLE.sub(replace, command)
