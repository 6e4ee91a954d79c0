"""What is decided before anything runs in a sandbox: limits, variables, and what cannot be run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.sandbox.choose_tier import FORBIDDEN, choose_tier
from bot.adapters.sandbox.control_group import ControlGroup
from bot.adapters.sandbox.environment_variables import (
    write_job_variables,
    write_offline_setup_variables,
    write_setup_variables,
)
from bot.adapters.sandbox.limits import list_limit_acts
from bot.adapters.sandbox.unfit_job import explain_unfit_job
from bot.values import Branch, Patch, ProjectSetup, Repo, SandboxJob, SandboxLimits, Sha, Tree

LIMITS = SandboxLimits(cpu_s=10, memory_bytes=1_000, processes=20, disk_bytes=3_000)
MEMORY, PIDS = Path("/sys/fs/cgroup/memory/job"), Path("/sys/fs/cgroup/pids/job")
ROOT = Path("/env")


@pytest.mark.parametrize(
    ("group", "joins", "processes", "has_data"),
    [
        (ControlGroup(), [], 27, True),
        (ControlGroup(memory=MEMORY), [MEMORY], 27, False),
        (ControlGroup(pids=PIDS), [PIDS], 91, True),
        (ControlGroup(memory=MEMORY, pids=PIDS), [MEMORY, PIDS], 91, False),
    ],
)
def test_a_process_gets_every_limit_that_its_control_group_does_not_hold(
    group, joins, processes, has_data
):
    """Twice the time and memory of a job, so that the watch speaks first; no core is written."""
    acts = list_limit_acts(LIMITS, group, other_threads=7)
    joined = [part for folder in joins for part in ("join-group", f"{folder}/cgroup.procs")]
    limits = {"CORE": 0, "CPU": 20, "FSIZE": 3_000, "NOFILE": 4_096, "NPROC": processes}
    if has_data:
        limits["DATA"] = 2_000
    listed = [part for name, value in limits.items() for part in ("limit", name, str(value))]

    assert ["offer-to-oom-killer", *joined, *listed] == acts


def test_an_operator_who_forbids_code_gets_none():
    """Nothing is tried then."""
    assert (None, FORBIDDEN) == choose_tier("none", None, Path("/nowhere"))
    assert "none" == FORBIDDEN.tier


def test_a_set_up_reaches_only_the_mirror():
    """Its folders are those of the environment; packages run code of their own only where they may."""
    open_, closed = (
        write_setup_variables(ROOT, "/usr/bin", runs_scripts=runs) for runs in (True, False)
    )

    assert {"PIP_ONLY_BINARY", "npm_config_ignore_scripts", "YARN_ENABLE_SCRIPTS"} == (
        closed.keys() - open_.keys()
    )
    assert open_ == {name: closed[name] for name in open_}
    assert ("/env/home", "/env/scratch", "/env/venv") == (
        open_["HOME"],
        open_["TMPDIR"],
        open_["VIRTUAL_ENV"],
    )
    assert open_["PIP_INDEX_URL"].endswith("/pypi/simple")
    assert open_["GOPROXY"].endswith("/go")
    assert (
        "/env/venv/bin:/env/tools/bin:/env/node/bin:/env/cargo/bin:/env/go/bin"
        ":/env/home/.local/bin:/usr/bin"
    ) == open_["PATH"]


def test_what_runs_without_a_mirror_is_kept_from_asking_for_one():
    """A job finds the wheels that a set-up kept, where it kept some."""
    setup = write_offline_setup_variables(ROOT, "/usr/bin")
    bare, job = (write_job_variables(ROOT, "/usr/bin", has_wheels=has) for has in (False, True))
    path = write_setup_variables(ROOT, "/usr/bin", runs_scripts=True)["PATH"]

    for variables in (setup, bare, job):
        assert ("1", "off", "1", path) == (
            variables["PIP_NO_INDEX"],
            variables["GOPROXY"],
            variables["UV_OFFLINE"],
            variables["PATH"],
        )
        assert not any("{" in value for value in variables.values())
    assert {"PIP_FIND_LINKS": "/env/wheels", "UV_FIND_LINKS": "/env/wheels"} == {
        name: job[name] for name in job.keys() - bare.keys()
    }
    assert {"HOME", "TMPDIR", "LANG", "PIP_NO_BUILD_ISOLATION"} == setup.keys() - bare.keys()


NUL = "A command or a variable holds a NUL character, which no program can be given."
LONG = "The commands or a variable are longer than the 128 KB that a program can be given."
MOST = 131_071
JOBS = {
    "fit": ({"A": "b"}, ("true",), (), ""),
    "no name": ({"": "b"}, ("true",), (), "No variable can be called “”."),
    "a sign in the second name": (
        {"A": "b", "B=": "c"},
        ("true",),
        (),
        "No variable can be called “B=”.",
    ),
    "NUL in a second command": ({}, ("true", "a\0b"), (), NUL),
    "NUL in a value": ({"A": "\0"}, ("true",), (), NUL),
    "NUL in a second set-up": (
        {},
        ("true",),
        (ProjectSetup(("true",)), ProjectSetup(("a", "\0"))),
        NUL,
    ),
    "commands as long as can be": ({}, ("a" * (MOST - 2), "b"), (), ""),
    "commands that are too long together": ({}, ("a" * (MOST - 1), "b"), (), LONG),
    "a variable as long as can be": ({"A": "b" * (MOST - 2)}, ("true",), (), ""),
    "a variable that is too long with its name": ({"A": "b" * (MOST - 1)}, ("true",), (), LONG),
    "letters of several bytes": ({}, ("é" * 65_536,), (), LONG),
    "half a character": ({}, ("\ud800" * 43_691,), (), LONG),
}


@pytest.mark.parametrize(("environment", "commands", "setups", "why"), JOBS.values(), ids=JOBS)
def test_a_job_that_no_program_can_be_given_is_told(environment, commands, setups, why):
    """To the byte, before a tier fails at it."""
    tree = Tree(Repo("o/r"), Sha("0" * 40), Branch("main"))
    job = SandboxJob(tree, Patch({}), commands, "run", environment=environment, setups=setups)

    assert why == explain_unfit_job(job)
