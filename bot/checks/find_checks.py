"""Find how a repository installs what it needs and how it checks itself, without running it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.checks.assemble_checks import assemble_checks, list_setups
from bot.checks.configured_checks import make_configured_checks, make_configured_setups
from bot.checks.job_checks import JobPlan, plan_jobs
from bot.checks.manifest_plans import Repository, plan_manifests
from bot.checks.workflow_jobs import read_jobs
from bot.values import CheckKind, Machine, ProjectCheck, ProjectChecks, RepoConfig

KINDS: frozenset[CheckKind] = frozenset({"test", "lint", "types", "build", "format"})


def find_project_checks(
    paths: Sequence[str], texts: Mapping[str, str], config: RepoConfig, machine: Machine
) -> ProjectChecks:
    """Find the set-up and the checks of a repository.

    What `.github/greenlit.yml` names comes first, then what its workflows run on pull requests,
    then what its manifests promise. `paths` are all of its files, `texts` those that
    `list_check_files` chose of them.
    """
    project = _find(Repository(paths, texts, machine), config)
    setups = make_configured_setups(config, paths)
    checks = make_configured_checks(config, texts, machine)
    if checks is not None:
        shared = setups if setups is not None else list_setups(project.checks)
        attached = tuple(replace(check, setups=shared) for check in checks)
        return ProjectChecks(attached, shared)
    if setups is not None:
        attached = tuple(replace(check, setups=setups) for check in project.checks)
        return replace(project, checks=attached, setups=setups)
    return project


def _find(repository: Repository, config: RepoConfig) -> ProjectChecks:
    """Find by the workflows; by the manifests what these check in no way that runs here."""
    jobs = read_jobs(repository.texts, repository.machine)
    plans = plan_jobs(jobs, repository.texts)
    scripts = config.install_scripts
    project = assemble_checks(plans, repository, runs_scripts=scripts)
    done: set[CheckKind] = {check.kind for check in project.checks if not _is_replaceable(check)}
    if any(check.kind == "test" for check in project.checks):
        # CI says which other kinds there are; without a test in it, the manifests do.
        done |= KINDS - {check.kind for check in project.checks}
    missing = [_keep_missing(plan, done) for plan in plan_manifests(repository)]
    missing = [plan for plan in missing if plan.checks]
    return assemble_checks([*plans, *missing], repository, runs_scripts=scripts)


def _is_replaceable(check: ProjectCheck) -> bool:
    """Tell whether another way to check the same may work where this one cannot.

    A service, a program or a version that is missing is missing in any way.
    """
    return bool(check.obstacle) and not check.obstacle.startswith(("It needs", "There is no"))


def _keep_missing(plan: JobPlan, kinds: set[CheckKind]) -> JobPlan:
    """Keep the checks of kinds that are not there yet."""
    checks = [check for check in plan.checks if check.command.kind not in kinds]
    return replace(plan, checks=checks)
