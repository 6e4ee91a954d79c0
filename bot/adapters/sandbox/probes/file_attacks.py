"""Attacks on files: to read what is the machine's or the bot's, and to write outside."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH101, PTH102, PTH104, PTH106, PTH108, PTH116, PTH118, PTH120, PTH208, PTH211

from __future__ import annotations

import errno
import os
import stat

from .attack import (
    Attack,
    Targets,
    find_mark,
    open_any,
    open_file,
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


def read_other_workspace(targets: Targets) -> str:
    """Read the workspace of another run."""
    return find_mark([f"{targets.other_workspace}/secret", f"{targets.work}/../other/secret"])


def write_other_workspace(targets: Targets) -> str:
    """Write to the workspace of another run."""
    return _write(targets, [targets.other_workspace, f"{targets.work}/../other"])


def rename_out_of_other_workspace(targets: Targets) -> str:
    """Take a file from the workspace of another run."""
    os.rename(f"{targets.other_workspace}/loot", f"{targets.work}/loot")
    return "took it"


def write_beside_workspace(targets: Targets) -> str:
    """Write to the folder that holds the workspace."""
    return _write(targets, [os.path.dirname(targets.other_workspace), f"{targets.work}/.."])


def write_system(targets: Targets) -> str:
    """Write to the folders of the system."""
    return _write(targets, list(SYSTEM_FOLDERS))


def write_state(targets: Targets) -> str:
    """Write to the folders of users and services."""
    return _write(targets, list(STATE_FOLDERS))


def change_program(_: Targets) -> str:
    """Open a program of the system for writing."""
    return open_any(["/usr/bin/env", "/bin/sh", "/usr/bin/git"], os.O_WRONLY)


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
    os.chmod(targets.secret_file, 0o664)
    if stat.S_IMODE(os.stat(targets.secret_file).st_mode) != 0o664:
        raise OSError(errno.EPERM, "nothing was done")
    return "changed its mode"


def change_attribute(targets: Targets) -> str:
    """Set an attribute of a file of the bot."""
    os.setxattr(targets.secret_file, "user.greenlit", b"x")
    return "set it"


def truncate_file(targets: Targets) -> str:
    """Cut a file of the bot off."""
    os.truncate(targets.secret_file, os.stat(targets.secret_file).st_size)
    return "was let through"


def set_core_pattern(_: Targets) -> str:
    """Open for writing what the kernel runs when a program crashes."""
    return open_file("/proc/sys/kernel/core_pattern", os.O_WRONLY)


def set_kernel_parameter(_: Targets) -> str:
    """Open a parameter of the kernel for writing."""
    names = ("kernel/modprobe", "kernel/hostname", "vm/overcommit_memory", "fs/protected_symlinks")
    return open_any([f"/proc/sys/{name}" for name in names], os.O_WRONLY)


def press_sysrq(_: Targets) -> str:
    """Open the kernel's emergency keys for writing."""
    return open_file("/proc/sysrq-trigger", os.O_WRONLY)


def read_kernel_memory(_: Targets) -> str:
    """Open the memory of the kernel."""
    return open_any(["/proc/kcore", "/dev/mem", "/dev/kmem", "/dev/port"])


def read_kernel_log(_: Targets) -> str:
    """Open the log of the kernel."""
    return open_any(["/dev/kmsg", "/proc/kmsg"])


def read_sys(_: Targets) -> str:
    """Read of the machine's firmware and what its kernel does."""
    for name in ("firmware", "kernel/debug", "kernel/tracing", "fs/bpf"):
        names = _list_names(f"/sys/{name}")
        if names:
            return f"listed {len(names)} names of /sys/{name}"
    raise OSError(errno.ENOENT, "nothing is shown")


def make_cgroup(targets: Targets) -> str:
    """Make a group of processes with limits of its own."""
    refused = OSError(errno.ENOENT, "there are no groups")
    for controller in ("", "/unified", "/memory", "/pids"):
        path = f"/sys/fs/cgroup{controller}/{targets.scrap}"
        try:
            os.mkdir(path)
            os.rmdir(path)
        except OSError as error:
            refused = error
        else:
            return f"made {path}"
    raise refused


def open_disk(_: Targets) -> str:
    """Open a disk of the machine."""
    paths = [f"/dev/{name}" for name in os.listdir("/dev")]
    disks = [path for path in paths if stat.S_ISBLK(os.lstat(path).st_mode)]
    return open_any(disks)


def open_device(_: Targets) -> str:
    """Open a device that reaches beyond the process."""
    names = ("fuse", "kvm", "net/tun", "vhost-vsock", "loop-control", "mapper/control", "uinput")
    return open_any([f"/dev/{name}" for name in names], os.O_RDWR)


def make_device(targets: Targets) -> str:
    """Make a file that stands for the first disk."""
    path = f"{targets.work}/disk"
    os.mknod(path, stat.S_IFBLK | 0o600, os.makedev(8, 0))
    return "made it"


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


def _list_names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


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
    read_other_workspace,
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
    change_attribute,
    truncate_file,
    set_core_pattern,
    set_kernel_parameter,
    press_sysrq,
    read_kernel_memory,
    read_kernel_log,
    read_sys,
    make_cgroup,
    open_disk,
    open_device,
    make_device,
    mount_anew,
    change_root,
    read_by_root,
    read_by_folder,
    read_by_descriptor,
)
