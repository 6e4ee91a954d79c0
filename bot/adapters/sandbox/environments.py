"""Make the environments in which checks run: once for each set-up, kept in a store on the disk."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.sandbox.environment_store import EnvironmentStore
from bot.adapters.sandbox.environment_variables import (
    write_job_variables,
    write_offline_setup_variables,
    write_setup_variables,
)
from bot.adapters.sandbox.kept_wheels import WHEELS, KeptWheels
from bot.adapters.sandbox.laid_paths import keep_new_paths, list_paths, write_lay_script
from bot.adapters.sandbox.package_indexes import PackageIndexes, find_package_indexes
from bot.adapters.sandbox.package_mirror import PackageMirror
from bot.adapters.sandbox.package_quota import MirrorLimits
from bot.adapters.sandbox.setup_script import (
    list_kinds,
    list_programs,
    write_setup_script,
    write_tidy_script,
)
from bot.adapters.sandbox.tier import ENVIRONMENT, Exit, Launch, Tier
from bot.adapters.sandbox.toolchains import USUAL, Supplies, Toolchains, find_toolchains
from bot.values import ProjectSetup, SandboxLimits

GIGABYTE = 1024**3
CAP_BYTES = 20 * GIGABYTE
LIMITS = SandboxLimits(
    wall_s=1_800, cpu_s=3_600, memory_bytes=4 * GIGABYTE, processes=1_024, disk_bytes=8 * GIGABYTE
)
# What pip and uv say of a package that comes as source alone, or not at all.
NO_WHEEL = re.compile(rb"No matching distribution found|has no usable wheels")
SOURCES_ADVICE = (
    "Packages that come as source alone are built only where `install_scripts: true` is in "
    ".github/greenlit.yml."
)
FORMAT = 1  # of what is in an environment: another number makes all of them anew
REMEMBERED_S, REMEMBERED = 900.0, 64  # for how long a run is told again that its set-up failed


@dataclass(frozen=True, slots=True)
class EnvironmentRequest:
    """The set-ups of a job, with what they depend on.

    `inputs` has the contents of all files that the set-ups name. `make_workspace` makes a folder
    with the job's files and nothing else, in which the set-up runs, and removes it.
    """

    repo: str  # environments are never shared between repositories
    setups: tuple[ProjectSetup, ...]
    inputs: Mapping[str, bytes]
    workspace: Path  # of the run, where the tier has no root of its own
    make_workspace: Callable[[], AbstractContextManager[Path]]


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment to launch a job in, or the obstacle to it with the log of the set-up.

    `laid` are the paths in the workspace that `write_lay_script` fills.
    """

    key: str = ""
    folder: Path | None = None  # read-only for a job
    variables: Mapping[str, str] = field(default_factory=dict)
    toolchains: tuple[Path, ...] = ()
    laid: tuple[str, ...] = ()
    obstacle: str = ""  # in a sentence
    log: bytes = b""

    def write_lay_script(self, before: tuple[str, ...] = ()) -> str:
        """Write the shell lines that lay what the set-up left, such as `node_modules`, over a
        workspace. To run in its root, once for a workspace and an environment; `before` are the
        paths that another environment laid there.
        """
        return write_lay_script(self.laid, str(ENVIRONMENT), before)


class _SetupFailure(Exception):
    """An environment cannot be made."""

    def __init__(self, obstacle: str, log: bytes = b"") -> None:
        super().__init__(obstacle)
        self.log = log


