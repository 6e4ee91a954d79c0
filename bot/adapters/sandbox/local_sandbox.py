"""The port Sandbox on this machine: workspaces and environments on the disk, and a tier."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.sandbox.environment import Environment, EnvironmentRequest
from bot.adapters.sandbox.environments import Environments
from bot.adapters.sandbox.folder_lock import hold_lock
from bot.adapters.sandbox.job_workspace import (
    JobWorkspace,
    delete_workspace,
    list_wanted_files,
    open_workspace,
)
from bot.adapters.sandbox.leftovers import LOCK, delete_leftovers, discard_workspace, take_spare
from bot.adapters.sandbox.openat2 import find_openat2_obstacle
from bot.adapters.sandbox.read_machine import read_machine, read_machine_inside
from bot.adapters.sandbox.tier import ENVIRONMENT, WORK, Exit, Launch, Tier
from bot.adapters.sandbox.toolchains import Supplies, find_toolchains
from bot.adapters.sandbox.unfit_job import explain_unfit_job
from bot.ports import Mirrors, Unreachable
from bot.values import Machine, SandboxJob, SandboxResult, SandboxState

CHOICE = Callable[[], tuple[Tier | None, SandboxState]]
ALWAYS = {"CI": "true", "LANG": "C.UTF-8"}  # as the services that run checks set it
SLOTS = 4
LONG_S = 1.0  # in less time, nothing large is built
MEGABYTE, GIGABYTE = 1024**2, 1024**3
WORKSPACES, ENVIRONMENTS = "workspaces", "environments"


class LocalSandbox:
    """Runs jobs in a tier that `choose_tier` finds at the first use, which takes a second or two.

    One job at a time in a workspace, and `slots` of them at a time in all.
    """

    def __init__(
        self,
        folder: Path,
        mirrors: Mirrors,
        choose_tier: CHOICE,
        slots: int = SLOTS,
        supplies: Supplies | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._supplies = supplies or Supplies()
        self._mirrors = mirrors
        self._choose_tier = choose_tier
        self._slots = threading.BoundedSemaphore(slots)
        self._choosing = threading.Lock()
        self._choice: tuple[Tier | None, SandboxState] | None = None
        self._machine: Machine | None = None
        self._environments: Environments | None = None

    def describe(self) -> SandboxState:
        """Return the tier that is used here; the first call waits for its probes."""
        return self._find_tier()[1]

    def find_machine(self) -> Machine:
        """Return the programs that jobs have; the first call asks each for its version."""
        tier, _ = self._find_tier()
        with self._choosing:
            if self._machine is None:
                self._machine = self._read_machine(tier)
            return self._machine

    def run(self, job: SandboxJob) -> SandboxResult:
        """Run the commands in the job's workspace, and read back what may come back."""
        tier, state = self._find_tier()
        if tier is None:
            return SandboxResult(obstacle=state.reason or "There is no sandbox here.")
        if obstacle := explain_unfit_job(job):
            return SandboxResult(obstacle=obstacle)
        with self._lock(job.workspace) as path, self._slots:
            try:
                take_spare(path, job.tree.repo.name)
                with open_workspace(path) as workspace:
                    return self._run_in(tier, workspace, job)
            except OSError as failed:
                raise Unreachable(f"the sandbox's folder fails: {failed}", "sandbox") from failed

    def discard(self, workspace: str) -> None:
        """Remove what is kept between the jobs of a run."""
        if self._folder.exists():
            with self._lock(workspace) as path:
                discard_workspace(path)

    def delete_leftovers(self) -> None:
        """Delete the workspaces of runs that are gone: unused for days, or too large together."""
        delete_leftovers(self._folder / WORKSPACES)

    def _read_machine(self, tier: Tier | None) -> Machine:
        """Read the programs of this machine, or of the image where a container brings its own."""
        if tier is None or tier.name != "container":
            return read_machine(find_toolchains(self._supplies.toolchains).find)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self._folder) as folder:
            return read_machine_inside(tier, Path(folder))

    def _find_tier(self) -> tuple[Tier | None, SandboxState]:
        with self._choosing:
            if self._choice is None:
                # Without it no workspace is read safely, whatever the tier keeps in.
                obstacle = find_openat2_obstacle()
                none = None, SandboxState("none", obstacle)
                self._choice = none if obstacle else self._choose_tier()
            return self._choice

    @contextmanager
    def _lock(self, workspace: str) -> Iterator[Path]:
        name = hashlib.sha256(workspace.encode()).hexdigest()[:32]
        path = self._folder / WORKSPACES / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_lock(path.with_suffix(LOCK)):
            yield path

    def _run_in(self, tier: Tier, workspace: JobWorkspace, job: SandboxJob) -> SandboxResult:
        wanted = list_wanted_files(self._mirrors, job.tree, job.patch)
        if wanted.size > job.limits.disk_bytes:
            return SandboxResult(obstacle=_explain_size(wanted.size, job.limits.disk_bytes))
        workspace.sync(self._mirrors, job.tree, wanted)
        with self._acquire_environment(tier, workspace, job) as environment:
            if environment.obstacle:
                return SandboxResult(log=environment.log, obstacle=environment.obstacle)
            if trouble := _lay_environment(tier, workspace, job, environment):
                return trouble
            began_ns = workspace.read_clock()
            ended = tier.launch(_make_launch(workspace, job, environment, job.commands))
        result = self._collect(workspace, job, ended, began_ns)
        name_upstream = self._open_environments(tier).name_upstream
        changes = {path: text and name_upstream(text) for path, text in result.changes.items()}
        log = _name_places(tier, ended.output, workspace.files, environment.folder)
        return replace(result, changes=changes, log=log, left_out=wanted.left_out)

    def _collect(
        self, workspace: JobWorkspace, job: SandboxJob, ended: Exit, began_ns: int
    ) -> SandboxResult:
        """Read back what the commands did to the files, and keep the workspace to its size."""
        collected = workspace.collect(job.returns)
        new_files = workspace.list_new_files(self._mirrors, job.tree, began_ns)
        limit_bytes = job.limits.disk_bytes
        dropped = collected.dropped
        if ended.took_s >= LONG_S and workspace.measure() > limit_bytes:
            workspace.clean()
            dropped += (f"what was built: it takes more than {_render_size(limit_bytes)}",)
        return SandboxResult(
            ended.code,
            ended.output,
            ended.took_s,
            ended.limit_hit,
            collected.changes,
            dropped,
            new_files=new_files,
        )

    @contextmanager
    def _acquire_environment(
        self, tier: Tier, workspace: JobWorkspace, job: SandboxJob
    ) -> Iterator[Environment]:
        inputs = self._read_inputs(job) if job.setups else {}
        request = EnvironmentRequest(
            job.tree.repo.name,
            job.setups,
            inputs,
            workspace.files,
            lambda: self._make_bare_workspace(workspace.path / "setup", job),
        )
        with self._open_environments(tier).acquire(request) as environment:
            yield environment

    def _open_environments(self, tier: Tier) -> Environments:
        with self._choosing:
            if self._environments is None:
                self._environments = Environments(self._folder / ENVIRONMENTS, tier, self._supplies)
            return self._environments

    def _read_inputs(self, job: SandboxJob) -> Mapping[str, bytes]:
        """Read what the set-ups depend on, as it is with the patch."""
        paths = {path for setup in job.setups for path in setup.inputs}
        inputs = self._mirrors.read(job.tree, paths - job.patch.files.keys())
        for path in paths & job.patch.files.keys():
            text = job.patch.files[path]
            if text is not None:
                inputs[path] = text.encode()
        return inputs

    @contextmanager
    def _make_bare_workspace(self, path: Path, job: SandboxJob) -> Iterator[Path]:
        """Make a folder with the job's files and nothing else, and remove it after the block."""
        delete_workspace(path)
        try:
            with open_workspace(path) as workspace:
                wanted = list_wanted_files(self._mirrors, job.tree, job.patch)
                workspace.sync(self._mirrors, job.tree, wanted)
                yield workspace.files
        finally:
            delete_workspace(path)


