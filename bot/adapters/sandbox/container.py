"""The tier of containers: one of docker's or podman's for each process, from an operator's image.

Where Greenlit is built and tested there is no engine, so that no container was started by its
tests: they look at what the engine is asked for. Whether that keeps everything out is found on the
machine where it is to be used, by the same probes as for the other tiers.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.child_guard import ChildGuard, run_guarded
from bot.adapters.sandbox.bubblewrap_command import DEFAULTS, HOME, Bind, list_binds
from bot.adapters.sandbox.control_group import ControlGroup
from bot.adapters.sandbox.job_watch import explain_memory
from bot.adapters.sandbox.limits import FILES, StartCommand, run_within_limits
from bot.adapters.sandbox.tier import WORK, Exit, Launch
from bot.adapters.sandbox.uid_pool import UidPool
from bot.ports import Unreachable
from bot.values import TierName

ENGINES = ("docker", "podman")
ASK_S = 20.0
ENGINE_FAILED, KILLED = 125, 137  # exit codes of `docker run`
ISOLATION = (
    *("--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--read-only", "--hostname", "sandbox", "--pull", "never"),
)
TEMPORARY = (
    *("--tmpfs", "/tmp:rw,nosuid,nodev,size=512m,mode=1777"),  # noqa: S108 - the sandbox's own
    *("--tmpfs", f"{HOME}:rw,nosuid,nodev,size=256m,mode=1777"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """Runs processes in containers of an image, which brings their toolchains. As root, a container
    has a uid of its own on the host; else it has the bot's.
    """

    image: str | None
    pool: UidPool = field(default_factory=UidPool)
    guard: ChildGuard = field(default_factory=ChildGuard, repr=False)
    engines: tuple[str, ...] = ENGINES
    name: TierName = "container"
    has_own_root: bool = True
    has_own_network: bool = False

    def find_obstacle(self) -> str:
        """Say why no container can be started here, and what helps; empty when one can."""
        if not self.image:
            return "no image is set: `GREENLIT_SANDBOX_IMAGE=python:3.13-slim` names one."
        engine = self._find_engine()
        if not engine:
            return f"neither {' nor '.join(self.engines)} is installed."
        if failure := _ask(engine, "version"):
            return f"{engine} does not answer: {failure}"
        if _ask(engine, "image", "inspect", self.image):
            return f"{engine} has no image {self.image}: `{engine} pull {self.image}` gets it."
        return ""

    def launch(self, launch: Launch) -> Exit:
        """Run the process to its end. Raises Unreachable where the engine starts no container."""
        if launch.package_socket:
            text = "No packages can be installed in a container: its image must bring them."
            raise Unreachable(text, "sandbox")
        engine, name = self._find_engine(), f"greenlit-{secrets.token_hex(6)}"
        with ExitStack() as stack:
            uid = stack.enter_context(self.pool.take_for(launch))
            user = f"{uid or os.getuid()}:{uid or os.getgid()}"
            command = [engine, *build_run(launch, self.image or "", name, user)]
            start = StartCommand(command, environment=_make_environment())
            stack.callback(_ask, engine, "rm", "--force", name)
            return _judge(run_within_limits(start, launch, self.guard, ControlGroup()), launch)

    def _find_engine(self) -> str:
        return next((engine for engine in self.engines if shutil.which(engine)), "")


def build_run(launch: Launch, image: str, name: str, user: str) -> list[str]:
    """Build the arguments that have an engine run a launch in a container of an image.

    The machine's own toolchains are left out: an image has its own.
    """
    limits = launch.limits
    command = ["run", "--rm", "--name", name, "--user", user, *ISOLATION, *TEMPORARY]
    command += ["--pids-limit", str(limits.processes)]
    command += ["--memory", str(limits.memory_bytes), "--memory-swap", str(limits.memory_bytes)]
    most = {"core": 0, "nofile": FILES, "fsize": 2 * limits.disk_bytes, "cpu": 2 * limits.cpu_s}
    for kind, value in most.items():
        command += ["--ulimit", f"{kind}={value}:{value}"]
    for bind in list_binds(replace(launch, toolchains=())):
        command += ["--volume", _render_volume(bind)]
    for variable in (DEFAULTS | dict(launch.environment)).items():
        command += ["--env", "=".join(variable)]
    command += ["--workdir", os.path.normpath(WORK / launch.folder)]
    program, *arguments = launch.argv
    return [*command, "--entrypoint", program, image, *arguments]


def _render_volume(bind: Bind) -> str:
    return f"{bind.source}:{bind.target}:{'rw' if bind.is_writable else 'ro'}"


def _judge(ended: Exit, launch: Launch) -> Exit:
    if ended.code == ENGINE_FAILED:
        raise Unreachable(ended.output.decode(errors="replace").strip(), "sandbox")
    if ended.code == KILLED:  # by whom an engine does not tell; mostly for want of memory
        return replace(ended, code=None, limit_hit=explain_memory(launch.limits))
    return ended


def _ask(engine: str, *arguments: str) -> str:
    """Ask the engine something, and say why it does not do it; empty when it does."""
    try:
        answer = run_guarded([engine, *arguments], ASK_S, env=dict(_make_environment()))
    except (OSError, TimeoutExpired) as failure:
        return str(failure)
    lines = answer.stderr.decode(errors="replace").strip().splitlines() or [
        f"exit code {answer.returncode}"
    ]
    return lines[-1] if answer.returncode else ""


def _make_environment() -> Mapping[str, str]:
    """Make what an engine's client needs to find its engine."""
    return {
        "HOME": str(Path.home()),
        "PATH": DEFAULTS["PATH"],
        "XDG_RUNTIME_DIR": f"/run/user/{os.getuid()}",
    }
