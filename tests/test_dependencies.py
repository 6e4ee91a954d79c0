"""What is imported is declared, and what is declared is imported."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"bot", "handlers", "prompts", "deploy", "tests"}
BOXED = ("bot/forge/", "bot/cli/demo/")  # only the demo and the tests run it
NOT_IMPORTED = {
    "httptools",  # uvicorn's parser, whose protocol the server's deadlines are made on
    "pybetterleaks",  # imported by name where there is a wheel of it
    "pyrefly",  # a program that the checker of types runs
    "pytest",  # runs the tests of the demo's sample
}


def normal(name):
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras):
    """The names of [project] dependencies, and of those of the extras."""
    requirements = list(PROJECT["dependencies"])
    for extra in extras:
        requirements += PROJECT["optional-dependencies"][extra]
    return {normal(re.split(r"[\s\[><=;!~]", requirement)[0]) for requirement in requirements}


@cache
def imported(*, boxed):
    """The distributions that the product's modules import, those in the box or the others."""
    owners, names = packages_distributions(), set()
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/*.py")]:
        relative = path.relative_to(ROOT).as_posix()
        if "/sample/" in relative or relative.startswith(BOXED) != boxed:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            names.update(module.partition(".")[0] for module in modules)
    foreign = names - OWN - set(sys.stdlib_module_names)
    return frozenset(choose_owner(owners.get(name, [name])) for name in foreign)


def choose_owner(owners):
    """Of distributions that share a package, as those of OpenTelemetry do, one that is declared."""
    names = sorted(map(normal, owners))
    return next((name for name in names if name in declared("traces")), names[0])


def test_what_the_bot_imports_is_declared():
    """A package that another one happens to bring may be gone with its next release."""
    assert set() == imported(boxed=False) - declared("embeddings", "learn", "traces")


def test_what_the_demo_imports_is_declared():
    """What only the forge needs is in the extra `demo`."""
    assert set() == imported(boxed=True) - declared("demo")


def test_nothing_is_declared_for_nothing():
    """Each dependency is imported, or run as a program."""
    used = imported(boxed=False) | imported(boxed=True) | NOT_IMPORTED

    assert set() == declared("demo", "embeddings", "learn", "types") - used


def test_what_only_the_demo_needs_is_not_installed_for_all():
    """A server has no use for the forge's libraries."""
    only = imported(boxed=True) - imported(boxed=False)

    assert set() == only & declared()
