"""Environments: made once for a set-up, kept in the store, laid over workspaces."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.adapters.sandbox.environment import Environment, EnvironmentRequest
from bot.adapters.sandbox.environment_store import RECORD
from bot.adapters.sandbox.environments import Environments
from bot.adapters.sandbox.kept_wheels import KeptWheels
from bot.adapters.sandbox.laid_paths import keep_new_paths, list_paths, write_lay_script
from bot.values import ProjectSetup
from tests.adapters.sandbox.sandboxed import OpenTier


@dataclass
class Store:
    """Environments over a tier that keeps nothing out, and has no network of its own."""

    home: Path
    cap_bytes: int = 1_000_000_000
    tier: OpenTier = field(default_factory=OpenTier)

    def __post_init__(self) -> None:
        self.environments = Environments(self.home / "e", self.tier, cap_bytes=self.cap_bytes)

    @contextmanager
    def acquire(
        self,
        *commands: str,
        inputs: Mapping[str, bytes] | None = None,
        repo: str = "ada/engine",
        workspace: str = "w",
        programs: tuple[str, ...] = (),
    ) -> Iterator[Environment]:
        folder = self.home / workspace
        folder.mkdir(exist_ok=True)
        setup = ProjectSetup(commands, tuple(inputs or ()), programs)
        request = EnvironmentRequest(repo, (setup,), inputs or {}, folder, self._make_workspace)
        with self.environments.acquire(request) as environment:
            yield environment

    def _make_workspace(self) -> AbstractContextManager[Path]:
        raise AssertionError("this tier has no root of its own")

    @property
    def names(self) -> set[str]:
        """The environments that are there."""
        return {path.name for path in (self.home / "e").iterdir() if path.is_dir()}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_environment_is_made_once_for_what_it_depends_on(store: Store) -> None:
    """The same commands and inputs find it; another input, command or repository makes another."""
    line = 'echo ran >> "$HOME/log"'
    keys = []
    for inputs, commands, repo in (
        ({"lock": b"1"}, (line,), "ada/engine"),
        ({"lock": b"1"}, (line,), "ada/engine"),
        ({"lock": b"2"}, (line,), "ada/engine"),
        ({"lock": b"1"}, (line, "true"), "ada/engine"),
        ({"lock": b"1"}, (line,), "ada/other"),
    ):
        with store.acquire(*commands, inputs=inputs, repo=repo) as environment:
            keys.append(environment.key)
            log = (environment.folder or Path()) / "home/log"
            assert ("", "ran\n") == (environment.obstacle, log.read_text())

    assert keys[0] == keys[1]
    assert 4 == len(set(keys)) == len(store.names)


def test_failed_setup_is_told_and_remembered_for_the_run(store: Store) -> None:
    """The log says what failed; the run does not wait for it again, another run tries anew."""
    commands = ("echo so far", "false", "echo never")
    with store.acquire(*commands) as environment:
        obstacle, log = environment.obstacle, environment.log.decode()
    launches = len(store.tier.launches)
    with store.acquire(*commands) as again:
        pass

    assert (
        "The set-up failed with exit code 1. It has no network here, so what it installs must be on "
        "the machine already."
    ) == obstacle
    assert "so far\n" in log
    assert "never\n" not in log
    assert (obstacle, log) == (again.obstacle, again.log.decode())
    assert launches == len(store.tier.launches)
    with store.acquire(*commands, workspace="other") as other:
        assert other.obstacle
    assert launches < len(store.tier.launches)
    assert set() == store.names


def test_missing_program_is_the_obstacle(store: Store) -> None:
    """What the machine lacks is named, and nothing is run; uv cannot be installed offline."""
    with store.acquire("uv sync", programs=("no-such-program",)) as environment:
        assert "The machine does not have no-such-program, uv." == environment.obstacle
    assert [] == store.tier.launches


def test_least_recently_used_goes_but_never_what_is_in_use(tmp_path: Path) -> None:
    """Beyond the cap the oldest goes; an environment in use stays, one half made goes first."""
    store = Store(tmp_path, cap_bytes=2_500_000)
    fill = 'head -c 1000000 /dev/zero > "$HOME/fill"; : '
    with store.acquire(fill + "a") as a, store.acquire(fill + "b") as b:
        pass
    os.utime(tmp_path / "e" / a.key / RECORD, (1, 1))
    os.utime(tmp_path / "e" / b.key / RECORD, (2, 2))
    (tmp_path / "e" / "half" / "files").mkdir(parents=True)
    with store.acquire(fill + "a"):
        os.utime(tmp_path / "e" / a.key / RECORD, (1, 1))
        with store.acquire(fill + "c") as c:
            assert {a.key, c.key} == store.names
        with store.acquire(fill + "d") as d:
            assert {a.key, d.key} == store.names
        with store.acquire(fill + "d"):
            pass
    with store.acquire(fill + "e") as e:
        assert {d.key, e.key} == store.names


def test_two_who_need_it_at_once_make_it_once(store: Store) -> None:
    """The second one waits for the first, and finds what was made."""
    found = []

    def need() -> None:
        with store.acquire("sleep 0.2") as environment:
            found.append(environment.key)

    threads = [threading.Thread(target=need) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 3 == len(found)
    assert 1 == len([launch for launch in store.tier.launches if "sleep" in launch.argv[-1]])


def test_variables_lead_to_the_environment_and_off_the_network(store: Store) -> None:
    """A job finds what was installed first, and no tool asks a network; without set-ups there is
    the PATH of the machine's toolchains.
    """
    with store.acquire("true") as environment:
        variables = environment.variables
        path = variables["PATH"].split(os.pathsep)
        told = {variables[name] for name in ("PIP_NO_INDEX", "UV_OFFLINE", "CARGO_NET_OFFLINE")}

        assert f"{environment.folder}/venv/bin" == path[0]
        assert "/usr/bin" in path
        assert {"1", "true"} == told
        assert "VIRTUAL_ENV" not in variables
    request = EnvironmentRequest("a/b", (), {}, store.home, store._make_workspace)
    with store.environments.acquire(request) as bare:
        assert (None, ("PATH",), "") == (bare.folder, tuple(bare.variables), bare.obstacle)


def test_what_a_setup_left_is_laid_over_other_workspaces(tmp_path: Path) -> None:
    """Packages are linked to, caches can be written beside them; the rest is copied, once."""
    made, files, other = (tmp_path / name for name in ("made", "files", "other"))
    for folder in (made / "web/src", files, other / "web/src"):
        folder.mkdir(parents=True)
    (made / "web/package.json").write_text("{}")
    before = list_paths(made)
    script = """
    mkdir -p web/node_modules/pad web/node_modules/@org/a web/node_modules/.bin web/node_modules/.cache
    echo 1 > web/node_modules/pad/index.js; echo 2 > web/node_modules/@org/a/index.js
    ln -s ../pad/index.js web/node_modules/.bin/pad; ln -s ../../src web/node_modules/@org/own
    echo generated > web/src/version.txt; mkdir -p .venv/bin __pycache__; ln -s /etc out
    mkdir 'it'"'"'s'; echo x > 'it'"'"'s/x'; echo '{"x":1}' > web/package.json
    """
    run(made, script)

    laid = keep_new_paths(made, before, files, str(files))
    lay = write_lay_script(laid, str(files), ())
    (other / "web/src/version.txt").write_text("own\n")
    run(other, lay)
    run(other, lay)
    kept = files / "kept/web/node_modules"

    assert (".venv", "it's", "out", "web/node_modules", "web/src/version.txt") == laid
    assert {"web"} == {path.name for path in made.iterdir() if path.name != "__pycache__"}
    modules = other / "web/node_modules"
    assert (kept / "pad", kept / "@org/a") == (
        (modules / "pad").readlink(),
        (modules / "@org/a").readlink(),
    )
    assert "../../src" == str((modules / "@org/own").readlink())
    assert "1\n" == (modules / ".bin/pad").read_text()
    assert not (modules / ".cache").exists()
    assert "/etc" == str((other / "out").readlink())
    assert "own\n" == (other / "web/src/version.txt").read_text()
    assert "x\n" == (other / "it's/x").read_text()
    assert (other / ".venv").is_symlink()
    run(other, write_lay_script((), str(files), laid))
    assert {"web"} == {path.name for path in other.iterdir()}


def run(folder: Path, script: str) -> None:
    subprocess.run(["sh", "-e", "-c", script], cwd=folder, check=True)


def test_links_in_the_place_of_the_bots_folders_lead_nowhere(tmp_path: Path) -> None:
    """A set-up that puts links where the bot writes has it write beside them, not through them."""
    made, files, outside = (tmp_path / name for name in ("made", "home/files", "outside"))
    for folder in (made, files, outside):
        folder.mkdir(parents=True)
    outside.chmod(0o700)
    for name in ("kept", "overlay", "wheels"):
        (files / name).symlink_to(outside)
    (made / "node_modules/.bin").mkdir(parents=True)
    (made / "node_modules/@file").write_text("x")
    wheels = KeptWheels(tmp_path / "mirrored")
    url = "https://x.example/a/b-1-py3-none-any.whl"
    parts = wheels.keep(url, "2", iter([b"a", b"b"]))
    broken = wheels.keep(url.replace("b-1", "c-1"), "9", iter([b"a", b"b"]))
    large = wheels.keep(url.replace("b-1", "d-1"), "9" * 9, iter([b"a"]))

    assert [b"ab", b"a"] == [b"".join(parts), b"".join(large)]
    next(broken)
    del broken
    wheels.move(files)
    keep_new_paths(made, frozenset(), files, str(files))

    assert ([], 0o700) == (list(outside.iterdir()), outside.stat().st_mode & 0o777)
    assert ["b-1-py3-none-any.whl"] == [path.name for path in (files / "wheels").iterdir()]
    assert files / "kept/node_modules/@file" == (files / "overlay/node_modules/@file").readlink()
