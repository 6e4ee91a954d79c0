"""Attacks by the network: to reach the bot, the machine, and what lies beyond."""

from __future__ import annotations

import errno
import socket

from .attack import Attack, Targets

PATIENCE_S = 0.5
# Connecting a datagram socket sends nothing: it asks whether there is a way.
BEYOND = ("192.0.2.1", 9)  # RFC 5737: nobody's
METADATA = ("169.254.169.254", 80)  # where clouds tell a machine its credentials
ENGINES = (
    "/var/run/docker.sock",
    "/run/podman/podman.sock",
    "/run/containerd/containerd.sock",
    "/run/dbus/system_bus_socket",
    "/run/systemd/private",
)
QUESTION = b"\0\1\1\0\0\1\0\0\0\0\0\0\7invalid\0\0\1\0\1"  # to a name server
RARE_FAMILIES = {"AF_ALG": 38, "AF_KEY": 15, "AF_RDS": 21, "AF_CAN": 29, "AF_TIPC": 30}
MORE_FAMILIES = {"AF_BLUETOOTH": 31, "AF_NFC": 39, "AF_KCM": 41, "AF_SMC": 43, "AF_XDP": 44}


def connect_to_bot(targets: Targets) -> str:
    """Connect to a port of the bot."""
    return _connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", targets.port))


def connect_to_bot6(targets: Targets) -> str:
    """Connect to a port of the bot by IPv6."""
    return _connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", targets.port6))


def connect_as_any(targets: Targets) -> str:
    """Connect to a port of the bot by the address of all interfaces."""
    return _connect(socket.AF_INET, socket.SOCK_STREAM, ("0.0.0.0", targets.port))  # noqa: S104


def ask_name_server(targets: Targets) -> str:
    """Ask a name server of the machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(PATIENCE_S)
        asking.connect(("127.0.0.1", targets.datagram_port))
        asking.send(QUESTION)
        asking.send(QUESTION)  # the first was refused where this fails
    return "sent a question"


def leave(_: Targets) -> str:
    """Find a way to the Internet."""
    return _connect(socket.AF_INET, socket.SOCK_DGRAM, BEYOND)


def ask_cloud(_: Targets) -> str:
    """Find a way to the credentials that a cloud tells its machines."""
    return _connect(socket.AF_INET, socket.SOCK_DGRAM, METADATA)


def connect_by_file(targets: Targets) -> str:
    """Connect to a socket of the bot by its path."""
    return _connect(socket.AF_UNIX, socket.SOCK_STREAM, targets.socket_path)


def connect_by_name(targets: Targets) -> str:
    """Connect to a socket of the bot by its abstract name."""
    return _connect(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{targets.abstract_name}")


def send_by_name(targets: Targets) -> str:
    """Send a datagram to a socket of the bot by its abstract name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sending:
        sending.sendto(b"x", f"\0{targets.abstract_name}-datagrams")
    return "sent it"


def send_from_pair(targets: Targets) -> str:
    """Send a datagram to a socket of the bot from one of a pair of sockets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        ours.sendmsg([b"x"], [], 0, f"\0{targets.abstract_name}-datagrams")
    return "sent it"


def connect_to_engine(_: Targets) -> str:
    """Connect to an engine of containers, or to the system's bus."""
    refused = OSError(errno.ENOENT, "there is none")
    for path in ENGINES:
        try:
            return _connect(socket.AF_UNIX, socket.SOCK_STREAM, path)
        except OSError as error:
            refused = error
    raise refused


def list_interfaces(_: Targets) -> str:
    """List the machine's network interfaces."""
    names = [name for _, name in socket.if_nameindex() if name != "lo"]
    if not names:
        raise OSError(errno.ENODEV, "there are none")
    return f"found {', '.join(names)}"


def open_raw(_: Targets) -> str:
    """Open a raw socket."""
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).close()
    return "opened it"


def open_packet(_: Targets) -> str:
    """Open a socket that sees all packets."""
    socket.socket(17, socket.SOCK_RAW, 0).close()
    return "opened it"


def open_vsock(_: Targets) -> str:
    """Open a socket to the machine's hypervisor."""
    socket.socket(40, socket.SOCK_STREAM).close()
    return "opened it"


def open_rare_socket(_: Targets) -> str:
    """Open a socket of a rare kind."""
    refused = OSError(errno.EAFNOSUPPORT, "there is none")
    for name, family in {**RARE_FAMILIES, **MORE_FAMILIES}.items():
        for kind in (socket.SOCK_SEQPACKET, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
            except OSError as error:
                refused = error
            else:
                return f"opened one of {name}"
    raise refused


def _connect(family: int, kind: int, address: str | tuple[str, int]) -> str:
    with socket.socket(family, kind) as connecting:
        connecting.settimeout(PATIENCE_S)
        connecting.connect(address)
    return "connected"


NETWORK_ATTACKS: tuple[Attack, ...] = (
    connect_to_bot,
    connect_to_bot6,
    connect_as_any,
    ask_name_server,
    leave,
    ask_cloud,
    connect_by_file,
    connect_by_name,
    send_by_name,
    send_from_pair,
    connect_to_engine,
    list_interfaces,
    open_raw,
    open_packet,
    open_vsock,
    open_rare_socket,
)
