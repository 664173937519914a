"""The office's server on a free port of this machine, in a thread of the test, over real TLS."""

import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from firmware.identity import Identity
from firmware.office import broker
from firmware.office.application import Desk
from firmware.office.keys import Office
from firmware.office.receiving import Reception
from firmware.office.serving import Address, server
from firmware.office.shelf import Shelf
from firmware.office.store import Store
from firmware.office.uploads import Uploads


@dataclass(frozen=True)
class Served:
    """An office that listens."""

    desk: Desk
    port: int

    @property
    def store(self) -> Store:
        return self.desk.reception.store

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"


@contextmanager
def served(office: Office, folder: Path, store: str = "", port: int = 0) -> Iterator[Served]:
    """Serve; what came lies in `folder`."""
    if not broker.certificates(office):
        broker.certify(office, ["localhost", "127.0.0.1"])
    ready: list[int] = []
    listens = threading.Event()

    def on_ready(found: int) -> None:
        ready.append(found)
        listens.set()

    with Store(store or f"sqlite:///{folder}/store.sqlite") as rows:
        desk = Desk(office, Reception(office, rows, Shelf.at(str(folder / "packets"))), Uploads(folder / "incoming"))
        serving = server(desk, Address("127.0.0.1", port), None, on_ready)
        thread = threading.Thread(target=serving.run)
        thread.start()
        try:
            assert listens.wait(20), "the server does not listen"
            yield Served(desk, ready[0])
        finally:
            serving.should_exit = True
            thread.join(20)


@dataclass(frozen=True)
class Answer:
    """What the office said."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def code(self) -> str:
        return str(json.loads(self.content)["error"])


def trusting(office: Office, kit: Identity | None, folder: Path) -> ssl.SSLContext:
    """A kit's TLS, by hand: its key and certificate in files, as any client takes them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=office.authority.public_bytes(Encoding.PEM).decode())
    if kit is not None:
        path = folder / "kit-certificate.pem"
        path.write_bytes(kit.signer.certificate.public_bytes(Encoding.PEM))
        context.load_cert_chain(path, kit.folder / "kit.key")
    return context


class Caller:
    """Plain HTTP requests over one kit's TLS."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._port, self._context = port, context

    def ask(self, method: str, path: str, content: bytes = b"", /, **headers: str) -> Answer:
        line = http.client.HTTPSConnection("localhost", self._port, timeout=20, context=self._context)
        try:
            named: dict[str, Any] = {key.replace("_", "-"): value for key, value in headers.items()}
            line.request(method, path, content, {"Tus-Resumable": "1.0.0", **named})
            with line.getresponse() as answer:
                return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            line.close()
