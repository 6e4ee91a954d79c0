"""Say why bubblewrap does not work on a machine, with the command that makes it work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from subprocess import TimeoutExpired

from bot.adapters.child_guard import run_guarded
from bot.adapters.sandbox.seccomp_filter import explain_no_filter

ASK_S = 20.0
OLDEST = (0, 8)  # --disable-userns and --size
INSTALLERS = {
    "apt-get": "apt-get install -y bubblewrap",
    "dnf": "dnf install -y bubblewrap",
    "apk": "apk add bubblewrap",
    "pacman": "pacman -S --noconfirm bubblewrap",
    "zypper": "zypper install -y bubblewrap",
}
SYSCTL = Path("/proc/sys")
CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))
APPARMOR_PROFILE = r"""
printf 'abi <abi/4.0>,\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,\n}\n'
 | sudo tee /etc/apparmor.d/bwrap && sudo systemctl reload apparmor
""".replace("\n", "")
CONTAINER_ADVICE = (
    "A container lets it start that was made with `docker run --user 10001 --security-opt "
    "seccomp=unconfined --security-opt systempaths=unconfined`, on Kubernetes one with `hostUsers: "
    "false` and `procMount: Unmasked`."
)
ROOT_ADVICE = (
    "Run Greenlit as a user other than root, or as root with CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID "
    "and CAP_CHOWN."
)


def explain_unfit(program: str) -> str:
    """Say what is wrong with the program, without a sandbox; empty when nothing is."""
    if explain_no_filter():
        return explain_no_filter()
    if not shutil.which(program):
        commands = [command for tool, command in INSTALLERS.items() if shutil.which(tool)]
        install = commands[0] if commands else INSTALLERS["apt-get"]
        return f"bubblewrap is not installed: `{install}` brings it."
    try:
        answer = run_guarded([program, "--version"], ASK_S)
    except TimeoutExpired:
        return f"bubblewrap did not tell its version within {ASK_S:g} s."
    version = tuple(map(int, re.findall(r"\d+", answer.stdout.decode())))
    if version < OLDEST:
        number = ".".join(map(str, version)) or "of this machine"
        return (
            f"bubblewrap {number} is too old: 0.8 or newer is needed, as in Debian 12, "
            "Ubuntu 24.04 and Fedora 38."
        )
    return ""


def explain_failure(
    text: str, *, is_root: bool, sysctl: Path = SYSCTL, marks: Sequence[Path] = CONTAINER_MARKS
) -> str:
    """Say why a sandbox did not start, from the words that it ended with and the machine."""
    words = " ".join(text.split()).rstrip(".") or "nothing"
    if _read(sysctl / "kernel/unprivileged_userns_clone") == "0":
        return _advise("User namespaces are off", "sysctl -w kernel.unprivileged_userns_clone=1")
    if _read(sysctl / "user/max_user_namespaces") == "0":
        return _advise("User namespaces are off", "sysctl -w user.max_user_namespaces=15000")
    if _read(sysctl / "kernel/apparmor_restrict_unprivileged_userns") == "1":
        return _advise("AppArmor keeps bubblewrap from user namespaces", APPARMOR_PROFILE)
    text = f"bubblewrap does not start here. It said: {words}."
    if is_root:
        return f"{text} {ROOT_ADVICE}"
    if any(mark.exists() for mark in marks):
        return f"{text} {CONTAINER_ADVICE}"
    return text


def _advise(cause: str, command: str) -> str:
    return f"{cause}: `{command}` lets bubblewrap work."


def _read(file: Path) -> str:
    return file.read_text().strip() if file.exists() else ""
