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
            | {"functional", "conformance"}
        ),
        "build": frozenset(
            {"build", "builds", "compile", "docs", "doc", "dist", "bundle", "wheel"}
        ),
    }
)
DOCUMENTATION = frozenset({"docs", "doc", "sphinx", "mkdocs", "documentation", "website"})
# Beside another word these look at a detail; alone they are all there is to run.
WEAK = frozenset({"check", "checks", "verify", "validate"})
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
    if DOCUMENTATION.intersection(parts):
        return "build"
    for kind, own in WORDS.items():
        if own.intersection(parts):
            return kind
    is_python = any(PYTHON_ENVIRONMENT.fullmatch(part) for part in parts)
    if is_python or parts in (["check"], ["verify"]):
        return "test"
    return "lint" if WEAK.intersection(parts) else None
