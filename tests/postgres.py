"""A PostgreSQL server of the tests' own, on a socket in a folder that goes away; a test has databases of its own.

To make a database takes a tenth of a second of CPU, so those that earlier tests have given back are emptied and used
again.
"""

import glob
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from threading import Lock

import psycopg
from sqlalchemy import make_url

from bot.journal.migrations import migrate_database

REQUIRED = "PARK_REQUIRE_POSTGRES"
"""In the environment: these tests are not to be skipped."""
DEBIAN = "/usr/lib/postgresql/*/bin/initdb"
UNSAFE = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=200", "shared_buffers=16MB")
"""Nobody switches the machine off in the middle of a test."""

END_OTHERS = """SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid()"""
"""Ends the sessions of processes that were killed, and waits until they have ended."""
WRITTEN = """SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0"""
"""The tables that have had rows since they were made or truncated."""
SHAPE = """SELECT md5(string_agg(one::text, ' ' ORDER BY one::text)) FROM (
SELECT 'class', relname, relnamespace::regnamespace || relkind::text, relacl::text FROM pg_class
WHERE relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace, 'information_schema'::regnamespace)
UNION ALL SELECT 'column', attname, attrelid::regclass || format_type(atttypid, atttypmod), attnotnull::text
FROM pg_attribute WHERE attnum > 0 AND attrelid IN (
  SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
) UNION ALL SELECT 'constraint', conname, conrelid::regclass::text, '' FROM pg_constraint
WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'setting', setconfig::text, '', '' FROM pg_db_role_setting
JOIN pg_database AS one ON setdatabase = one.oid WHERE datname = current_database()) AS one"""
"""What a test may change in a database besides rows: tables, columns, rights, constraints and settings."""


class Unavailable(Exception):
    """Why there is no PostgreSQL to be had."""


SEQUENCES = "sequences"
"""Where `Server.content` has the sequences of a database: no table has that name."""
running: list["Server"] = []
"""The servers of this process."""


