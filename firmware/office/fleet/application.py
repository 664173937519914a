"""The routes of the fleet's page: the page, one kit, what changes (server-sent events), and all of it as JSON."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firmware.office.fleet import kit_page, view
from firmware.office.fleet.board import Board
from firmware.office.fleet.feed import TEMPLATES, Feed
from firmware.vocabulary import Language

_EACH_S, _BREATH_S = 1.0, 15.0
_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Pages:
    """The fleet for browsers; it only tells. is_ending: whether open streams have to end."""

    def __init__(self, board: Board, is_ending: Callable[[], bool]) -> None:
        self._board, self._is_ending = board, is_ending
        self._feeds = {language: Feed(board, language, _now) for language in Language}

    def application(self) -> Starlette:
        """The routes, for a server."""
        routes = [
            Route("/", self._page),
            Route("/kit/{kit}", self._kit),
            Route("/events", self._events),
            Route("/kits.json", self._kits),
            Route("/fleet.css", _file("fleet.css", "text/css")),
            Route("/fleet.js", _file("fleet.js", "text/javascript")),
        ]
        return Starlette(routes=routes, middleware=[Middleware(_Guarded), Middleware(GZipMiddleware)])

    async def _page(self, request: Request) -> Response:
        feed = self._feeds[_language(request)]
        show, find = request.query_params.get("show", ""), request.query_params.get("find", "").strip()[:64]
        return HTMLResponse(await asyncio.to_thread(feed.page, show, find))

    async def _kit(self, request: Request) -> Response:
        language, name = _language(request), request.path_params["kit"]
        html = await asyncio.to_thread(kit_page.render, self._board, name, _now(), language)
        return HTMLResponse(html) if html else Response("404\n", 404, media_type="text/plain")

    async def _kits(self, request: Request) -> Response:
        fleet = await asyncio.to_thread(self._feeds[_language(request)].refresh)
        return JSONResponse([_as_json(district.name, kit) for district in fleet.districts for kit in district.kits])

    async def _events(self, request: Request) -> Response:
        feed = self._feeds[_language(request)]
        known = request.headers.get("last-event-id") or request.query_params.get("since", "")
        headers = {"X-Accel-Buffering": "no"}
        return StreamingResponse(self._stream(request, feed, known), media_type="text/event-stream", headers=headers)

    async def _stream(self, request: Request, feed: Feed, known: str) -> AsyncIterator[str]:
        """What changes, as it changes; a sign of life where nothing does."""
        silent_s = _BREATH_S
        while not self._is_ending() and not await request.is_disconnected():
            await asyncio.to_thread(feed.refresh)
            known, parts = feed.since(known)
            if parts is None:
                yield f"id: {known}\nevent: layout\ndata: \n\n"
            elif parts or silent_s >= _BREATH_S:
                yield f"id: {known}\ndata: {json.dumps(parts, ensure_ascii=False)}\n\n"
                silent_s = 0.0
            silent_s += _EACH_S
            await asyncio.sleep(_EACH_S)


class _Guarded:
    """Tells browsers to load nothing from elsewhere, and to keep nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, answer if scope["type"] == "http" else send)


def _file(name: str, kind: str) -> Callable[[Request], Response]:
    content = (TEMPLATES / name).read_bytes()

    def give(request: Request) -> Response:
        return Response(content, media_type=kind)

    return give


def _language(request: Request) -> Language:
    """That of `lang`, or the first that the browser wants and we speak; else Indonesian."""
    wanted = [request.query_params.get("lang", "")]
    offers = []
    for offer in request.headers.get("accept-language", "").split(","):
        name, _, weight = offer.partition(";q=")
        try:
            offers.append((-float(weight or 1), name.strip().lower()[:2]))
        except ValueError:
            continue
    for name in wanted + [name for _, name in sorted(offers, key=lambda one: one[0])]:
        for language in Language:
            if language.value == name:
                return language
    return Language.INDONESIAN


def _as_json(district: str, kit: view.KitView) -> dict[str, Any]:
    return {
        "kit": kit.kit,
        "district": district,
        "place": kit.place,
        "state": kit.look.name.lower(),
        "said_at": kit.said_utc or None,
        "stage": kit.stage or None,
        "recorded": kit.recorded,
        "waiting": kit.waiting,
        "faults": [one.what for one in kit.advices],
    }


def _now() -> datetime:
    return datetime.now(UTC)
