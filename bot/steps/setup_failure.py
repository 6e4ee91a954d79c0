"""Tell whether CI failed while it set itself up, before it came to what the change touches."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from bot.values import Failure

# Actions that fetch code, tools or secrets, and commands that install or fetch.
ACTION = re.compile(
    r"[\w.-]+/(?:checkout|cache|download-artifact|setup[\w.-]*"
    r"|[\w.-]*(?:login|credentials|toolchain)[\w.-]*)(?:/[\w.-]+)*@\S+",
    re.IGNORECASE,
)
COMMAND = re.compile(
    r"(?:sudo (?:-\w+ )*)?(?:python[\d.]* -m |py -m |uv )?(?:"
    r"pip[\d.]* (?:install|download)\b|pipx install\b"
    r"|uv (?:sync|venv|python install|tool install)\b"
    r"|(?:poetry|pdm|bundle|composer|pnpm|bun|yarn|npm) (?:install|sync|update|ci|i)\b|yarn$"
    r"|corepack\b|gem install\b|go mod (?:download|verify)\b|cargo fetch\b|rustup\b"
    r"|dotnet restore\b"
    r"|conda (?:install|env|create|update)\b|(?:virtualenv|venv)\b"
    r"|(?:apt|apt-get|apk|dnf|yum|brew|choco|winget) |docker (?:pull|login)\b"
    r"|git (?:clone|fetch|checkout|submodule|config)\b|(?:curl|wget) )"
)
# What a script may hold besides, without being more than a set-up.
HARMLESS = re.compile(r"(?:#|set [-+]|cd |mkdir |echo |export |source |\. |chmod )")
MANIFEST = re.compile(
    r"(?:.*[._-])?(?:requirements|constraints)[\w.-]*\.(?:txt|in)|pyproject\.toml|setup\.(?:py|cfg)"
    r"|[\w.-]*\.lock|[\w-]*lock\.(?:json|yaml)|Pipfile|environment\.ya?ml|tox\.ini|\.npmrc|\.nvmrc"
    r"|package\.json|npm-shrinkwrap\.json|Gemfile|[\w.-]*\.gemspec|composer\.json|go\.(?:mod|sum)"
    r"|Cargo\.toml|[\w.-]*\.csproj|\.gitmodules|\.(?:python|node|ruby|tool)-versions?|Dockerfile.*"
    r"|rust-toolchain.*|action\.ya?ml",
    re.IGNORECASE,
)


def is_setup_script(script: Sequence[str]) -> bool:
    """Tell whether all that a failed step runs only fetches or installs."""
    if len(script) == 1 and ACTION.fullmatch(script[0]):
        return True
    commands = [
        command.strip()
        for line in script
        for command in re.split(r"&&|\|\||;", line)
        if command.strip() and not HARMLESS.match(command.strip())
    ]
    return bool(commands) and all(COMMAND.match(command) for command in commands)


def can_change_touch_setup(
    changed: Collection[str], scripts: Collection[Sequence[str]], failures: Collection[Failure]
) -> bool:
    """Tell whether the change may have broken a set-up: CI's files, what is installed, code.

    In doubt it may: where the log points into a changed file, or a script names one.
    """
    frames = {frame.file for failure in failures for frame in failure.frames}
    text = "\n".join(line for script in scripts for line in script)
    return any(
        path.startswith(".github/")
        or MANIFEST.fullmatch(PurePosixPath(path).name)
        or path in frames
        or path in text
        for path in changed
    )
