"""Make the environments in which checks run: once for each set-up, kept in a store on the disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from bot.adapters.sandbox.environment import Environment, EnvironmentRequest
from bot.adapters.sandbox.environment_maker import EnvironmentMaker
from bot.adapters.sandbox.environment_store import EnvironmentStore
from bot.adapters.sandbox.setup_failures import SetupFailure, SetupFailures
from bot.adapters.sandbox.setup_script import list_programs
from bot.adapters.sandbox.tier import Tier
from bot.adapters.sandbox.toolchains import Supplies

CAP_BYTES = 20 * 1024**3
FORMAT = 1  # of what is in an environment: another number makes all of them anew


class Environments:
    """The environments of a tier, in a store below a folder."""

    def __init__(
        self,
        folder: Path,
        tier: Tier,
        supplies: Supplies | None = None,
        cap_bytes: int = CAP_BYTES,
    ) -> None:
        self._store = EnvironmentStore(folder, cap_bytes)
        self._tier = tier
        self._maker = EnvironmentMaker(tier, supplies or Supplies())
        self._failures = SetupFailures()

    @contextmanager
    def acquire(self, request: EnvironmentRequest) -> Iterator[Environment]:
        """Find or make the environment; it is kept from being evicted while the block lasts."""
        programs = list_programs(request.setups)
        if not request.setups:
            yield self._maker.describe(programs)
            return
        key = self._write_key(request, programs)
        with ExitStack() as stack:
            try:
                self._check_programs(programs)
                self._failures.raise_known(request.workspace, key)
                files, stored = stack.enter_context(
                    self._store.hold(
                        key, lambda files: self._maker.make(request, files), request.repo
                    )
                )
            except SetupFailure as failure:
                self._failures.remember(request.workspace, key, failure)
                yield Environment(obstacle=str(failure), log=failure.log)
                return
            environment = self._maker.describe_made(programs, files)
            yield replace(environment, key=key, laid=stored.laid)

    def name_upstream(self, text: str) -> str:
        """Name the package indexes in a text that was written beside the mirror."""
        return self._maker.name_upstream(text)

    def _check_programs(self, programs: tuple[str, ...]) -> None:
        """Raise SetupFailure where the machine lacks a program that no set-up can install."""
        installs = self._tier.has_own_network
        missing = self._maker.toolchains.find_missing(programs, installs=installs)
        if missing:
            raise SetupFailure(f"The machine does not have {', '.join(missing)}.")

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
            "programs": self._maker.toolchains.identify(programs),
        }
        return hashlib.sha256(json.dumps(document).encode()).hexdigest()[:40]
