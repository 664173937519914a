"""What the page tells of each kit and district, in words and plots, from what is known at one moment."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from firmware.office.fleet import advice, plots
from firmware.office.fleet.advice import Advice
from firmware.office.fleet.board import Delivered, Picture
from firmware.office.fleet.rows import BORN, DEAD, TREND_DAYS, UNREADABLE, DayRow, KitRow, PlaceRow, moment
from firmware.office.fleet.words import Look, PagePhrase, age, number
from firmware.office.numbers import TARGET, Number
from firmware.rollout_words import Stage
from firmware.telemetry.summary import KitState
from firmware.vocabulary import Language, Purpose

_LEAVE = timedelta(days=1)
"""So long a kit that said goodbye, or was told dead, is not missed."""
_STAGES = {stage.code: stage for stage in Stage}


@dataclass(frozen=True, slots=True)
class KitView:
    """One kit; texts are ready to be shown. stage: its code, empty where nobody told."""

    kit: str
    district: str
    place: str
    look: Look
    looks: str
    said_utc: str
    age: str
    stage: str
    staged: str
    since: str
    reason: str
    recorded: int | None
    waiting: int | None
    oldest: str
    is_training: bool
    advices: tuple[Advice, ...]
    recorded_plot: Markup
    waiting_plot: Markup

    @property
    def needs(self) -> bool:
        """Whether somebody should look after it."""
        return bool(self.advices)


@dataclass(frozen=True, slots=True)
class DistrictView:
    """One district with its kits, those first that somebody should look after; `name` is empty where it is unknown.

    recorded, waiting: of all its kits together, None where none told. source: of the target, with its date.
    """

    name: str
    kits: tuple[KitView, ...]
    recorded: int | None
    waiting: int | None
    target: int | None
    source: str

    @property
    def percent(self) -> float | None:
        """Recorded of the target."""
        return None if self.target is None or self.recorded is None else 100 * self.recorded / self.target

    @property
    def needing(self) -> int:
        """How many of its kits somebody should look after."""
        return sum(kit.needs for kit in self.kits)

    def chosen(self, show: str, find: str) -> list[KitView]:
        """Its kits that were asked for, as `Feed.page` has it."""
        sought = find.casefold()
        found = [one for one in self.kits if sought in f"{one.kit} {one.place} {self.name}".casefold()]
        if show == "attention":
            return [one for one in found if one.needs]
        stage = show.removeprefix("stage-")
        return found if stage == show else [one for one in found if one.stage == stage]


@dataclass(frozen=True, slots=True)
class FleetView:
    """The whole fleet; `total` is a district of all. stages: how many kits stand where."""

    districts: tuple[DistrictView, ...]
    total: DistrictView
    stages: tuple[tuple[str, str, int], ...]


class Viewer:
    """Looks at the fleet again and again in one language; a kit of which nothing changed is not looked at anew."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._kits: dict[str, tuple[object, KitView]] = {}

    def fleet(self, picture: Picture, now: datetime) -> FleetView:
        """Everything that the page shows."""
        by_district: dict[str, list[KitView]] = {}
        for name in picture.names:
            one = self._kit(picture, name, now)
            by_district.setdefault(one.district, []).append(one)
        numbers = picture.numbers
        order = sorted(by_district.items(), key=lambda one: (not one[0], one[0]))
        districts = [_district(name, of, _target(name, numbers) if name else None) for name, of in order]
        every = [one for of in by_district.values() for one in of]
        total = _district("", every, _target("", numbers) or _added_up(numbers))
        counted = Counter(one.stage for one in every)
        names = {code: stage.say(self._language) for code, stage in _STAGES.items()}
        names[""] = PagePhrase.NO_STAGE.say(self._language)
        return FleetView(
            tuple(districts), total, tuple((code, names[code], count) for code, count in counted.most_common())
        )

    def _kit(self, picture: Picture, name: str, now: datetime) -> KitView:
        sources = (picture.kits, picture.places, picture.delivered, picture.days)
        # Ages are told in minutes
        seen = (now.replace(second=0, microsecond=0), *(of.get(name) for of in sources))
        known = self._kits.get(name)
        if known is None or known[0] != seen or known[1].look is not look(picture.kits.get(name, KitRow(name)), now):
            known = self._kits[name] = (seen, kit(picture, name, now, self._language))
        return known[1]


