"""Attacks on files: to read what is the machine's or the bot's, and to write outside."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH101, PTH104, PTH108, PTH111, PTH116, PTH118, PTH120, PTH208, PTH211

from __future__ import annotations

import errno
import os
import stat
import sys

from .attack import (
    Attack,
    Targets,
    find_mark,
    list_names,
    open_any,
    try_call,
    try_in_child,
)

SYSTEM_FOLDERS = ("/", "/etc", "/usr", "/usr/bin", "/usr/lib", "/usr/local/bin", "/opt", "/srv")
STATE_FOLDERS = ("/root", "/home", "/var", "/var/lib", "/run", "/run/lock", "/dev")


def read_passwords(_: Targets) -> str:
    """Read the hashes of the machine's passwords."""
    return open_any(["/etc/shadow", "/etc/shadow-", "/etc/gshadow"])


def read_home(targets: Targets) -> str:
    """Read the bot's settings, record and mirrors."""
    return find_mark(targets.secret_files)


def list_home(targets: Targets) -> str:
    """List the bot's folder."""
    return f"listed {len(os.listdir(targets.private))} names"


def write_home(targets: Targets) -> str:
    """Write to the bot's folder."""
    return _write(targets, [targets.private])


def change_home(targets: Targets) -> str:
    """Open the bot's settings, record and mirrors for writing."""
    return open_any(targets.secret_files, os.O_WRONLY)


def remove_from_home(targets: Targets) -> str:
    """Remove a file of the bot."""
    os.unlink(f"{targets.private}/spare")
    return "removed it"


def list_users(_: Targets) -> str:
    """Look into the folders of the machine's users."""
    folders = {"/root", *(f"/home/{name}" for name in list_names("/home"))}
    for folder in folders - {os.path.expanduser("~")}:
        for name in list_names(folder):
            path = f"{folder}/{name}"
            if not sys.prefix.startswith(f"{path}/"):  # which is shown, and what leads to it
                return f"saw {path}"
    raise OSError(errno.EACCES, "nothing was listed")


def change_toolchain(targets: Targets) -> str:
    """Write to the toolchain that it runs with."""
    return _write(targets, [sys.prefix, os.path.dirname(os.__file__)])


def read_other_workspace(targets: Targets) -> str:
    """Read the workspace of another run."""
    return find_mark(
        [f"{targets.other_workspace}/secret", f"{targets.work}/../../other/files/secret"]
    )


def list_other_workspace(targets: Targets) -> str:
    """List the workspace of another run."""
    return f"listed {len(os.listdir(targets.other_workspace))} names"


def write_other_workspace(targets: Targets) -> str:
    """Write to the workspace of another run."""
    return _write(targets, [targets.other_workspace, f"{targets.work}/../../other/files"])


def rename_out_of_other_workspace(targets: Targets) -> str:
    """Take a file from the workspace of another run."""
    os.rename(f"{targets.other_workspace}/loot", f"{targets.work}/loot")
    return "took it"


def write_beside_workspace(targets: Targets) -> str:
    """Write to the folder that holds the workspace."""
    return _write(targets, [f"{targets.work}/..", f"{targets.work}/../.."])


def write_system(targets: Targets) -> str:
    """Write to the folders of the system."""
    return _write(targets, list(SYSTEM_FOLDERS))


def write_state(targets: Targets) -> str:
    """Write to the folders of users and services."""
    return _write(targets, list(STATE_FOLDERS))


def change_program(_: Targets) -> str:
    """Open a program of the system for writing."""
    # One that runs somewhere is busy, which keeps a writer out for that time alone.
    rarely_run = ["/usr/bin/factor", "/usr/bin/tac", "/usr/bin/tsort"]
    return open_any([*rarely_run, "/usr/bin/env", "/bin/sh", "/usr/bin/git"], os.O_WRONLY)


def change_users(_: Targets) -> str:
    """Open the list of users for writing."""
    return open_any(["/etc/passwd", "/etc/group", "/etc/hosts"], os.O_WRONLY)


def link_symbolically(targets: Targets) -> str:
    """Read a file outside by a symbolic link in the workspace."""
    link = f"{targets.work}/symbolic-link"
    os.symlink(targets.secret_file, link)
    return find_mark([link])


