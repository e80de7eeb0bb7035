"""A real PostgreSQL server of our own, on loopback, thrown away afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.ports import free_port


@dataclass(frozen=True)
class PostgresServer:
    """A running server; ``url`` is that of its user, without a database."""

    url: str
    folder: Path
    programs: Path

    def control(self, *arguments: str) -> None:
        """`pg_ctl` with these arguments, waited for. Raises CalledProcessError."""
        # The server keeps the output it is given: a pipe would never end.
        run_as_server([str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), "-w", *arguments], self.folder)

    def restart(self) -> None:
        """End all connections and come back on the same port, as after an update of the host."""
        self.control("-m", "fast", "restart")


def run_as_server(command: list[str], folder: Path) -> None:
    """PostgreSQL refuses to run as root. Raises CalledProcessError."""
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid}
    with (folder / "out").open("ab") as out:
        subprocess.run(command, check=True, stdout=out, stderr=out, timeout=120, cwd=folder, **as_user)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Set one up (Debian's package), without waiting for the disk, and throw it away."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = homes[-1] if homes else Path(shutil.which("postgres") or "").parent
    assert (programs / "postgres").exists(), "PostgreSQL is missing; `make setup-dev` installs it"
    folder = Path(tempfile.mkdtemp(prefix="xunjian-pg-"))
    port = free_port()
    server = PostgresServer(f"postgresql://xunjian@127.0.0.1:{port}", folder, programs)
    options = ("-A", "trust", "-U", "xunjian", "-E", "UTF8", "--no-sync")
    run_as_server([str(programs / "initdb"), "-D", str(folder / "data"), *options], folder)
    server.control(
        "-o",
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off",
        "-l",
        str(folder / "log"),
        "start",
    )
    try:
        yield server
    finally:
        server.control("-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)
