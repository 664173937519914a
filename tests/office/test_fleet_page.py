"""The fleet's page in a real browser: three kits and five hundred, narrow and wide, with scripts and without."""

import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firmware.office.fleet import rows, telling
from firmware.office.fleet.rows import KitRow, iso
from firmware.office.store import Store
from tests import fleets
from tests.brokers import free_port, mosquitto
from tests.browser import Page, chromium
from tests.fleets import Fleet

NOW = datetime.now(UTC)
TARGETS = """district,what,number,source,date
Pongok,target,2140,"Dukcapil, wajib KTP semester I",2026-06-30
Tukak Sadai,target,3120,"Dukcapil, wajib KTP semester I",2026-06-30
Lepar,target,1890,"Dukcapil, wajib KTP semester I",2026-06-30
"""
WIDTHS = (390, 1280)
Say = Callable[..., None]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


@pytest.fixture(scope="module")
def say(broker: int) -> Iterator[Say]:
    with fleets.speaking(broker) as speak:
        yield speak


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures of the pages go, to be looked at: REKAM_PICTURES, or nowhere for long."""
    named = os.environ.get("REKAM_PICTURES")
    return Path(named) if named else tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module")
def three(broker: int, say: Say, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two kits in service, of which one is ill, and one that waits for weather and network and never spoke."""
    folder = tmp_path_factory.mktemp("three")
    (folder / "targets.csv").write_text(TARGETS)
    url = f"sqlite:///{folder}/store.sqlite"
    with Store(url) as store:
        why = "ombak tinggi; di pulau itu belum ada jaringan"
        for kit, days, stage, reason, where in (
            ("BASEL-01", 61, "in_service", "", ("Pongok", "SMAN 1 Pongok")),
            ("BASEL-02", 40, "in_service", "", ("Tukak Sadai", "Kantor camat")),
            ("BASEL-03", 12, "waiting_for_weather", why, ("Lepar", "Dermaga Sadai")),
        ):
            telling.tell(store, kit, NOW - timedelta(days=days), stage, reason, where)
        fleets.past(store, "BASEL-01", 1984, 17, 31)
        fleets.past(store, "BASEL-02", 1210, 140, 22, 19)
    old = {"oldest_waiting": iso(NOW - timedelta(days=20))}
    absent = [{"name": "fingerprint", "state": "absent", "words": "no answer", "model": "R503"}]
    with fleets.served(broker, url, None, folder / "targets.csv") as fleet:
        say("BASEL-01", recorded=1984, waiting=17, state="recording", purpose="live")
        say("BASEL-02", recorded=1210, waiting=140, devices=absent, **old)
        fleet.wait_for(lambda kits: (kits["BASEL-01"]["recorded"], kits["BASEL-02"]["recorded"]) == (1984, 1210))
        yield fleet


def watched(page: Page, url: str, width: int, scheme: str = "light") -> None:
    """Open it, and wait until it is told what changes."""
    page.size(width, scheme=scheme)
    page.open(url)
    page.until("document.body.dataset.live == 'on' && !document.querySelector('.notice')")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("id", "merekam siap belum_terdengar menunggu_cuaca dari_target_7.150 93_% tertua_20_hari_lalu Periksa_kabel"),
        ("en", "recording ready not_heard_yet waiting_for_weather of_a_target_of_7,150 93% oldest_20_d_ago Check_its"),
    ],
)
def test_three_kits_hold_on_a_phone_and_on_a_desk(
    three: Fleet, page: Page, pictures: Path, width: int, language: str, told: str
) -> None:
    watched(page, f"{three.url}?lang={language}", width)
    text = page.text()
    assert [words for words in told.split() if words.replace("_", " ") not in text] == []
    assert "ombak tinggi; di pulau itu belum ada jaringan" in text
    assert page.overhang() == 0
    assert len(page.picture(pictures / f"three-{width}-{language}.png")) > 20_000
    assert page.value("document.querySelectorAll('tbody tr .plot rect, tbody tr .plot polyline').length") > 20
    assert page.said == []


def test_it_is_dark_where_the_machine_is(three: Fleet, page: Page, pictures: Path) -> None:
    watched(page, f"{three.url}?lang=id", 1280, "dark")
    page.picture(pictures / "three-dark.png")
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 29)"


def test_a_state_is_a_sign_and_a_word_and_no_colour_alone(three: Fleet, page: Page) -> None:
    watched(page, f"{three.url}?lang=en", 1280)
    looks = page.value("[...document.querySelectorAll('tbody .look')].map((one) => one.textContent)")
    assert sorted(looks) == ["○not heard yet", "●recording", "✓ready"]
    roles = page.value("[...new Set([...document.querySelectorAll('table, tr, td, tr > th')].map((o) => o.role))]")
    assert sorted(roles) == ["cell", "columnheader", "row", "rowheader", "table"]
    labels = page.value("[...document.querySelectorAll('svg')].every((one) => one.getAttribute('aria-label'))")
    assert labels is True