def _lay_environment(
    tier: Tier, workspace: JobWorkspace, job: SandboxJob, environment: Environment
) -> SandboxResult | None:
    """Lay what the set-up left over the workspace, once; return what failed."""
    manifest = workspace.manifest
    if manifest.environment == environment.key:
        return None
    if script := environment.write_lay_script(manifest.laid):
        ended = tier.launch(
            _make_launch(workspace, replace(job, folder=""), environment, (script,))
        )
        if ended.code != 0:
            text = "What the set-up left cannot be laid over the files of the repository."
            return SandboxResult(log=ended.output, obstacle=text)
    workspace.manifest = replace(
        manifest, environment=environment.key, laid=tuple(environment.laid)
    )
    return None


def _make_launch(
    workspace: JobWorkspace, job: SandboxJob, environment: Environment, commands: tuple[str, ...]
) -> Launch:
    return Launch(
        ("/bin/sh", "-e", "-c", "\n".join(commands)),
        workspace.files,
        job.folder,
        ALWAYS | dict(environment.variables) | job.environment,
        environment.folder,
        toolchains=environment.toolchains,
        limits=job.limits,
    )


def _explain_size(size: int, limit_bytes: int) -> str:
    return (
        f"The files of the repository are {_render_size(size)}, and the sandbox takes "
        f"{_render_size(limit_bytes)} at most."
    )


def _render_size(size: int) -> str:
    return f"{size / GIGABYTE:.1f} GB" if size >= GIGABYTE else f"{size / MEGABYTE:.0f} MB"


def _name_places(tier: Tier, output: bytes, files: Path, environment: Path | None) -> bytes:
    """Name the sandbox's own places where a tier shows those of the host."""
    if tier.has_own_root:
        return output
    output = output.replace(bytes(files), bytes(WORK))
    return output.replace(bytes(environment), bytes(ENVIRONMENT)) if environment else output
