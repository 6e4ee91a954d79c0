"""Bind the sockets of what is served on this machine."""

from __future__ import annotations

import socket


def bind_loopback() -> socket.socket:
    """Bind a socket to a free port of 127.0.0.1.

    The protocol is named: without it asyncio leaves Nagle's algorithm on
    (base_events._set_nodelay looks at it), and each answer that is written in two parts takes
    40 ms.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener
