"""Here live `uses:` steps: checkout is real, set-up says that the machine's own tool is used, the
rest is refused.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.forge.runner.job_context import JobContext
from bot.forge.runner.job_log import JobLog
from bot.forge.runner.workflow import StepSpec


def act(step: StepSpec, scene: JobContext, log: JobLog) -> int:
    """Do the action; 0 when it went well. Raises ValueError for an expression that is not
    understood.
    """
    given = scene.values(step.given)
    name = scene.filled(step.uses)
    shown = [f"  {key}: {value}" for key, value in given.items()]
    log.group(f"Run {name}", *(["with:"] if shown else []), *shown)
    known: Mapping[str, Callable[[Mapping[str, str], JobContext, JobLog], int]] = {
        "actions/checkout": _checkout,
        "actions/setup-python": _setup_python,
        "actions/cache": _cache,
        "actions/cache/restore": _cache,
        "actions/cache/save": _cache,
    }
    action = known.get(name.partition("@")[0].lower())
    if action:
        return action(given, scene, log)
    log.fault(
        f"The forge cannot run '{name}': it knows run: steps, {', '.join(sorted(known))}, and no containers."
    )
    return 1


def _checkout(given: Mapping[str, str], scene: JobContext, log: JobLog) -> int:
    target = (scene.work / given.get("path", "")).resolve()
    own = scene.env.get("GITHUB_REPOSITORY", "")
    if not target.is_relative_to(scene.work):
        log.fault(f"Repository path '{target}' is not under '{scene.work}'")
        return 1
    if given.get("repository") not in {None, "", own}:
        log.fault(f"The forge can only check out this repository, not '{given['repository']}'.")
        return 1
    log.line(f"Syncing repository: {own or scene.git_dir.name}")
    log.group("Getting Git version info", f"Working directory is '{target}'")
    target.mkdir(parents=True, exist_ok=True)
    ref = given.get("ref") or scene.sha
    git = _git(scene, target, log)
    return git("read-tree", f"{ref.lstrip('-')}^{{commit}}") or git(
        "checkout-index", "--all", "--force"
    )


def _git(scene: JobContext, target: Path, log: JobLog) -> Callable[..., int]:
    # Plumbing only: the commit's files come out of the bare repository, and nothing of it is run
    # (no hooks, no
    # filters but those of the repository's own configuration, which the forge wrote).
    environment = {
        "PATH": scene.env.get("PATH", ""),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_INDEX_FILE": str(scene.temp / "index"),
        "GIT_DIR": str(scene.git_dir),
        "GIT_WORK_TREE": str(target),
        "GIT_TERMINAL_PROMPT": "0",
    }

    def git(*words: str) -> int:
        log.line(f"[command]git {' '.join(words)}")
        done = subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", *words],
            cwd=target,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        for line in done.stdout.decode(errors="replace").splitlines():
            log.line(line)
        if done.returncode:
            log.fault(f"The process 'git' failed with exit code {done.returncode}")
        return done.returncode

    return git


def _setup_python(given: Mapping[str, str], scene: JobContext, log: JobLog) -> int:
    path = scene.env.get("PATH")
    python = shutil.which("python", path=path) or shutil.which("python3", path=path)
    if not python:
        log.fault("This machine has no Python on its PATH.")
        return 1
    told = subprocess.run(
        [python, "--version"], env=dict(scene.env), capture_output=True, text=True, check=False
    )
    version = told.stdout.strip().removeprefix("Python ")
    log.group(
        "Installed versions", f"The machine's own Python is used: CPython ({version}) at {python}"
    )
    wanted = given.get("python-version", "")
    if wanted and not re.match(rf"{re.escape(wanted.rstrip('x*.'))}(\.|$)", version):
        log.line(f"##[warning]Python {wanted} was asked for; the forge has only {version}.")
    return 0


def _cache(_given: Mapping[str, str], _scene: JobContext, log: JobLog) -> int:
    log.line("The forge keeps no caches: cache not found, and nothing will be saved.")
    return 0
