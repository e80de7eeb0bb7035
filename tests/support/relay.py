"""A network that can be cut: a relay on loopback that stops forwarding without a word, as a pulled cable does."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

TICK = 0.05


class Relay:
    """Forwards to a port until `cut`: from then on nothing passes, nothing is closed and nobody is told, until `mend`.

    The kernel of this machine still acknowledges what it takes for a connection that is cut (both ends are loopback): what a
    real cut adds, segments without an answer, is the kernel's own time-out (`storage.database.SOON_NOTICED`).
    """

    def __init__(self, to: int) -> None:
        """To a port of this machine; ``port`` is where it listens."""
        self._to, self._listener = to, socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        self._open, self._ends = threading.Event(), threading.Event()
        self._open.set()
        self._thread = threading.Thread(target=self._forward, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """From now on nothing passes."""
        self._open.clear()

    def mend(self) -> None:
        """From now on all passes, what was sent meanwhile first."""
        self._open.set()

    def close(self) -> None:
        """End every connection."""
        self._ends.set()
        self._open.set()
        self._thread.join(5)

    def _forward(self) -> None:
        peers: dict[socket.socket, socket.socket] = {}
        with closing(self._listener):
            while not self._ends.is_set():
                self._open.wait()
                ready, _, _ = select.select([self._listener, *peers], [], [], TICK)
                for each in ready if self._open.is_set() else ():
                    if each is self._listener:
                        near, _ = each.accept()
                        far = socket.create_connection(("127.0.0.1", self._to))
                        peers |= {near: far, far: near}
                    elif each in peers and not _pass_on(each, peers[each]):
                        other = peers.pop(each)
                        peers.pop(other)
                        each.close()
                        other.close()
            for each in peers:
                each.close()


def _pass_on(here: socket.socket, there: socket.socket) -> bool:
    with suppress(OSError):
        if data := here.recv(65536):
            there.sendall(data)
            return True
    return False


@contextmanager
def relay(to: int) -> Iterator[Relay]:
    """A relay to a port, ended at the end."""
    made = Relay(to)
    try:
        yield made
    finally:
        made.close()
