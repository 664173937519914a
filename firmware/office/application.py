"""What kits may ask of the office over HTTPS: take a packet, give its receipt, note an outbox, renew a certificate."""

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from firmware.errors import IdentityError, InputError, KitError, SealingError, StoreError
from firmware.office import admission, outbox_words, tus
from firmware.office.keys import Office
from firmware.office.peer import Gate, Turned
from firmware.office.receiving import HTTPS, Arrival, Reception
from firmware.office.tus import Rejected, Tus
from firmware.office.uploads import Upload, Uploads

_log = logging.getLogger(__name__)

RECEIPTS, OUTBOX, CERTIFICATE = "/receipts", "/outbox", "/certificate"
_SWEEP_S = 3600.0
_MOST_JSON = 1 << 16


@dataclass
class Desk:
    """The office as kits see it; `tus` counts what came."""

    office: Office
    reception: Reception
    uploads: Uploads

    def __post_init__(self) -> None:
        self.gate = Gate(self.office)
        self.tus = Tus(self.uploads, self._finish, lambda sha256: self.reception.store.packet_of(sha256) is not None)

    def application(self) -> Starlette:
        """The routes, for a server."""
        routes = [
            Route(tus.PATH, self._packets, methods=["OPTIONS", "POST"]),
            Route(f"{tus.PATH}/{{id}}", self._packet, methods=["HEAD", "PATCH", "DELETE", "POST", "OPTIONS"]),
            Route(f"{RECEIPTS}/{{number}}/{{sha256}}", self._receipt, methods=["GET"]),
            Route(OUTBOX, self._outbox, methods=["PUT"]),
            Route(CERTIFICATE, self._certificate, methods=["POST"]),
        ]
        handlers: dict[Any, Any] = {Turned: _told, Rejected: _told, KitError: _told}
        return Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)

    async def _packets(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return _resumable(self.tus.options())
        kit_id, _ = self.gate.kit(request.scope)
        _check_version(request)
        return _resumable(await self.tus.create(request, kit_id))

    async def _packet(self, request: Request) -> Response:
        method = request.headers.get("x-http-method-override", request.method).upper()
        if method == "OPTIONS":
            return _resumable(self.tus.options())
        kit_id, _ = self.gate.kit(request.scope)
        _check_version(request)
        upload = self.uploads.find(request.path_params["id"], kit_id)
        if upload is None:
            raise Rejected(404, "no_upload", "no such upload of this kit; begin a new one")
        work: dict[str, Callable[[], Awaitable[Response]]] = {
            "HEAD": lambda: self.tus.head(upload),
            "PATCH": lambda: self.tus.patch(request, upload),
            "DELETE": lambda: self.tus.delete(upload),
        }
        if method not in work:
            raise Rejected(405, "wrong_method", "HEAD, PATCH or DELETE")
        return _resumable(await work[method]())

    async def _receipt(self, request: Request) -> Response:
        kit_id, _ = self.gate.kit(request.scope)
        number, sha256 = request.path_params["number"], request.path_params["sha256"]
        line = await asyncio.to_thread(self._find_receipt, number, sha256, kit_id)
        if line is None:
            raise Rejected(404, "no_receipt", f"no packet {number} of these bytes came from kit {kit_id}")
        return Response(line, media_type="application/json")

    def _find_receipt(self, number: str, sha256: str, kit_id: str) -> str | None:
        store = self.reception.store
        row = store.packet(number)
        if row is not None and row.sha256 == sha256 and row.kit_id == kit_id:
            return row.receipt
        refusal = store.refusal(sha256, number)
        return refusal.receipt if refusal and refusal.kit_id == kit_id else None

    async def _outbox(self, request: Request) -> Response:
        """Note what a kit tells of its outbox, as docs/office.md has it."""
        kit_id, _ = self.gate.kit(request.scope)
        try:
            told = outbox_words.parse(await _small(request))
            row, days = outbox_words.rows(told, kit_id, datetime.now(UTC), HTTPS)
        except InputError as error:
            raise Rejected(400, "wrong_outbox", str(error)) from error
        await asyncio.to_thread(self.reception.store.told, row, days)
        return Response(status_code=204)

    async def _certificate(self, request: Request) -> Response:
        """Renew the certificate of a kit that asks with the key that it calls with; it may have ended."""
        kit_id, certificate = self.gate.kit(request.scope, may_have_ended=True)
        asked = await _small(request)
        answer = await asyncio.to_thread(_renewed, self.office, kit_id, certificate.public_key(), asked)
        return Response(answer, media_type="application/json")

    async def _finish(self, upload: Upload) -> None:
        """Have a whole packet judged; what names no packet is rejected and forgotten."""
        content = await asyncio.to_thread(self.uploads.part(upload).read_bytes)
        arrival = Arrival(content, upload.file_name, HTTPS, upload.kit_id)
        try:
            await asyncio.to_thread(self.reception.receive, arrival)
        except SealingError as error:
            self.uploads.remove(upload)
            raise Rejected(422, "no_packet", str(error)) from error
        self.uploads.answered(upload)

    @contextlib.asynccontextmanager
    async def _lifespan(self, application: Starlette) -> AsyncIterator[None]:
        """Finish what was whole when the office stopped, and give up uploads that nobody goes on with."""
        for upload in [one for one in self.uploads.all() if not one.is_answered]:
            if self.uploads.offset(upload) == upload.length:
                with contextlib.suppress(Rejected, StoreError):
                    await self._finish(upload)
        sweeper = asyncio.create_task(self._sweep())
        yield
        sweeper.cancel()

    async def _sweep(self) -> None:
        while True:
            for upload in self.uploads.sweep(datetime.now(UTC)):
                _log.warning("application: an upload of kit %s was given up", upload.kit_id)
            await asyncio.sleep(_SWEEP_S)


def _renewed(office: Office, kit_id: str, key: object, asked: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kit_id}{admission.REQUEST}"
        path.write_bytes(asked)
        try:
            if not admission.asks_with(path, kit_id, key):
                raise Rejected(403, "other_kit", "only the kit's own certificate is renewed here, with the same key")
            return admission.admit(path, office).answer.read_bytes()
        except (IdentityError, SealingError) as error:
            words = str(error).replace(folder, "").lstrip("/")
            raise Rejected(403, "not_renewed", f"{words}; bring the request on a stick") from error


async def _small(request: Request) -> bytes:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MOST_JSON:
            raise Rejected(413, "too_large", f"at most {_MOST_JSON} bytes")
    return content


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != tus.VERSION:
        raise Rejected(412, "wrong_version", f"Tus-Resumable: {tus.VERSION} is spoken here")


def _resumable(response: Response) -> Response:
    response.headers["Tus-Resumable"] = tus.VERSION
    return response


async def _told(request: Request, error: Exception) -> Response:
    """What cannot be done, by name."""
    status = error.status if isinstance(error, Rejected) else 403 if isinstance(error, Turned) else 503
    code = error.code if isinstance(error, Rejected | Turned) else "office_trouble"
    words = str(error) if isinstance(error, Rejected | Turned) else "the office cannot keep packets now; try later"
    if status == 503:
        _log.error("application: %s", error)
    headers = {"Tus-Resumable": tus.VERSION, **({"Tus-Version": tus.VERSION} if status == 412 else {})}
    return JSONResponse({"error": code, "words": words}, status, headers)