class Environments:
    """The environments of a tier, in a store below a folder.

    Indexes that are not among the supplies are asked of pip, npm, Cargo and Go.
    """

    def __init__(
        self,
        folder: Path,
        tier: Tier,
        supplies: Supplies | None = None,
        cap_bytes: int = CAP_BYTES,
    ) -> None:
        self._store = EnvironmentStore(folder, cap_bytes)
        self._tier = tier
        self._supplies = supplies or Supplies()
        self._failures: dict[tuple[Path, str], tuple[float, _SetupFailure]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def acquire(self, request: EnvironmentRequest) -> Iterator[Environment]:
        """Find or make the environment; it is kept from being evicted while the block lasts."""
        programs = list_programs(request.setups)
        bare = self._describe(programs)
        if not request.setups:
            yield bare
            return
        key = self._write_key(request, programs)
        with ExitStack() as stack:
            try:
                self._raise_known_failure(request, programs, key)
                files, stored = stack.enter_context(
                    self._store.hold(key, lambda files: self._make(request, files))
                )
            except _SetupFailure as failure:
                self._remember(request, key, failure)
                yield replace(bare, obstacle=str(failure), log=failure.log)
                return
            root = self._find_root(files)
            variables = write_job_variables(
                root, _read_path(bare), has_wheels=self._tier.has_own_network
            )
            yield replace(
                bare,
                key=key,
                folder=files,
                variables=_choose(variables, programs),
                laid=stored.laid,
            )

    @cached_property
    def _toolchains(self) -> Toolchains:
        return find_toolchains(self._supplies.toolchains)

    @cached_property
    def _indexes(self) -> PackageIndexes:
        return find_package_indexes(self._supplies.indexes, self._toolchains.base_python)

    def _describe(self, programs: tuple[str, ...]) -> Environment:
        """Describe what is there without any set-up: the programs of the machine."""
        usual = (*programs, *USUAL)
        path = self._toolchains.write_path(usual)
        return Environment(
            variables={"PATH": path}, toolchains=self._toolchains.list_folders(usual)
        )

    def _find_root(self, files: Path) -> Path:
        return ENVIRONMENT if self._tier.has_own_root else files

    def _write_key(self, request: EnvironmentRequest, programs: tuple[str, ...]) -> str:
        """Write the name of an environment: it is the same where the set-up would be."""
        document = {
            "format": FORMAT,
            "tier": self._tier.name,
            "repo": request.repo,
            # Paths of the workspace are in what is installed; without a root each has its own.
            "workspace": "" if self._tier.has_own_root else str(request.workspace),
            "setups": [asdict(replace(setup, source="")) for setup in request.setups],
            "inputs": {
                path: hashlib.sha256(content).hexdigest()
                for path, content in sorted(request.inputs.items())
            },
            "programs": self._toolchains.identify(programs),
        }
        return hashlib.sha256(json.dumps(document).encode()).hexdigest()[:40]

    def _make(self, request: EnvironmentRequest, files: Path) -> tuple[str, ...]:
        """Run the set-ups, beside a mirror where the tier reaches one. Raises _SetupFailure."""
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
                raise _SetupFailure("What the set-up left cannot be kept.") from error

    @contextmanager
    def _open_mirror(
        self, request: EnvironmentRequest, wheels: KeptWheels
    ) -> Iterator[PackageMirror]:
        indexes = self._indexes.select(list_kinds(list_programs(request.setups)))
        limits = MirrorLimits(allows_sources=_runs_scripts(request))
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
            raise _SetupFailure(self._explain(done, request), done.output + summary.encode())
        tidy = ("/bin/sh", "-c", write_tidy_script(str(self._find_root(files))))
        self._tier.launch(replace(launch, argv=tidy))

    def _write_launch(self, request: EnvironmentRequest, files: Path, workspace: Path) -> Launch:
        root = self._find_root(files)
        bare = self._describe(list_programs(request.setups))
        is_online = self._tier.has_own_network
        script = write_setup_script(
            request.setups, str(root), self._toolchains, is_online=is_online
        )
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
            variables = write_setup_variables(root, path, runs_scripts=_runs_scripts(request))
        else:
            variables = write_offline_setup_variables(root, path)
        return _choose(variables, list_programs(request.setups))

    def _explain(self, done: Exit, request: EnvironmentRequest) -> str:
        """Say why a set-up failed."""
        if done.limit_hit:
            return f"The set-up was ended: {done.limit_hit}"
        text = f"The set-up failed with exit code {done.code}."
        runs_scripts = any(setup.runs_scripts for setup in request.setups)
        if self._tier.has_own_network:
            is_source = NO_WHEEL.search(done.output) and not runs_scripts
            return f"{text} {SOURCES_ADVICE}" if is_source else text
        return f"{text} It has no network here, so what it installs must be on the machine already."

    def _raise_known_failure(
        self, request: EnvironmentRequest, programs: tuple[str, ...], key: str
    ) -> None:
        missing = self._toolchains.find_missing(programs, installs=self._tier.has_own_network)
        if missing:
            raise _SetupFailure(f"The machine does not have {', '.join(missing)}.")
        with self._lock:
            until, failure = self._failures.pop((request.workspace, key), (0.0, None))
            if failure and until > time.monotonic():
                self._failures[request.workspace, key] = (until, failure)
                raise failure

    def _remember(self, request: EnvironmentRequest, key: str, failure: _SetupFailure) -> None:
        """Remember a failure for the run, so that it does not wait for it again; not for ever."""
        with self._lock:
            self._failures.setdefault(
                (request.workspace, key), (time.monotonic() + REMEMBERED_S, failure)
            )
            while len(self._failures) > REMEMBERED:
                del self._failures[next(iter(self._failures))]


def _runs_scripts(request: EnvironmentRequest) -> bool:
    return any(setup.runs_scripts for setup in request.setups)


def _read_path(environment: Environment) -> str:
    return environment.variables["PATH"]


def _choose(variables: dict[str, str], programs: tuple[str, ...]) -> dict[str, str]:
    """Leave out the virtual environment where none is made."""
    if "python" in list_kinds(programs):
        return variables
    absent = ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")
    return {name: value for name, value in variables.items() if name not in absent}
