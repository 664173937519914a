"""The page in one language as parts that change by themselves: each is drawn only when what it shows is new."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from firmware.office.fleet import plots, view
from firmware.office.fleet.board import Board
from firmware.office.fleet.view import FleetView, Viewer
from firmware.office.fleet.words import Look, PagePhrase, number, part
from firmware.vocabulary import Language

TEMPLATES = files(__package__) / "templates"
_NAMES = ("frame", "page", "kit_page", "kit", "district", "totals", "dots", "notice")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the page: what it was drawn from, and since which revision it looks so."""

    shown: object
    html: Markup
    revision: int


class Feed:
    """Draws the fleet again and again; any thread may ask. `name` is another at each start."""

    def __init__(self, board: Board, language: Language, now: Callable[[], datetime]) -> None:
        self._board, self._now = board, now
        self.name = secrets.token_hex(4)
        self._lock = threading.RLock()
        self._parts: dict[str, Part] = {}
        self._layout: object = None
        self._revision = self._layout_revision = 0
        self._viewer = Viewer(language)
        self._environment = environment(language)

    def refresh(self) -> FleetView:
        """Draw what changed; gives the fleet as it is now."""
        with self._lock:
            picture, now = self._board.picture(), self._now()
            fleet = self._viewer.fleet(picture, now)
            self._revision += 1
            layout = [(district.name, {one.kit for one in district.kits}) for district in fleet.districts]
            if layout != self._layout:
                self._layout, self._layout_revision = layout, self._revision
            self._draw("notice", "notice", (picture.is_broker_away, picture.is_store_away))
            self._draw("totals", "totals", (fleet.total, fleet.stages))
            for index, district in enumerate(fleet.districts):
                self._draw(f"d-{index}", "district", (index, district))
                self._draw(f"m-{index}", "dots", (index, district))
                for one in district.kits:
                    self._draw(f"k-{one.kit}", "kit", one)
            return fleet

    def page(self, show: str, find: str) -> str:
        """The whole page as it is now. show: "attention", "stage-" with its code, or all; find: what names a kit."""
        with self._lock:
            fleet = self.refresh()
            chosen = [(index, district.chosen(show, find)) for index, district in enumerate(fleet.districts)]
            return self._environment.get_template("page").render(
                fleet=fleet,
                parts={key: part.html for key, part in self._parts.items()},
                revision=f"{self.name}-{self._revision}",
                shown=[(index, kits) for index, kits in chosen if kits],
                count=len(fleet.total.kits),
                show=show,
                find=find,
                at=self._now().astimezone(),
            )

    def since(self, known: str) -> tuple[str, Mapping[str, str] | None]:
        """What to know next, and the parts that are newer than what is known; None where all is to be loaded anew."""
        name, _, number_known = known.partition("-")
        with self._lock:
            at = f"{self.name}-{self._revision}"
            if name != self.name or not number_known.isdecimal() or int(number_known) < self._layout_revision:
                return at, None
            newer = {key: part.html for key, part in self._parts.items() if part.revision > int(number_known)}
            return at, newer

    def _draw(self, key: str, template: str, shown: object) -> None:
        part = self._parts.get(key)
        if part is None or part.shown != shown:
            html = self._environment.get_template(template).render(shown=shown)
            self._parts[key] = Part(shown, Markup(html.strip()), self._revision)


def environment(language: Language) -> Environment:
    """The templates with the words of a language."""
    loader = DictLoader({name: (TEMPLATES / f"{name}.html").read_text(encoding="utf-8") for name in _NAMES})
    made = Environment(
        loader=loader, autoescape=select_autoescape(default=True), undefined=StrictUndefined, trim_blocks=True
    )
    made.globals |= {
        "lang": language.value,
        "other": next(one for one in Language if one is not language).value,
        "say": lambda name, **values: PagePhrase[name].say(language, **values),
        "part": lambda code: part(code, language),
        "told": lambda count: view.told(count, language),
        "number": lambda count: number(count, language),
        "share": plots.share,
        "looks": (Look.RECORDING, Look.IDLE, Look.AWAY, Look.NEVER),
    }
    return made