def kit(picture: Picture, name: str, now: datetime, language: Language) -> KitView:
    """One kit."""
    row = picture.kits.get(name, KitRow(name))
    place = picture.places.get(name, PlaceRow(name))
    told = picture.delivered.get(name, Delivered())
    days = _days(picture.days.get(name, ()), now)
    looks = look(row, now)
    code, reason, since = _stage(row, place)
    said, oldest = moment(row.said_utc), moment(row.oldest_waiting_utc)
    stage = _STAGES.get(code)
    return KitView(
        kit=name,
        district=place.district or told.district,
        place=place.place or told.place,
        look=looks,
        looks=looks.say(language),
        said_utc=row.said_utc,
        age=age(said, now, language) if said else "",
        stage=stage.code if stage else "",
        staged=stage.say(language) if stage else PagePhrase.NO_STAGE.say(language),
        since=since[:10],
        reason=reason,
        recorded=told.recorded if row.recorded is None else row.recorded,
        waiting=told.waiting if row.waiting is None else row.waiting,
        oldest=PagePhrase.OLDEST.say(language, age=age(oldest, now, language)) if oldest and row.waiting else "",
        is_training=row.purpose == Purpose.TRAINING.value,
        advices=tuple(advice.of(row, looks, stage, reason, now, language)),
        recorded_plot=_plot(PagePhrase.RECORDED_TREND, _rises(days), language),
        waiting_plot=_plot(PagePhrase.WAITING_TREND, [day.waiting if day else None for day in days], language),
    )


def look(row: KitRow, now: datetime) -> Look:
    """How a kit looks now."""
    until = moment(row.until_utc)
    if row.state == UNREADABLE:
        return Look.UNREADABLE
    if row.state == KitState.LOST.value:
        return Look.LOST
    if row.node == DEAD:
        said = moment(row.said_utc)
        return Look.SILENT if said and now - said > _LEAVE else Look.AWAY
    if row.node != BORN and (until is None or now > until):
        return Look.SILENT if row.said_utc or row.state else Look.NEVER
    return Look.RECORDING if row.state == KitState.RECORDING.value else Look.IDLE


def _stage(row: KitRow, place: PlaceRow) -> tuple[str, str, str]:
    """What was said last of how far it has come, by the kit or by the office: code, reason, since when."""
    if place.stage and place.since_utc >= row.stage_told_utc:
        return place.stage, place.reason, place.since_utc
    return row.stage, row.stage_reason, row.stage_since_utc


def _days(rows: Sequence[DayRow], now: datetime) -> list[DayRow | None]:
    """The last days up to today, None for one of which nothing is known."""
    today = now.astimezone().date()
    known = {row.day: row for row in rows}
    return [known.get((today - timedelta(days=back)).isoformat()) for back in range(TREND_DAYS - 1, -1, -1)]


def _rises(days: Sequence[DayRow | None]) -> list[float | None]:
    """By how much `recorded` rose on each day, since the day before of which it is known."""
    found: list[float | None] = []
    before: int | None = None
    for day in days:
        now = day.recorded if day else None
        found.append(None if now is None or before is None else max(0, now - before))
        before = before if now is None else now
    return found


def _plot(phrase: PagePhrase, values: Sequence[float | None], language: Language) -> Markup:
    if not any(value is not None for value in values):
        return Markup("")
    told = " ".join("-" if value is None else f"{value:.0f}" for value in values)
    words = phrase.say(language, days=TREND_DAYS, list=told)
    return plots.bars(values, words) if phrase is PagePhrase.RECORDED_TREND else plots.line(values, words)


def _district(name: str, of: Sequence[KitView], target: Number | None) -> DistrictView:
    order = list(Look)
    kits = sorted(of, key=lambda one: (not one.needs, order.index(one.look), one.kit))
    return DistrictView(
        name,
        tuple(kits),
        _sum([one.recorded for one in kits]),
        _sum([one.waiting for one in kits]),
        target.number if target else None,
        f"{target.source}, {target.date.isoformat()}" if target and target.source else "",
    )


def _target(district: str, numbers: Sequence[Number]) -> Number | None:
    """The newest one."""
    own = [one for one in numbers if one.what == TARGET and one.district == district]
    return max(own, key=lambda one: one.date, default=None)


def _added_up(numbers: Sequence[Number]) -> Number | None:
    """The districts' newest targets together, where all are of one day."""
    found = [_target(name, numbers) for name in sorted({one.district for one in numbers if one.what == TARGET})]
    dates = {one.date for one in found if one is not None}
    if len(dates) != 1:
        return None
    return Number("", TARGET, sum(one.number for one in found if one is not None), "", dates.pop())


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [one for one in counts if one is not None]
    return sum(known) if known else None


def told(count: int | None, language: Language) -> str:
    """A count as it is shown; a dash where nobody told."""
    return "–" if count is None else number(count, language)
