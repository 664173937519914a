"""A real PostgreSQL server of Debian's on a free port, for as long as the context lasts."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.brokers import free_port, wait_for_port

_ACCOUNT = "nobody"


def programs() -> Path:
    """Where the newest server's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    assert found, "PostgreSQL is missing: apt install postgresql"
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[str]:
    """The server's URL for SQLAlchemy; its database is empty. Commits are synced, as after an install."""
    folder = Path(tempfile.mkdtemp(prefix="rekam-postgres-"))
    become: tuple[str, ...] = ()
    if os.geteuid() == 0:  # the server refuses to be root's
        shutil.chown(folder, _ACCOUNT)
        become = ("setpriv", f"--reuid={_ACCOUNT}", "--clear-groups", "--")
    data, port = folder / "data", free_port()
    with (folder / "log").open("ab") as log:
        made = [*become, programs() / "initdb", "-D", data, "-U", "rekam", "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*map(str, made)], check=True, stdout=log, stderr=log, cwd="/")
        serve = [*become, programs() / "postgres", "-D", data, "-p", port, "-k", folder, "-h", "127.0.0.1"]
        server = subprocess.Popen([*map(str, serve)], stdout=log, stderr=log, cwd="/")
        try:
            wait_for_port(port, server)
            yield f"postgresql+psycopg://rekam@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is still connected
            server.wait(30)
            shutil.rmtree(folder, ignore_errors=True)
