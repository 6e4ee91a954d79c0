"""Tell which programs commands need, and what a machine lacks of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from bot.checks.command_wrappers import strip_program_folder, unwrap
from bot.checks.shell_lines import split_words
from bot.values import Machine

# What has to be on the machine, by the program that is called; what pip and npm bring is not here.
NEEDED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("node", "npm", "npx", "pnpm", "yarn", "bun", "bunx"), "npm"),
        **dict.fromkeys(("go", "gofmt", "gotestsum"), "go"),
        **dict.fromkeys(("cargo", "rustc", "rustfmt"), "cargo"),
        **dict.fromkeys(("java", "javac"), "java"),
        **dict.fromkeys(("uv", "uvx", "poetry", "pdm", "hatch", "pipenv", "tox", "nox"), "python3"),
        **dict.fromkeys(("gradle", "gradlew"), "java"),
        **dict.fromkeys(("mvn", "mvnw"), "mvn"),
        **dict.fromkeys(("ruby", "bundle", "rake", "rspec", "rubocop", "gem"), "ruby"),
        **dict.fromkeys(("php", "phpunit"), "php"),
        **dict.fromkeys(("mix", "elixir"), "elixir"),
        **dict.fromkeys(("cmake", "ctest"), "cmake"),
        **{name: name for name in ("make", "just", "deno", "dotnet", "composer", "swift", "sbt")},
        **{name: name for name in ("bazel", "zig", "golangci-lint", "staticcheck", "task", "mage")},
        **{name: name for name in ("docker", "shellcheck", "hadolint", "clang-format", "julia")},
    }
)
# What brings a program; where nothing is said, its package is called as it is.
PACKAGES: Mapping[str, str] = MappingProxyType(
    {
        "go": "golang-go",
        "java": "default-jdk-headless",
        "mvn": "maven",
        "php": "php-cli",
        "npm": "nodejs npm",
        "python3": "python3 python3-venv",
    }
)
# What is brought for an environment by its name alone, where the machine has it not.
BROUGHT = frozenset({"uv", "poetry", "pdm", "hatch", "pipenv", "tox", "nox"})
UNPACKAGED = frozenset({"deno", "dotnet", "swift", "sbt", "bazel", "zig", "golangci-lint", "task"})
PYTHON = re.compile(r"(?:python|pypy|py|pip)3?(?:\.\d+)?")


def list_programs(commands: Iterable[str]) -> tuple[str, ...]:
    """List the programs that the machine must have for commands; "python3" where none is known."""
    programs: dict[str, None] = {}
    for command in commands:
        wrapped = unwrap(split_words(command))
        names = [*wrapped.prefix, *(word for name in wrapped.wrappers for word in name[:1])]
        names += wrapped.words[:1]
        for name in map(strip_program_folder, names):
            plain = name.rpartition("/")[2]
            if plain in NEEDED:
                programs[NEEDED[plain]] = None
            elif PYTHON.fullmatch(plain):
                programs["python3"] = None
    return tuple(programs)


def explain_missing(programs: Iterable[str], machine: Machine) -> str:
    """Say which program is missing on the machine, and how it is got; empty where none is.

    Of a machine of which nothing is known, nothing is missing.
    """
    if not machine.programs:
        return ""
    for program in programs:
        if program not in machine.programs and program not in BROUGHT:
            advice = f"apt-get install {PACKAGES.get(program, program)} brings it."
            if program in UNPACKAGED:
                advice = "Install it as its makers say."
            return f"There is no {program} on this machine. {advice}"
    return ""


def parse_version(text: str) -> tuple[int, ...]:
    """Parse the numbers of a version."""
    match = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in match[0].split(".")[:3]) if match else ()
