"""Make an environment: run its set-ups beside a mirror of packages, and keep what they left."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.sandbox.environment import Environment, EnvironmentRequest
from bot.adapters.sandbox.environment_variables import (
    write_job_variables,
    write_offline_setup_variables,
    write_setup_variables,
)
from bot.adapters.sandbox.kept_wheels import WHEELS, KeptWheels
from bot.adapters.sandbox.laid_paths import keep_new_paths, list_paths
from bot.adapters.sandbox.package_indexes import PackageIndexes, find_package_indexes
from bot.adapters.sandbox.package_mirror import PackageMirror
from bot.adapters.sandbox.package_paths import BASE, name_upstream
from bot.adapters.sandbox.package_quota import MirrorLimits
from bot.adapters.sandbox.setup_failures import SetupFailure
from bot.adapters.sandbox.setup_script import (
    list_allowed_kinds,
    list_kinds,
    list_programs,
    write_setup_script,
    write_tidy_script,
)
from bot.adapters.sandbox.tier import ENVIRONMENT, Exit, Launch, Tier
from bot.adapters.sandbox.toolchains import USUAL, Supplies, Toolchains, find_toolchains
from bot.values import SandboxLimits

GIGABYTE = 1024**3
LIMITS = SandboxLimits(
    wall_s=1_800, cpu_s=3_600, memory_bytes=4 * GIGABYTE, processes=1_024, disk_bytes=8 * GIGABYTE
)
# What pip and uv say of a package that comes as source alone, or not at all.
NO_WHEEL = re.compile(rb"No matching distribution found|has no usable wheels")
SOURCES_ADVICE = (
    "Packages that come as source alone are built only where `install_scripts: true` is in "
    ".github/greenlit.yml."
)


class EnvironmentMaker:
    """Makes environments in a tier, with the toolchains of the machine.

    Indexes that are not among the supplies are asked of pip, npm, Cargo and Go.
    """

    def __init__(self, tier: Tier, supplies: Supplies) -> None:
        self._tier = tier
        self._supplies = supplies

    @cached_property
    def toolchains(self) -> Toolchains:
        """The toolchains of the machine, looked for once."""
        return find_toolchains(self._supplies.toolchains)

    def describe(self, programs: tuple[str, ...]) -> Environment:
        """Describe what is there without any set-up: the programs of the machine."""
        usual = (*programs, *USUAL)
        path = self.toolchains.write_path(usual)
        return Environment(variables={"PATH": path}, toolchains=self.toolchains.list_folders(usual))

    def describe_made(self, programs: tuple[str, ...], files: Path) -> Environment:
        """Describe an environment that was made, as a job has it."""
        bare = self.describe(programs)
        variables = write_job_variables(
            self._find_root(files), _read_path(bare), has_wheels=self._tier.has_own_network
        )
        return replace(bare, folder=files, variables=_choose(variables, programs))

    def name_upstream(self, text: str) -> str:
        """Name the package indexes in what a set-up wrote, in place of the mirror."""
        return name_upstream(text, self._indexes) if BASE in text else text

    def make(self, request: EnvironmentRequest, files: Path) -> tuple[str, ...]:
        """Run the set-ups, beside a mirror where the tier reaches one. Raises SetupFailure."""
        with ExitStack() as stack:
            mirror, wheels = None, KeptWheels(files.parent / WHEELS)
            if self._tier.has_own_network:
                mirror = stack.enter_context(self._open_mirror(request, wheels))
            if not self._tier.has_own_root:
                self._run_setups(request, files, request.workspace, mirror)
                return ()
            workspace = stack.enter_context(request.make_workspace())
            before = list_paths(workspace)
            self._run_setups(request, files, workspace, mirror)
            try:
                wheels.move(files)
                return keep_new_paths(workspace, before, files, str(ENVIRONMENT))
            except (OSError, RecursionError) as error:  # folders in folders in folders
                raise SetupFailure("What the set-up left cannot be kept.") from error

    @contextmanager
    def _open_mirror(
        self, request: EnvironmentRequest, wheels: KeptWheels
    ) -> Iterator[PackageMirror]:
        indexes = self._indexes.select(list_allowed_kinds(list_programs(request.setups)))
        limits = MirrorLimits(allows_sources=request.runs_scripts)
        with TemporaryDirectory(prefix="greenlit-") as folder:
            socket = Path(folder) / "packages.sock"
            with PackageMirror(indexes, socket, limits, wheels) as mirror:
                yield mirror

    def _run_setups(
        self,
        request: EnvironmentRequest,
        files: Path,
        workspace: Path,
        mirror: PackageMirror | None,
    ) -> None:
        launch = self._write_launch(request, files, workspace)
        socket = mirror.address if mirror else None
        done = self._tier.launch(replace(launch, package_socket=socket))
        if done.code != 0:
            summary = f"\n{mirror.quota.describe()}\n" if mirror else ""
            raise SetupFailure(self._explain(done, request), done.output + summary.encode())
        tidy = ("/bin/sh", "-c", write_tidy_script(str(self._find_root(files))))
        self._tier.launch(replace(launch, argv=tidy))

    def _write_launch(self, request: EnvironmentRequest, files: Path, workspace: Path) -> Launch:
        root = self._find_root(files)
        bare = self.describe(list_programs(request.setups))
        is_online = self._tier.has_own_network
        script = write_setup_script(request.setups, str(root), self.toolchains, is_online=is_online)
        return Launch(
            ("/bin/sh", "-e", "-c", script),
            workspace,
            environment=self._write_variables(request, root, _read_path(bare)),
            environment_folder=files,
            makes_environment=True,
            toolchains=bare.toolchains,
            limits=LIMITS,
        )

    def _write_variables(
        self, request: EnvironmentRequest, root: Path, path: str
    ) -> dict[str, str]:
        if self._tier.has_own_network:
            variables = write_setup_variables(root, path, runs_scripts=request.runs_scripts)
        else:
            variables = write_offline_setup_variables(root, path)
        return _choose(variables, list_programs(request.setups))

    def _explain(self, done: Exit, request: EnvironmentRequest) -> str:
        """Say why a set-up failed."""
        if done.limit_hit:
            return f"The set-up was ended: {done.limit_hit}"
        text = f"The set-up failed with exit code {done.code}."
        if self._tier.has_own_network:
            is_source = NO_WHEEL.search(done.output) and not request.runs_scripts
            return f"{text} {SOURCES_ADVICE}" if is_source else text
        return f"{text} It has no network here, so what it installs must be on the machine already."

    @cached_property
    def _indexes(self) -> PackageIndexes:
        return find_package_indexes(self._supplies.indexes, self.toolchains.base_python)

    def _find_root(self, files: Path) -> Path:
        return ENVIRONMENT if self._tier.has_own_root else files


def _read_path(environment: Environment) -> str:
    return environment.variables["PATH"]


def _choose(variables: dict[str, str], programs: tuple[str, ...]) -> dict[str, str]:
    """Leave out the virtual environment where none is made."""
    if "python" in list_kinds(programs):
        return variables
    absent = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
    return {name: value for name, value in variables.items() if name not in absent}