class Server:
    """Runs from `start` to `stop`; what was committed stays."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._programs, self._numbers = folder, _programs(), count(1)
        self._lent, self._given_back, self._lock = list[str](), list[str](), Lock()
        self._user = _user()
        if self._user:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "--auth=trust", "--username=park", "--no-sync", "--encoding=UTF8", "--locale=C")

    def start(self) -> None:
        """Until it answers."""
        options = " ".join(f"-c {one}" for one in (*UNSAFE, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self, mode: str = "fast") -> None:
        """Throwing out whoever is connected; `immediate` leaves nothing that could be started again at once."""
        self._run("pg_ctl", "stop", "--wait", f"--mode={mode}")

    @property
    def pid(self) -> int:
        """The process that its others are children of."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://park@/{name}?host={self.folder}"

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self._new("template1")

    def database(self) -> str:
        """The address of one that is up to date and has no entries, of nobody else until it is given back."""
        with self._lock:
            name = next(filter(self._emptied, self._take_given_back()), None)
            url = self._new(self._template) if name is None else self.url(name)
            self._lent.append(str(make_url(url).database))
            return url

    def give_back(self, url: str) -> None:
        """Has a database of `database` emptied and used again; nothing writes to it any more."""
        with self._lock:
            name = str(make_url(url).database)
            self._lent.remove(name)
            self._given_back.append(name)

    def give_back_all(self) -> None:
        """Does so with all that were lent, once the test that they were lent to has ended."""
        with self._lock:
            self._given_back += self._lent
            self._lent.clear()

    def _take_given_back(self) -> Iterator[str]:
        while self._given_back:
            yield self._given_back.pop()

    def _emptied(self, name: str) -> bool:
        """Makes a database what it was when it was new; returns False if its tables or its settings are others now."""
        shape, rows = self._as_new
        with self._connection(name) as connection:
            connection.execute(END_OTHERS)
            if connection.execute(SHAPE).fetchall() != shape:
                return False
            written = [str(table) for (table,) in connection.execute(WRITTEN)]
            connection.execute(f"TRUNCATE {', '.join(written)} RESTART IDENTITY CASCADE".encode())
            _write(connection, rows)
        return True

    def content(self, url: str) -> dict[str, bytes]:
        """Returns what is committed in a database, by table, and in SEQUENCES how far its numbers have come."""
        with self._connection(str(make_url(url).database)) as connection:
            numbers = connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0")
            last = {str(sequence): number for sequence, number in numbers}
            return _rows(connection) | {SEQUENCES: json.dumps(last).encode()}

    def put(self, url: str, content: dict[str, bytes]) -> None:
        """Makes what `content` has returned all that is in the database, which nobody else is connected to."""
        rows = dict(content)
        numbers = json.loads(rows.pop(SEQUENCES))
        with self._connection(str(make_url(url).database)) as connection:
            connection.execute(END_OTHERS)
            written = [str(table) for (table,) in connection.execute(WRITTEN)]
            connection.execute(f"TRUNCATE {', '.join(written)} RESTART IDENTITY CASCADE".encode())
            connection.execute("SET session_replication_role = replica")  # rows come before those they refer to
            _write(connection, rows)
            for sequence, last in numbers.items():
                connection.execute("SELECT setval(%s::regclass, %s)", (sequence, last))

    @cached_property
    def _template(self) -> str:
        """The name of a database that is up to date, and is never lent."""
        self.do("CREATE DATABASE journal")
        migrate_database(self.url("journal"))
        return "journal"

    @cached_property
    def _as_new(self) -> tuple[list[tuple[object, ...]], dict[str, bytes]]:
        """The shape of a new database, and the rows of its tables."""
        with self._connection(self._template) as connection:
            rows = _rows(connection)
            return connection.execute(SHAPE).fetchall(), rows

    def _new(self, template: str) -> str:
        name = f"park{next(self._numbers)}"
        self.do(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        return self.url(name)

    @cached_property
    def _strategy(self) -> str:
        """Has files copied, as before PostgreSQL 15: half of the time that their contents in the log take."""
        return "STRATEGY file_copy" if int(self.do("SHOW server_version_num")[0]) >= 150_000 else ""

    def do(self, statement: str, url: str | None = None) -> list[str]:
        """The first column of what it gives, if it gives any."""
        with self._connection(str(make_url(url).database) if url else "postgres") as connection:
            answer = connection.execute(statement.encode())
            return [str(row[0]) for row in answer] if answer.description else []

    def _connection(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(host=str(self.folder), user="park", dbname=name, autocommit=True)

    def _run(self, program: str, *arguments: str) -> None:
        self.run_program(program, *arguments, f"--pgdata={self.folder / 'data'}")

    def run_program(self, program: str, *arguments: str) -> None:
        """As the user whom the server belongs to."""
        command = [str(self._programs / program), *arguments]
        with (self.folder / "out").open("a+") as out:
            done = subprocess.run(command, stdout=out, stderr=out, cwd="/", check=False, **self._as_user())  # type: ignore[call-overload]
            if done.returncode:
                out.seek(0)
                raise Unavailable(f"{program}: {out.read().strip()[-500:]}")

    @contextmanager
    def started(self, *command: str) -> "Iterator[subprocess.Popen[bytes]]":
        """A program beside it, as the same user, until it is no longer needed."""
        with (self.folder / "out").open("a+") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd="/", **self._as_user())  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _as_user(self) -> dict[str, object]:
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}


def _rows(connection: "psycopg.Connection[tuple[object, ...]]") -> dict[str, bytes]:
    """Returns the rows of each table that has had any."""
    rows = dict[str, bytes]()
    for table in [str(table) for (table,) in connection.execute(WRITTEN)]:
        with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
            rows[table] = b"".join(map(bytes, copy))
    return rows


def _write(connection: "psycopg.Connection[tuple[object, ...]]", rows: dict[str, bytes]) -> None:
    """Adds rows to the tables."""
    for table, content in rows.items():
        with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            copy.write(content)


def _end_with(pid: int, one: Server) -> "subprocess.Popen[bytes]":
    """What goes on when its tests were killed would go on for ever: a shell that looks after it."""
    script = "while kill -0 $1; do sleep 1; done 2>/dev/null; kill -QUIT $(head -1 $2/data/postmaster.pid); rm -rf $2"
    return subprocess.Popen(["sh", "-c", script, "sh", str(pid), str(one.folder)], start_new_session=True)


@contextmanager
def server() -> Iterator[Server]:
    """Started; raise Unavailable."""
    folder = Path(tempfile.mkdtemp(prefix="park-pg-", dir="/tmp"))  # a socket's path has room for some 100 characters
    try:
        one = Server(folder)
        one.start()
        running.append(one)
        watching = _end_with(os.getpid(), one)
        try:
            yield one
        finally:
            running.remove(one)
            watching.kill()
            watching.wait()
            one.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    found = [*filter(None, [shutil.which("initdb")]), *sorted(glob.glob(DEBIAN))]
    if not found:
        raise Unavailable("no initdb on this machine: install PostgreSQL (Debian: apt-get install postgresql)")
    return Path(found[0]).resolve().parent


def _user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {user.pw_name: user for user in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]
