"""What well-known actions of GitHub's marketplace come to, as commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class KnownAction:
    """An action as a command with {inputs} in it, or as what keeps its job from running here."""

    command: str = ""
    obstacle: str = ""


CONDA = KnownAction(obstacle="It runs in an environment of conda.")
ACTIONS: Mapping[str, KnownAction] = MappingProxyType(
    {
        "pnpm/action-setup": KnownAction("npm install --global pnpm@{version}"),
        "bahmutov/npm-install": KnownAction("npm ci"),
        "psf/black": KnownAction("black --check {src}"),
        "astral-sh/ruff-action": KnownAction("ruff {args} {src}"),
        "chartboost/ruff-action": KnownAction("ruff {args} {src}"),
        "isort/isort-action": KnownAction("isort --check-only ."),
        "pre-commit/action": KnownAction("pre-commit run --all-files"),
        "j178/prek-action": KnownAction("prek run --all-files"),
        "codespell-project/actions-codespell": KnownAction("codespell {path}"),
        "crate-ci/typos": KnownAction("typos"),
        "jakebailey/pyright-action": KnownAction("pyright"),
        "golangci/golangci-lint-action": KnownAction("golangci-lint run"),
        "biomejs/setup-biome": KnownAction("npm install --global @biomejs/biome"),
        "actions-rs/cargo": KnownAction("cargo {command} {args}"),
        "actions-rs/clippy-check": KnownAction("cargo clippy {args}"),
        "giraffate/clippy-action": KnownAction("cargo clippy"),
        "actions-rust-lang/rustfmt": KnownAction("cargo fmt --all --check"),
        "ruby/setup-ruby": KnownAction("bundle install"),
        "borales/actions-yarn": KnownAction("yarn {cmd}"),
        "cypress-io/github-action": KnownAction("cypress run"),
        "conda-incubator/setup-miniconda": CONDA,
        "mamba-org/setup-micromamba": CONDA,
        "mamba-org/provision-with-micromamba": CONDA,
        "prefix-dev/setup-pixi": KnownAction(obstacle="It runs in an environment of pixi."),
        "cachix/install-nix-action": KnownAction(obstacle="It runs in an environment of Nix."),
        "determinatesystems/nix-installer-action": KnownAction(
            obstacle="It runs in an environment of Nix."
        ),
        "supercharge/mongodb-github-action": KnownAction(obstacle="It needs MongoDB."),
        "supercharge/redis-github-action": KnownAction(obstacle="It needs Redis."),
        "ankane/setup-postgres": KnownAction(obstacle="It needs PostgreSQL."),
        "ankane/setup-mysql": KnownAction(obstacle="It needs MySQL."),
    }
)
DEFAULTS: Mapping[str, str] = MappingProxyType({"src": ".", "args": "check", "path": ""})
INPUT = re.compile(r"\{(\w+)\}")
PLAIN = re.compile(r"[\w .,:=/@+*'\"\[\]-]*")


def find_action(name: str, inputs: Mapping[str, object]) -> KnownAction | None:
    """Find what an action comes to with these inputs; None for one that is not known."""
    known = ACTIONS.get(name.partition("@")[0].lower())
    if not known or not known.command:
        return known

    def fill(match: re.Match[str]) -> str:
        default = DEFAULTS.get(match[1], "") if match[1] != "args" or "ruff" in name else ""
        value = str(inputs.get(match[1]) or default)
        return value if PLAIN.fullmatch(value) else default

    command = " ".join(INPUT.sub(fill, known.command).split())
    return KnownAction("" if command.endswith("@") else command)
