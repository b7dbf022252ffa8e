"""Free TCP ports on loopback."""

import os
import random
import socket

# Below the range that the kernel gives to outgoing connections, so that none of them takes a port
# between our look and the server's bind.
FIRST_PORT = 20_000
LAST_PORT = 31_999
TRIES_LIMIT = 200

_dice = random.Random(os.getpid())  # each test process walks its own way through the range


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on now."""
    for _ in range(TRIES_LIMIT):
        port = _dice.randint(FIRST_PORT, LAST_PORT)
        if is_free(port):
            return port
    raise RuntimeError(f"no free port between {FIRST_PORT} and {LAST_PORT}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(port: int) -> bool:
    """Whether somebody accepts connections on this port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
