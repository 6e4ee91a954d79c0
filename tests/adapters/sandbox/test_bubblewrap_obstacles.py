"""Why bubblewrap does not work on a machine is a sentence, with the command that helps."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.adapters.sandbox.bubblewrap import Bubblewrap
from bot.adapters.sandbox.bubblewrap_obstacles import explain_failure
from bot.adapters.sandbox.uid_pool import UidPool

ROOT = Path(__file__).parents[3]


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
    """Settings of the kernel, AppArmor, root without rights, or the container."""

    def explain(name: str, value: str) -> str:
        sysctl = tmp_path / name.replace("/", "-")
        (sysctl / name).parent.mkdir(parents=True)
        (sysctl / name).write_text(f"{value}\n")
        return explain_failure("bwrap: no", is_root=False, sysctl=sysctl, marks=())

    mark = tmp_path / "mark"
    mark.touch()
    root = explain_failure("bwrap:\nno.", is_root=True, sysctl=tmp_path, marks=())
    container = explain_failure("bwrap: no", is_root=False, sysctl=tmp_path, marks=(mark,))
    plain = explain_failure("", is_root=False, sysctl=tmp_path, marks=())

    assert "`sysctl -w kernel.unprivileged_userns_clone=1`" in explain(
        "kernel/unprivileged_userns_clone", "0"
    )
    assert "`sysctl -w user.max_user_namespaces=15000`" in explain("user/max_user_namespaces", "0")
    assert "/etc/apparmor.d/bwrap" in explain("kernel/apparmor_restrict_unprivileged_userns", "1")
    assert "bwrap: no. Run Greenlit as a user other than root" in root
    assert "bwrap: no. A container lets it start" in container
    assert "--security-opt seccomp=unconfined" in container
    assert "bubblewrap does not start here. It said: nothing." == plain


def test_rights_that_root_lacks_are_told():
    """A container's root often cannot mount, or become another user."""
    if os.getuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can give up rights of root")
    script = (
        "from bot.adapters.sandbox.bubblewrap import Bubblewrap as B; print(B().find_obstacle())"
    )
    for right in ("-sys_admin", "-chown"):
        command = ["setpriv", f"--bounding-set={right}", sys.executable, "-c", script]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

        assert done.stdout.startswith("bubblewrap does not start here. It said: A ")
        assert "Operation not permitted" in done.stdout
