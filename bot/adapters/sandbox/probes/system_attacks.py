"""Attacks by files that stand for the kernel, its parameters and the machine's devices."""

# An attack is a call of the system, on a path as it is.
# ruff: noqa: PTH102, PTH106, PTH208

from __future__ import annotations

import errno
import os
import stat

from .attack import Attack, Targets, list_names, open_any, open_file


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
        names = list_names(f"/sys/{name}")
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


SYSTEM_ATTACKS: tuple[Attack, ...] = (
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
)
