"""Read which files, tests and settings a plan names in its own words."""

from __future__ import annotations

import re

# The endings of files that plans speak of: `tool.coverage.fail_under` is no path.
ENDINGS = (
    r"(?:pyi?|[cm]?[jt]sx?|vue|go|rs|java|kts?|rb|php|cs|cc?|cpp|h|hpp|swift|scala|toml|cfg|ini"
    r"|ya?ml|json|xml|gradle|sh|txt|md|rst)"
)
PATH = re.compile(
    rf"(?<![\w./-])(?:\./)?(?:[\w.@+-]+/)*(?:[\w.@+-]+\.{ENDINGS}|Makefile|justfile|Jenkinsfile"
    r"|Dockerfile)(?![\w-]|\.\w)"
)
NAME = re.compile(r"[^\W\d]\w*")
WORDS_OF_A_FILE = re.compile(
    r"(?:the|whole|entire|file|all|every|of|its|tests?|in|this|line|l)\d*", re.IGNORECASE
)


def find_named_paths(text: str) -> tuple[str, ...]:
    """Find the paths that a text names."""
    return tuple(path.removeprefix("./") for path in PATH.findall(text))


def find_named_words(text: str) -> tuple[str, ...]:
    """Find the words beside the paths that may name something in a file."""
    words = NAME.findall(PATH.sub(" ", text))
    return tuple(word for word in words if not WORDS_OF_A_FILE.fullmatch(word))


def names_file(target: str, path: str) -> bool:
    """Tell whether a target of the plan names the file."""
    named = find_named_paths(target)
    return target.strip("` ") == path or any(is_same_path(name, path) for name in named)


def is_same_path(named: str, path: str) -> bool:
    """Tell whether a path is meant, which may be named by its last parts alone."""
    return path == named or path.endswith(f"/{named}")
