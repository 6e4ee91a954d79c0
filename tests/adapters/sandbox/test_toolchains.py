"""The toolchains of a machine: what can be started in a sandbox, and what is bound for it."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.adapters.sandbox.setup_script import (
    list_allowed_kinds,
    list_kinds,
    list_programs,
    write_setup_script,
)
from bot.adapters.sandbox.toolchains import Toolchains, find_toolchains
from bot.values import ProjectSetup


def lay_toolchains(home: Path) -> Toolchains:
    """Lay a Node, two Pythons and a person's own folder of programs."""
    for path in (
        "node/bin/node",
        "node/lib/node_modules/npm/cli.js",
        "own/bin/tool",
        "pythons/3.11.7/bin/python3.11",
        "pythons/3.12.1/bin/python3.12",
        "pythons/3.13.0/bin/python3.13",
    ):
        file = home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    (home / "node/bin/npm").symlink_to("../lib/node_modules/npm/cli.js")
    (home / "own/bin/ls").symlink_to("/bin/ls")
    (home / "own/bin/away").symlink_to(home / "own/bin/tool")
    for version in ("3.11.7/lib/python3.11", "3.12.1/lib/python3.12"):
        for part in ("ensurepip", "venv", "site-packages/pip"):
            (home / "pythons" / version / part).mkdir(parents=True)
    search = (home / "node/bin", home / "own/bin", home / "shims")
    return Toolchains(search, home / "pythons/3.11.7/bin/python3.11")


def test_programs_are_found_with_the_folder_that_they_need(tmp_path: Path) -> None:
    """A toolchain's home is bound; a person's folder never is, though a link in it may lead to /usr."""
    toolchains = lay_toolchains(tmp_path)
    pythons = tmp_path / "pythons"

    assert tmp_path / "node/bin/npm" == toolchains.find("npm")
    assert (tmp_path / "node",) == toolchains.list_folders(["npm", "node", "tool", "ls"])
    assert None is toolchains.find("tool") is toolchains.find("away")
    assert Path("/bin/ls").resolve() == (toolchains.find("ls") or Path()).resolve()
    assert pythons / "3.11.7/bin/python3.11" == toolchains.find("python3") == toolchains.find("pip")
    assert pythons / "3.12.1/bin/python3.12" == toolchains.find("python3.12")
    assert None is toolchains.find("python3.13")  # it cannot make a virtual environment
    path = toolchains.write_path(["python3.12", "node"]).split(":")
    assert [f"{pythons}/3.12.1/bin", f"{tmp_path}/node/bin"] == path[:2]


def test_what_a_setup_can_install_is_not_missing(tmp_path: Path) -> None:
    """uv and pnpm come from the indexes where there are any; what nobody installs is missing."""
    toolchains = lay_toolchains(tmp_path)
    programs = ["uv", "pnpm", "node", "no-such", "no-such"]

    assert ("no-such",) == toolchains.find_missing(programs)
    assert ("uv", "pnpm", "no-such") == toolchains.find_missing(programs, installs=False)
    bare = Toolchains((), tmp_path / "x/y/bin/python3.11")
    assert "" == bare.find_installer("pnpm")


def test_another_version_is_another_toolchain(tmp_path: Path) -> None:
    """The file of a program tells its version; what is missing tells nothing."""
    toolchains = lay_toolchains(tmp_path)
    before = toolchains.identify(["node", "no-such"])
    (tmp_path / "node/bin/node").write_text("#!/bin/sh\n# newer\n")

    assert 1 == len(before)
    assert before != toolchains.identify(["node", "no-such"])


def test_this_machine_has_the_bots_own_python() -> None:
    """The interpreter under the bot's environment can be started in a sandbox, or another one."""
    toolchains = find_toolchains()

    assert Path(sys.base_prefix) / "bin" == toolchains.base_python.parent
    assert toolchains.find("python3")
    assert toolchains.find("sh")


def test_script_says_and_does_what_the_setups_need(tmp_path: Path) -> None:
    """The first Python that is named makes the environment, what is missing is installed, and each
    set-up runs in its folder.
    """
    toolchains = lay_toolchains(tmp_path)
    setups = (
        ProjectSetup(("uv sync --frozen", "# don't"), programs=("python3.12",), folder="api's"),
        ProjectSetup(("pnpm install", "echo 'open"), folder="web"),
    )
    programs = list_programs(setups)
    script = write_setup_script(setups, "/environment", toolchains, is_online=True)
    offline = write_setup_script(setups, "/environment", toolchains, is_online=False)

    assert ("python3.12", "uv", "pnpm") == programs
    assert ("python", "node") == list_kinds(programs)
    python = tmp_path / "pythons/3.12.1/bin/python3.12"
    assert f"{python} -m venv --without-pip venv\n" in script
    assert "venv/bin/python -m pip --python tools/bin/python install --quiet uv\n" in script
    assert "npm install --global --silent pnpm\n" in script
    assert "(cd ./'api'\"'\"'s'; set -x\nuv sync --frozen\n# don't\n)\n(cd ./web" in script
    assert "cargo/config.toml" in script
    assert f"{python} -m venv --system-site-packages venv\n" in offline
    assert "3128" not in offline


def test_setup_that_does_not_tell_may_install_of_any_kind() -> None:
    """What `make` installs is not known; Go's index is reached only where Go may be used."""
    script = (ProjectSetup(("./install.sh --all",)),)
    assert ("sh",) == list_programs(script)
    assert {"python", "node", "crates", "go"} == set(list_kinds(["make"]))
    assert {"python", "node", "crates", "go"} == set(list_allowed_kinds(["make"]))
    assert {"python", "node", "crates"} == set(list_allowed_kinds(["python3.12"]))
    assert {"python", "node", "crates", "go"} == set(list_allowed_kinds(["go"]))
