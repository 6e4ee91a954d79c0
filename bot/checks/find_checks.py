"""Find how a repository installs what it needs and how it checks itself, without running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.checks.configured_checks import make_configured_checks, make_configured_setups
from bot.values import Machine, ProjectCheck, ProjectChecks, ProjectSetup, RepoConfig


def find_project_checks(
    paths: Sequence[str], texts: Mapping[str, str], config: RepoConfig, machine: Machine
) -> ProjectChecks:
    """Find the set-up and the checks of a repository.

    What `.github/greenlit.yml` names comes first, then what its workflows run on pull requests,
    then what its manifests promise. `paths` are all of its files, `texts` those that
    `list_check_files` chose of them.
    """
    setups = make_configured_setups(config, paths)
    checks = make_configured_checks(config, texts, machine)
    if checks is None:
        return ProjectChecks()
    return _attach_setups(checks, setups or ())


def _attach_setups(
    checks: tuple[ProjectCheck, ...], setups: tuple[ProjectSetup, ...]
) -> ProjectChecks:
    return ProjectChecks(tuple(replace(check, setups=setups) for check in checks), setups)