def link_hard(targets: Targets) -> str:
    """Make a hard link in the workspace to a file outside."""
    os.link(targets.secret_file, f"{targets.work}/hard-link")
    return "linked it"


def link_other_workspace(targets: Targets) -> str:
    """Make a hard link in the workspace to a file of another run."""
    os.link(f"{targets.other_workspace}/secret", f"{targets.work}/other-hard-link")
    return "linked it"


def change_mode(targets: Targets) -> str:
    """Open a file of the bot to all users."""
    return _change_mode(targets, targets.secret_file)


def change_mode_by_link(targets: Targets) -> str:
    """Open a file of the bot to all users by a symbolic link in the workspace."""
    link = f"{targets.work}/mode-link"
    os.symlink(targets.secret_file, link)
    return _change_mode(targets, link)


def change_attribute(targets: Targets) -> str:
    """Set an attribute of a file of the bot."""
    os.setxattr(targets.secret_file, "user.greenlit", b"x")
    return "set it"


def truncate_file(targets: Targets) -> str:
    """Cut a file of the bot off."""
    os.truncate(targets.secret_file, os.stat(targets.secret_file).st_size)
    return "was let through"


def mount_anew(targets: Targets) -> str:
    """Mount a folder again so that it can be written to."""
    remount_bind = 0x1020
    path = f"{targets.work}/probes".encode()  # is no mount of its own
    return try_call("mount", 0, path, 0, remount_bind, 0)


def change_root(targets: Targets) -> str:
    """Leave by a root folder of its own."""
    return try_in_child(lambda: os.chroot(targets.work))


def read_by_root(targets: Targets) -> str:
    """Read the bot's files by the root folder of a process outside."""
    return find_mark([f"/proc/{targets.process}/root{targets.secret_file}"])


def read_by_folder(targets: Targets) -> str:
    """Read the bot's files by the working folder of a process outside."""
    return find_mark([f"/proc/{targets.process}/cwd/.env"])


def read_by_descriptor(targets: Targets) -> str:
    """Read the bot's files by what a process outside has open."""
    return find_mark([f"/proc/{targets.process}/fd/{fd}" for fd in range(3, 64)])


def use_inherited_files(_: Targets) -> str:
    """Use a file that was open when the process started."""
    inherited = []
    for fd in range(3, 256):
        try:
            os.fstat(fd)
        except OSError:
            continue
        inherited.append(fd)
    if not inherited:
        raise OSError(errno.EBADF, "nothing else is open")
    return f"{len(inherited)} are open, the first is {inherited[0]}"


def climb_from_output(_: Targets) -> str:
    """Reach a folder by one of the three standard files."""
    for fd in (0, 1, 2):
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            return f"{fd} is a folder"
    raise OSError(errno.ENOTDIR, "none of them is a folder")


def _change_mode(targets: Targets, path: str) -> str:
    """Change a mode, and look whether it was."""
    wanted = stat.S_IMODE(os.stat(targets.secret_file).st_mode) ^ 0o001
    os.chmod(path, wanted)
    if stat.S_IMODE(os.stat(targets.secret_file).st_mode) != wanted:
        raise OSError(errno.EPERM, "nothing was done")
    return "changed its mode"


def _write(targets: Targets, folders: list[str]) -> str:
    """Make a file in the first of these folders where that works, and remove it."""
    refused = OSError(errno.ENOENT, "there is none")
    for folder in folders:
        path = os.path.join(folder, targets.scrap)
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            os.unlink(path)
        except OSError as error:
            refused = error
        else:
            return f"wrote {path}"
    raise refused


FILE_ATTACKS: tuple[Attack, ...] = (
    use_inherited_files,  # first: later ones open files themselves
    climb_from_output,
    read_passwords,
    read_home,
    list_home,
    write_home,
    change_home,
    remove_from_home,
    list_users,
    change_toolchain,
    read_other_workspace,
    list_other_workspace,
    write_other_workspace,
    rename_out_of_other_workspace,
    write_beside_workspace,
    write_system,
    write_state,
    change_program,
    change_users,
    link_symbolically,
    link_hard,
    link_other_workspace,
    change_mode,
    change_mode_by_link,
    change_attribute,
    truncate_file,
    mount_anew,
    change_root,
    read_by_root,
    read_by_folder,
    read_by_descriptor,
)
