"""The tus protocol 1.0.0 (tus.io), by which kits bring packets: core, creation, checksum, expiration, termination.

An upload is its kit's own. Who goes on with an upload takes it over from a connection that hangs half open.
"""

import asyncio
import base64
import binascii
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from pathlib import Path
from typing import IO

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from firmware.errors import StoreError
from firmware.office import uploads
from firmware.office.uploads import Upload, Uploads

VERSION = "1.0.0"
EXTENSIONS = "creation,checksum,expiration,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
MAX_SIZE = 64 << 20
PATH = "/packets"
_MISMATCH = 460
_IDLE_S = 120.0
_BODY = "application/offset+octet-stream"


class Rejected(Exception):
    """A request that cannot be done: its HTTP status, a code and a sentence."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(words)
        self.status, self.code, self.words = status, code, words


@dataclass(eq=False)
class _Writer:
    """Who writes to an upload at present, and the word that somebody takes it over."""

    ends: asyncio.Event = field(default_factory=asyncio.Event)
    has_ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Tus:
    """The protocol over a folder of uploads; `finish` gets each upload that is whole, again as long as it raises."""

    uploads: Uploads
    finish: Callable[[Upload], Awaitable[None]]
    is_known: Callable[[str], bool] = lambda sha256: False
    idle_s: float = _IDLE_S
    body_bytes: int = 0
    _writers: dict[str, _Writer] = field(default_factory=dict)

    def options(self) -> Response:
        """What this server can do."""
        told = {"Tus-Version": VERSION, "Tus-Extension": EXTENSIONS, "Tus-Max-Size": str(MAX_SIZE)}
        return Response(status_code=204, headers=told | {"Tus-Checksum-Algorithm": ",".join(ALGORITHMS)})

    async def create(self, request: Request, kit_id: str) -> Response:
        """Begin an upload, or tell where the one of the same packet is."""
        length = _number(request, "upload-length")
        if length > MAX_SIZE:
            raise Rejected(413, "too_large", f"a packet has at most {MAX_SIZE} bytes")
        told = request.headers.get("upload-metadata", "")
        values = metadata(told)
        name, sha256 = values.get("filename", ""), values.get("sha256", "")
        found = uploads.name(kit_id, name, sha256, length)
        upload = self.uploads.create(Upload(found, kit_id, length, told, name, sha256))
        if upload.is_answered and not self.is_known(sha256):
            # It was refused, and is to be judged anew
            self.uploads.remove(upload)
            upload = self.uploads.create(replace(upload, is_answered=False))
        if sha256 and not upload.is_answered and self.is_known(sha256):
            self.uploads.answered(upload)
        return Response(status_code=201, headers={"Location": f"{PATH}/{upload.id}", **self._state(upload)})

    async def head(self, upload: Upload) -> Response:
        """How far an upload is."""
        async with self._turn(upload):
            told = {"Upload-Length": str(upload.length), "Cache-Control": "no-store", **self._state(upload)}
        if upload.metadata:
            told["Upload-Metadata"] = upload.metadata
        return Response(headers=told)

    async def patch(self, request: Request, upload: Upload) -> Response:
        """Go on with an upload."""
        if request.headers.get("content-type") != _BODY:
            raise Rejected(415, "wrong_type", f"Content-Type must be {_BODY}")
        offset, checksum = _number(request, "upload-offset"), _checksum(request)
        async with self._turn(upload) as writer:
            here = self.uploads.offset(upload)
            if offset != here:
                raise Rejected(409, "wrong_offset", f"{here} bytes are here, not {offset}")
            if upload.is_answered:
                return Response(status_code=204, headers=self._state(upload))
            await self._append(request, upload, checksum, writer)
            if self.uploads.offset(upload) == upload.length:
                await self._whole(upload)
        return Response(status_code=204, headers=self._state(self.uploads.find(upload.id, upload.kit_id) or upload))

    async def delete(self, upload: Upload) -> Response:
        """End an upload, whole or not; what was answered stays kept."""
        async with self._turn(upload):
            self.uploads.remove(upload)
        return Response(status_code=204)

    async def _append(self, request: Request, upload: Upload, checksum: "_Checksum | None", writer: _Writer) -> None:
        """Add what comes as it comes; what a checksum does not cover is taken back."""
        start = self.uploads.offset(upload)
        try:
            with self.uploads.part(upload).open("ab") as file:
                await self._write(request, file, upload.length - start, checksum, writer)
                await asyncio.to_thread(_sync, file)
        except OSError as error:
            raise StoreError(f"{self.uploads.folder}: cannot be written ({error.strerror})") from error
        except BaseException:
            if checksum:
                self.uploads.cut(upload, start)
            raise
        if checksum and not checksum.holds:
            self.uploads.cut(upload, start)
            raise Rejected(_MISMATCH, "checksum_mismatch", "the checksum does not hold; send these bytes again")

    async def _write(
        self, request: Request, file: IO[bytes], most: int, checksum: "_Checksum | None", writer: _Writer
    ) -> None:
        async for chunk in self._chunks(request, writer):
            self.body_bytes += len(chunk)
            most -= len(chunk)
            if most < 0:
                raise Rejected(413, "too_large", "more bytes came than Upload-Length told")
            file.write(chunk)
            file.flush()
            if checksum:
                checksum.digest.update(chunk)

    async def _chunks(self, request: Request, writer: _Writer) -> AsyncIterator[bytes]:
        """The body as it comes, until its end, or until nothing came for long, or somebody takes the upload over."""
        stream = request.stream()
        ends = asyncio.ensure_future(writer.ends.wait())
        try:
            while True:
                coming = asyncio.ensure_future(anext(stream, None))
                await asyncio.wait({coming, ends}, timeout=self.idle_s, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    with contextlib.suppress(asyncio.CancelledError, ClientDisconnect):
                        await coming
                    raise Rejected(408, "interrupted", "nothing came for long, or the upload goes on elsewhere")
                try:
                    chunk = coming.result()
                except ClientDisconnect as error:
                    raise Rejected(408, "interrupted", "the connection was lost") from error
                if chunk is None:
                    return
                yield chunk
        finally:
            ends.cancel()

    async def _whole(self, upload: Upload) -> None:
        """Hold the packet to the digest that its kit told, and hand it on."""
        digest = await asyncio.to_thread(_digest, self.uploads.part(upload))
        if upload.sha256 and digest != upload.sha256:
            self.uploads.cut(upload, 0)
            raise Rejected(_MISMATCH, "digest_mismatch", "what came is not what was announced; send all of it again")
        await self.finish(upload)

    @contextlib.asynccontextmanager
    async def _turn(self, upload: Upload) -> AsyncIterator[_Writer]:
        """Be the only one at an upload; who was there before is told to end."""
        while (before := self._writers.get(upload.id)) is not None:
            before.ends.set()
            await before.has_ended.wait()
        writer = self._writers[upload.id] = _Writer()
        try:
            yield writer
        finally:
            del self._writers[upload.id]
            writer.has_ended.set()

    def _state(self, upload: Upload) -> dict[str, str]:
        expires = format_datetime(self.uploads.expires(upload), usegmt=True)
        return {"Upload-Offset": str(self.uploads.offset(upload)), "Upload-Expires": expires}


@dataclass
class _Checksum:
    """What a header `Upload-Checksum` asks for, and what came."""

    wanted: bytes
    digest: "hashlib._Hash"

    @property
    def holds(self) -> bool:
        return self.digest.digest() == self.wanted


def _checksum(request: Request) -> _Checksum | None:
    told = request.headers.get("upload-checksum")
    if told is None:
        return None
    name, _, value = told.partition(" ")
    try:
        return _Checksum(base64.b64decode(value, validate=True), ALGORITHMS[name]())
    except (KeyError, binascii.Error) as error:
        raise Rejected(400, "wrong_checksum", f"Upload-Checksum: one of {', '.join(ALGORITHMS)}, in base64") from error


def metadata(header: str) -> Mapping[str, str]:
    """The pairs of a header `Upload-Metadata`. Raises Rejected."""
    found = {}
    for pair in filter(None, (one.strip() for one in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except ValueError as error:
            raise Rejected(400, "wrong_metadata", f"Upload-Metadata, {key}: is no base64 of a text") from error
    return found


def _number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not (value.isascii() and value.isdecimal()):
        raise Rejected(400, "wrong_header", f"{name}: a whole number of bytes is needed")
    return int(value)


def _sync(file: IO[bytes]) -> None:
    os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
