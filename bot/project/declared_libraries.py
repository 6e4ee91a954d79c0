"""Tell whether an import is of a library that the specification names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import MappingProxyType

from packaging.utils import canonicalize_name

from bot.gates.packages.package_names import ALIASES, NODE_BUILTINS
from bot.project.languages import Family
from bot.values.project import Library

# What a library brings along and its users import by itself; names as `canonicalize_name` has them.
BROUGHT = MappingProxyType(
    {
        "fastapi": ("starlette", "pydantic"),
        "flask": ("werkzeug", "jinja2", "click", "markupsafe", "itsdangerous"),
        "typer": ("click", "rich"),
        "django": ("asgiref",),
        "pytest": ("pluggy", "-pytest"),
        "pandas": ("numpy",),
        "scikit-learn": ("numpy", "scipy", "joblib"),
        "requests": ("urllib3",),
        "react": ("react-dom",),
        "next": ("react", "react-dom"),
    }
)


def name_package(module: str, family: Family) -> str:
    """Name the package that an import is of."""
    if family == "python":
        return module.partition(".")[0]
    if family == "script":
        parts = module.removeprefix("node:").split("/")
        return "/".join(parts[:2]) if module.startswith("@") else parts[0]
    return module


def is_declared(module: str, family: Family, libraries: Sequence[Library]) -> bool:
    """Tell whether some library brings the module, as far as names tell.

    Python installs modules under other names than their packages': in doubt it is declared.
    """
    names = [strip_version(library.name) for library in libraries]
    package = name_package(module, family)
    if family == "go":
        return any(module == name or module.startswith(f"{name}/") for name in names)
    if family == "script":
        is_builtin = module.startswith("node:") or package in NODE_BUILTINS
        known = {*names, *(name.removeprefix("@types/") for name in names), *_list_brought(names)}
        return is_builtin or package in known or ":" in package  # a bundler's own
    wanted = canonicalize_name(ALIASES.get(package.casefold(), package))
    installed = [str(canonicalize_name(name)) for name in names]
    if wanted in installed or wanted in _list_brought(installed):
        return True
    return any(_share_name(wanted, name) for name in installed)


def strip_version(name: str) -> str:
    """Return the name of a library without the extras and the version behind it."""
    plain = re.sub(r"\[.*?\]|\s*[<>=!~^].*$", "", name.strip())
    return re.sub(r"(?<=.)\s*@.*$", "", plain)


def _list_brought(names: Sequence[str]) -> list[str]:
    return [brought for name in names for brought in BROUGHT.get(name, ())]


def _share_name(module: str, package: str) -> bool:
    """Tell whether one name has the other in it, as whole words: jose, python-jose."""
    words, others = set(module.split("-")), set(package.split("-"))
    return words <= others or others <= words
