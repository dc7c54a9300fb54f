"""A PostgreSQL server that is suspended, its standby, and a TCP proxy that can swallow what passes through it."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.postgres import UNSAFE, Server
from tests.waiting import wait_until


@contextmanager
def suspended(server: Server) -> Iterator[None]:
    """Stops the server and all its children without closing a connection.

    The server first: a child that ends then stays listed until the server, its parent, goes on.
    """
    processes = [server.pid]
    try:
        os.kill(server.pid, signal.SIGSTOP)
        wait_until(lambda: _stat(server.pid)[:1] == ["T"])
        processes += _children(server.pid)
        for process in processes[1:]:
            os.kill(process, signal.SIGSTOP)
        yield
    finally:
        for process in reversed(processes):
            os.kill(process, signal.SIGCONT)


def _children(parent: int) -> list[int]:
    processes = [int(one.name) for one in Path("/proc").glob("[0-9]*")]
    return [process for process in processes if _stat(process)[1:2] == [str(parent)]]


def _stat(process: int) -> list[str]:
    """The process's state (T once it is stopped), its parent, and more; nothing if it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def socket_path(server: Server, port: int = 5432) -> str:
    return str(server.folder / f".s.PGSQL.{port}")


STANDBY_PORT = 5433


@contextmanager
def standby(server: Server) -> Iterator[Callable[[], None]]:
    """Runs a standby of the server on the socket of STANDBY_PORT; yields what promotes it."""
    data = server.folder / "standby"
    own = (f"port={STANDBY_PORT}", f"unix_socket_directories={server.folder}")
    options = " ".join(f"-c {one}" for one in (*UNSAFE, *own))
    server.run_program(
        "pg_basebackup",
        f"--host={server.folder}",
        "--username=park",
        "--write-recovery-conf",
        "--checkpoint=fast",
        "--no-sync",
        f"--pgdata={data}",
    )
    server.run_program(
        "pg_ctl", "start", "--wait", f"--log={server.folder / 'log2'}", f"--options={options}", f"--pgdata={data}"
    )
    try:
        yield lambda: server.run_program("pg_ctl", "promote", "--wait", f"--pgdata={data}")
    finally:
        server.run_program("pg_ctl", "stop", "--mode=immediate", f"--pgdata={data}")


class Proxy:
    """Passes bytes between 127.0.0.1 and the server's socket; while `swallowing`, takes them and passes none on."""

    def __init__(self, server: Server) -> None:
        self.target = socket_path(server)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.swallowing = False
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def address(self, url: str) -> str:
        """The same database, through the proxy."""
        return (
            f"postgresql+psycopg://park@127.0.0.1:{self._listening.getsockname()[1]}/{url.split('/')[3].split('?')[0]}"
        )

    def cut(self) -> None:
        """Ends all connections."""
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for one in (self._listening, *self._sockets):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            self._sockets += [client, server]
            for ends in ((client, server), (server, client)):
                threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while received := source.recv(65536):
                if not self.swallowing:
                    target.sendall(received)
            target.shutdown(socket.SHUT_WR)
