"""Why bubblewrap does not work on a machine is a sentence, with the command that helps."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.bubblewrap_obstacles import explain_failure
from bot.adapters.sandbox.uid_pool import UidPool


def make_program(folder: Path, script: str) -> str:
    """A program that stands for an older or a broken bubblewrap."""
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


def make_tier(folder: Path, script: str) -> Bubblewrap:
    """The tier with another program."""
    return Bubblewrap(
        UidPool(folder / "locks", first=61_100, size=1), program=make_program(folder, script)
    )


def test_a_missing_or_old_program_is_told(tmp_path: Path):
    """With how to install it, and where a newer one is."""
    missing = Bubblewrap(program=str(tmp_path / "nothing")).find_obstacle()
    old = make_tier(tmp_path, "echo bubblewrap 0.6.1").find_obstacle()

    assert missing.startswith("bubblewrap is not installed: `")
    assert "install" in missing or "add" in missing
    assert (
        "bubblewrap 0.6.1 is too old: 0.8 or newer is needed, as in Debian 12, Ubuntu 24.04 and Fedora 38."
        == old
    )


def test_a_program_that_does_not_start_a_sandbox_is_told():
    """In its own words."""
    script = '[ "$1" = --version ] && echo bubblewrap 0.8.0 || { echo "no namespaces"; exit 1; }'
    with TemporaryDirectory() as folder:  # those of pytest are closed to other users
        Path(folder).chmod(0o755)
        obstacle = make_tier(Path(folder), script).find_obstacle()

    assert "bubblewrap does not start here. It said: no namespaces." in obstacle


def test_what_forbids_namespaces_is_told(tmp_path: Path):
    """Settings of the kernel, AppArmor, or the container."""

    def explain(name: str, value: str) -> str:
        file = tmp_path / name.replace("/", "-") / name
        file.parent.mkdir(parents=True)
        file.write_text(f"{value}\n")
        return explain_failure("bwrap: no", tmp_path / name.replace("/", "-"), ())

    mark = tmp_path / "mark"
    mark.touch()
    container = explain_failure("bwrap:\nno", tmp_path, (mark,))

    assert "`sysctl -w kernel.unprivileged_userns_clone=1`" in explain(
        "kernel/unprivileged_userns_clone", "0"
    )
    assert "`sysctl -w user.max_user_namespaces=15000`" in explain("user/max_user_namespaces", "0")
    assert "/etc/apparmor.d/bwrap" in explain("kernel/apparmor_restrict_unprivileged_userns", "1")
    assert "--security-opt seccomp=unconfined" in container
    assert container.startswith("bubblewrap does not start here. It said: bwrap: no. A container")
    assert "bubblewrap does not start here. It said: nothing." == explain_failure("", tmp_path, ())
