"""The tier of containers: what an engine is asked for, and what is said where there is none.

No container is started here, as these machines have no engine: programs of a few lines answer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.sandbox.container import Container, build_run
from bot.adapters.sandbox.tier import Exit, Launch
from bot.ports import Unreachable
from bot.values import SandboxLimits

ENGINE = """#!/bin/sh
case "$1" in
version) {version} ;;
image) {image} ;;
run) echo "$@"; {run} ;;
rm) echo "$@" >> "$0.removed" ;;
esac
"""


def make_container(folder: Path, version=":", image=":", run=":") -> Container:
    """A tier whose engine is a program that answers so."""
    engine = folder / "docker"
    engine.write_text(ENGINE.format(version=version, image=image, run=run))
    engine.chmod(0o755)
    return Container("python:3.13-slim", engines=(str(engine),))


def test_a_container_is_closed_on_all_sides(tmp_path: Path):
    """No network, capability, new privilege, pull or writable root; the limits are the engine's."""
    limits = SandboxLimits(cpu_s=60, memory_bytes=1024**3, processes=64, disk_bytes=1024)
    launch = Launch(
        ("sh", "-e", "check.sh"),
        tmp_path,
        "web",
        {"CI": "true", "PATH": "/bin"},
        environment_folder=tmp_path / "made",
        toolchains=(Path("/opt/python"),),
        limits=limits,
    )
    command = " ".join(build_run(launch, "python:3.13-slim", "greenlit-1", "61000:61000"))

    assert (
        "run --rm --name greenlit-1 --user 61000:61000 --network none --cap-drop ALL "
        "--security-opt no-new-privileges --read-only --hostname sandbox --pull never "
        "--tmpfs /tmp:rw,nosuid,nodev,size=512m,mode=1777 "
        "--tmpfs /home/bot:rw,nosuid,nodev,size=256m,mode=1777 "
        "--pids-limit 64 --memory 1073741824 --memory-swap 1073741824 "
        "--ulimit core=0:0 --ulimit nofile=4096:4096 --ulimit fsize=2048:2048 --ulimit cpu=120:120 "
        f"--volume {tmp_path}:/workspace:rw --volume {tmp_path}/made:/environment:ro "
        "--env HOME=/home/bot --env PATH=/bin --env LANG=C.UTF-8 --env CI=true "
        "--workdir /workspace/web --entrypoint sh python:3.13-slim -e check.sh"
    ) == command


def test_what_keeps_containers_away_is_told(tmp_path: Path):
    """With the command or the setting that helps."""
    engine = f"{tmp_path}/docker"
    silent = make_container(tmp_path, version="echo 'Cannot connect.' >&2; exit 1")

    assert "no image is set: `GREENLIT_SANDBOX_IMAGE=python:3.13-slim` names one." == (
        Container(None).find_obstacle()
    )
    assert "neither dockr nor podmn is installed." == (
        Container("image", engines=("dockr", "podmn")).find_obstacle()
    )
    assert f"{engine} does not answer: Cannot connect." == silent.find_obstacle()
    lacking = make_container(tmp_path, image="exit 1")
    assert (
        f"{engine} has no image python:3.13-slim: `{engine} pull python:3.13-slim` gets it."
    ) == lacking.find_obstacle()
    assert "" == make_container(tmp_path).find_obstacle()


def test_how_a_container_ends_is_told(tmp_path: Path):
    """It is removed in any case; 137 is the kernel's, for want of memory, and 125 the engine's."""
    workspace = tmp_path / "work"
    workspace.mkdir()
    launch = Launch(("true",), workspace)

    def launch_in(run: str) -> Exit:
        return make_container(tmp_path, run=run).launch(launch)

    assert 3 == launch_in("exit 3").code
    killed = launch_in("exit 137")
    assert (None, True) == (killed.code, "more than 2 GB of memory" in killed.limit_hit)
    with pytest.raises(Unreachable, match="--entrypoint true"):
        launch_in("exit 125")
    assert 3 == Path(f"{tmp_path}/docker.removed").read_text().count("rm --force greenlit-")
    with pytest.raises(Unreachable, match="No packages"):
        make_container(tmp_path).launch(Launch(("true",), workspace, package_socket=workspace))
