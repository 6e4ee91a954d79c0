"""Tell the kind of a check by the name of its task, script or file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.values import CheckKind

# The first kind one of whose words stands in the name is meant.
WORDS: Mapping[CheckKind, frozenset[str]] = MappingProxyType(
    {
        "format": frozenset({"fmt", "format", "formatting", "prettier", "black", "isort"}),
        "types": frozenset(
            {"type", "types", "typing", "typecheck", "typechecks", "tsc", "mypy", "pyright"}
        ),
        "lint": frozenset(
            {"lint", "linter", "linters", "linting", "style", "ruff", "flake8", "pylint", "eslint"}
            | {"clippy", "quality", "qa", "pep8", "codestyle", "stylelint", "vet", "codespell"}
            | {"spelling", "biome", "pre", "precommit", "static", "imports", "xo", "standard"}
        ),
        "test": frozenset(
            {"test", "tests", "testing", "unit", "unittest", "unittests", "spec", "specs", "e2e"}
            | {"integration", "pytest", "coverage", "cov", "cover", "smoke", "doctest", "doctests"}
            | {"runtests", "runtest", "jest", "vitest", "mocha", "regression", "ci", "tox", "nox"}
            | {"functional", "check", "checks", "verify", "validate", "conformance"}
        ),
        "build": frozenset(
            {"build", "builds", "compile", "docs", "doc", "dist", "bundle", "wheel"}
        ),
    }
)
PYTHON_ENVIRONMENT = re.compile(r"py(?:py|thon)?\d*(?:\.\d+)?")
CHANGES = frozenset(
    {"fix", "write", "update", "watch", "serve", "dev", "clean", "deploy", "publish"}
)


def find_kind(name: str) -> CheckKind | None:
    """Find what a name such as "test:unit" or "scripts/lint.sh" promises; None where nothing.

    What changes files instead of checking them, such as "lint:fix", is none.
    """
    words = re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower()
    parts = [part for part in re.split(r"[^a-z0-9.]+|\.(?=[a-z])", words) if part]
    if CHANGES.intersection(parts):
        return None
    for kind, own in WORDS.items():
        if own.intersection(parts):
            return kind
    if any(PYTHON_ENVIRONMENT.fullmatch(part) for part in parts):
        return "test"
    return None
