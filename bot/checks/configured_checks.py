"""Take the set-up and the checks that a repository's own configuration names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.checks.check_commands import CheckCommand, read_check_command
from bot.checks.named_tasks import find_kind
from bot.checks.programs import explain_missing, list_programs
from bot.checks.setup_inputs import list_inputs
from bot.checks.shell_lines import split_commands
from bot.values import ConfiguredCheck, Machine, ProjectCheck, ProjectSetup, RepoConfig

SOURCE = ".github/greenlit.yml"


def make_configured_setups(
    config: RepoConfig, paths: Sequence[str]
) -> tuple[ProjectSetup, ...] | None:
    """Make the set-up that is configured; None where it is to be found out."""
    if config.setup is None:
        return None
    if not config.setup:
        return ()
    inputs = (*list_inputs(config.setup, "", paths),)
    programs = list_programs(_split(config.setup))
    return (
        ProjectSetup(
            config.setup, inputs, programs, source=SOURCE, runs_scripts=config.install_scripts
        ),
    )


def make_configured_checks(
    config: RepoConfig, texts: Mapping[str, str], machine: Machine
) -> tuple[ProjectCheck, ...] | None:
    """Make the checks that are configured; None where they are to be found out."""
    if config.checks is None:
        return None
    return tuple(_make_check(check, texts, machine) for check in config.checks)


def _make_check(check: ConfiguredCheck, texts: Mapping[str, str], machine: Machine) -> ProjectCheck:
    commands = _split([check.run])
    known: CheckCommand | None = None
    if len(commands) == 1:
        known = read_check_command(commands[0], check.folder, texts)
    kind = check.kind or find_kind(check.name) or (known.kind if known else "test")
    return ProjectCheck(
        check.name,
        kind,
        (check.run,),
        check.only or (known.only if known else ""),
        check.folder,
        source=SOURCE,
        obstacle=explain_missing(list_programs(commands), machine),
    )


def _split(lines: Sequence[str]) -> list[str]:
    commands: list[str] = []
    for line in lines:
        commands += split_commands(line) or [line]
    return commands