def test_what_a_kit_says_is_seen_at_once_and_a_new_kit_too(three: Fleet, page: Page, say: Say) -> None:
    watched(page, f"{three.url}?lang=id", 1280)
    page.value("window.was_loaded = true")
    say("BASEL-01", recorded=1985, waiting=18, state="idle", purpose="live")
    page.until("document.getElementById('k-BASEL-01').innerText.includes('1.985')")
    page.until("document.getElementById('totals').innerText.includes('3.195')")
    telling.tell(three.store, "BASEL-04", NOW, "in_box", "", ("Simpang Rimba", None))
    page.until("document.body.innerText.includes('Simpang Rimba')")
    assert "masih dalam kotak" in page.text()
    assert page.value("window.was_loaded"), "nobody has to load it again"


def test_without_scripts_loading_it_again_shows_all(three: Fleet, page: Page, say: Say) -> None:
    page.run_scripts(allowed=False)
    try:
        page.size(1280)
        for recorded in (1986, 1987):
            say("BASEL-01", recorded=recorded, purpose="live")
            three.wait_for(lambda kits, recorded=recorded: kits["BASEL-01"]["recorded"] == recorded)  # type: ignore[misc]
            page.open(f"{three.url}?lang=id")
            page.until(f"document.body.innerText.includes('1.{recorded - 1000}')")
        assert "langsung" not in page.text() and "dimuat ulang tiap menit" in page.text()
    finally:
        page.run_scripts(allowed=True)


def test_one_kit_has_a_page_of_its_own(three: Fleet, page: Page, pictures: Path) -> None:
    for width in WIDTHS:
        page.size(width)
        page.open(f"{three.url}kit/BASEL-02?lang=id")
        assert page.overhang() == 0
        page.picture(pictures / f"kit-{width}.png")
    text = page.text()
    assert "Tukak Sadai, Kantor camat" in text and "1.210" in text
    assert "sensor sidik jari tidak ada: no answer R503" in " ".join(text.split())


@pytest.mark.parametrize(
    ("wanted", "asked", "title"),
    [
        ("en-US,en;q=0.9,id;q=0.8", "", "The fleet"),
        ("id,en;q=0.5", "", "Armada kit"),
        ("fr", "", "Armada kit"),
        ("en;q=0.2, id;q=0.7", "", "Armada kit"),
        ("id", "?lang=en", "The fleet"),
        ("en", "?lang=xx", "The fleet"),
        ("en;q=oops", "", "Armada kit"),
    ],
)
def test_it_speaks_as_the_browser_wants(three: Fleet, wanted: str, asked: str, title: str) -> None:
    assert f"<title>{title}</title>" in three.get(asked, **{"Accept-Language": wanted})


def test_nothing_is_loaded_from_elsewhere(three: Fleet) -> None:
    text = three.get("?lang=id") + three.get("kit/BASEL-01")
    assert "http://" not in text and "https://" not in text


@pytest.fixture(scope="module")
def many(broker: int, three: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Five hundred kits in fifty districts as they were kept, every tenth lost."""
    url = f"sqlite:///{tmp_path_factory.mktemp('many')}/store.sqlite"
    chance = random.Random(7)
    with Store(url) as store:
        kits, places = [], []
        for number in range(500):
            name, count = f"KIT-{number:04}", chance.randrange(3000)
            soon = iso(datetime.now(UTC) + timedelta(hours=1))
            state = "lost" if number % 10 == 0 else "idle"
            kits.append(
                KitRow(name, state=state, said_utc=iso(NOW), until_utc=soon, recorded=count, waiting=number % 7)
            )
            places.append(rows.PlaceRow(name, f"Kecamatan {number % 50:02}", "", "in_service", "", iso(NOW)))
        rows.put_places(store, places)
        rows.put(store, kits)
        for kit in ("KIT-0001", "KIT-0002"):
            fleets.past(store, kit, 900, 9, 21)
    with fleets.served(broker, url) as fleet:
        yield fleet


def test_five_hundred_kits_hold_on_a_phone_and_on_a_desk(many: Fleet, page: Page, pictures: Path) -> None:
    for width in WIDTHS:
        watched(page, f"{many.url}?lang=id", width)
        assert page.overhang() == 0
        page.picture(pictures / f"many-{width}.png")
        shown = page.value("document.querySelectorAll('.mosaic .dot[href*=KIT]').length")
        assert shown == 500
    tall = page.value("document.querySelector('.glance').getBoundingClientRect().height")
    page.size(1280)
    assert page.value("document.querySelector('.glance').getBoundingClientRect().bottom") < 900, f"one screen; {tall}"


def test_those_that_need_somebody_are_found(many: Fleet, page: Page, pictures: Path) -> None:
    watched(page, f"{many.url}?lang=en&show=attention", 1280)
    page.picture(pictures / "attention.png")
    listed = page.value("[...document.querySelectorAll('tbody tr[id*=KIT]')].map((one) => one.id)")
    assert sorted(listed) == [f"k-KIT-{number:04}" for number in range(0, 500, 10)]
    assert "The connection broke without a word" in page.text()
    watched(page, f"{many.url}?lang=en&find=kit-0123", 1280)
    assert page.value("document.querySelectorAll('tbody tr').length") == 1
    watched(page, f"{many.url}?lang=en&find=nobody%3Cb%3E", 1280)
    assert "No kit matches." in page.text() and page.said == []
