"""`python -m tests.rescue`: each page and each log frame of a spool spoiled in turn; what the rescue saves and names.

Which packets must be lost is asked of SQLite itself, by its table of pages (dbstat), on the sound file.
"""

import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from firmware.datatypes import SealedPacket
from firmware.spool import Spool
from firmware.uplink.rescue import Found, Rescue
from tests.test_spool import packet
from tests.transactions import AT

PAGE = 4096
HEADER, FRAME = 32, 24 + PAGE
PACKETS = 60
FLIPS = "a flipped bit in each half kilobyte"
DAMAGES: Mapping[str, Callable[[int, random.Random], bytes]] = {
    "zeros": lambda size, _: bytes(size),
    "noise": lambda size, source: source.randbytes(size),
    FLIPS: lambda size, _: b"",
}


@dataclass(frozen=True)
class Spoiled:
    """What a rescue gave of a spoiled file, and what must be lost."""

    saved: dict[str, bytes]
    found: Found
    must_lose: set[str]

    @property
    def is_right(self) -> bool:
        """Whether exactly what must be lost is lost and named, and all else is as it was sealed."""
        lost = {one.control_number for one in self.found.lost}
        return self.saved == self.whole and lost == self.must_lose

    @property
    def is_right_of_flips(self) -> bool:
        """The same where single bits may have spared a packet, or changed its number alone."""
        sealed = set(contents().values())
        count = len(self.saved) + len(self.found.lost)
        return self.whole.items() <= self.saved.items() and set(self.saved.values()) <= sealed and count == PACKETS

    @property
    def whole(self) -> dict[str, bytes]:
        """What must be saved."""
        return {name: content for name, content in contents().items() if name not in self.must_lose}


def sealed() -> list[SealedPacket]:
    """Packets of all sizes: some lie on one page with others, some fill many."""
    sizes = random.Random(1)
    return [packet(f"K1-{number:04d}", sizes.choice([40, 900, 4000, 9000, 30_000])) for number in range(PACKETS)]


def contents() -> dict[str, bytes]:
    """What was sealed, by control number."""
    return {one.control_number: one.ciphertext for one in sealed()}


def build(folder: Path, logged: int = 0) -> Path:
    """A spool as a kit leaves it; its last `logged` packets, and some notes of export, lie in the log alone."""
    working = folder / "working" / "spool.sqlite"
    path = folder / "card" / "spool.sqlite"
    path.parent.mkdir(parents=True)
    packets = sealed()
    with Spool(working) as spool:
        for number, one in enumerate(packets[: PACKETS - logged]):
            spool.put(one, AT)
            if number % 7 == 0:
                spool.mark_exported(one.control_number, datetime(2026, 11, 25, tzinfo=UTC))
    with Spool(working) as spool:
        spool._opened().execute("PRAGMA wal_autocheckpoint = 0")
        for number, one in enumerate(packets[PACKETS - logged :]):
            spool.put(one, AT)
            if number % 5 == 0:
                spool.mark_exported(packets[number].control_number, datetime(2026, 11, 25, tzinfo=UTC))
        for file in working.parent.iterdir():
            if not file.name.endswith("-shm"):
                shutil.copy(file, path.parent / file.name)
    return path


def rescue(path: Path) -> tuple[dict[str, bytes], Found]:
    """What a rescue gives, in memory."""
    salvage = Rescue(path)
    saved = [(one.control_number, one.ciphertext) for one in salvage.packets()]
    assert len(dict(saved)) == len(saved)
    return dict(saved), salvage.found()


def pages_of(path: Path) -> dict[str, list[int]]:
    """On which pages each packet's bytes lie, its leaf first, by SQLite's own account of a sound file and its log."""
    with copied(path) as copy:
        connection = sqlite3.connect(copy)
        numbers = [row[0] for row in connection.execute("SELECT control_number FROM packet ORDER BY rowid")]
        query = "SELECT path, pageno, ncell, pagetype FROM dbstat WHERE name = 'packet' ORDER BY path"
        rows = connection.execute(query).fetchall()
        connection.close()
    found: dict[str, list[int]] = {number: [] for number in numbers}
    owner: dict[str, str] = {}
    remaining = iter(numbers)
    for place, page, cells, kind in rows:
        if kind == "leaf":
            for cell in range(cells):
                number = owner[f"{place}{cell:03x}"] = next(remaining)
                found[number].append(page)
    for place, page, _, kind in rows:
        if kind == "overflow":
            found[owner[place.split("+")[0]]].append(page)
    assert next(remaining, None) is None
    return found


def spoil(path: Path, start: int, size: int, damage: str, source: random.Random) -> None:
    """Overwrite a stretch of a file."""
    content = bytearray(path.read_bytes())
    if not (written := DAMAGES[damage](size, source)):
        stretch = bytearray(content[start : start + size])
        for at in range(source.randrange(512), size, 512):
            stretch[at] ^= 1 << source.randrange(8)
        written = bytes(stretch)
    content[start : start + size] = written
    path.write_bytes(content)


def spoiled_pages(path: Path, damage: str, chosen: Callable[[int], list[int]]) -> Iterator[tuple[int, Spoiled]]:
    """Each chosen page spoiled in turn, in a copy."""
    owners = pages_of(path)
    for page in chosen(path.stat().st_size // PAGE):
        with copied(path) as copy:
            spoil(copy, (page - 1) * PAGE, PAGE, damage, random.Random(page))
            saved, found = rescue(copy)
        yield page, Spoiled(saved, found, {number for number, pages in owners.items() if page in pages})


@contextmanager
def copied(path: Path) -> Iterator[Path]:
    """A copy of a spool and its log while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        for file in path.parent.glob(f"{path.name}*"):
            shutil.copy(file, folder)
        yield Path(folder) / path.name


def spoiled_frames(path: Path, damage: str, chosen: Callable[[int], list[int]]) -> Iterator[tuple[int, Spoiled]]:
    """Each chosen frame of the log spoiled in turn, in a copy; frames are numbered from 1."""
    log = path.with_name(f"{path.name}-wal")
    states = list(_states(path, log.read_bytes()))
    for frame in chosen((log.stat().st_size - HEADER) // FRAME):
        with copied(path) as copy:
            spoil(copy.with_name(log.name), HEADER + (frame - 1) * FRAME, FRAME, damage, random.Random(frame))
            saved, found = rescue(copy)
        whole = {number for state in states for number, versions in state.items() if frame not in versions}
        yield frame, Spoiled(saved, found, contents().keys() - whole)


def _states(path: Path, log: bytes) -> Iterator[dict[str, set[int]]]:
    """For the file and after each commit of the log: in which frames each packet's bytes lie (0: in the file)."""
    newest: dict[int, int] = {}
    heads = [log[at : at + 8] for at in range(HEADER, len(log), FRAME)]
    for frame, head in enumerate([b"\0\0\0\0\0\0\0\1", *heads]):
        newest[int.from_bytes(head[:4], "big")] = frame
        if int.from_bytes(head[4:8], "big"):
            with copied(path) as copy:
                copy.with_name(f"{path.name}-wal").write_bytes(log[: HEADER + frame * FRAME] if frame else b"")
                owners = pages_of(copy)
            yield {number: {newest.get(page, 0) for page in pages} for number, pages in owners.items()}


def main() -> None:
    """Spoil everything in turn, and print how many rescues were right."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        for name, spoiled, logged in (("page", spoiled_pages, 0), ("frame", spoiled_frames, PACKETS // 2)):
            path = build(Path(folder) / name, logged)
            for damage in DAMAGES:
                count: Counter[str] = Counter()
                wrong = []
                for number, one in track(
                    spoiled(path, damage, lambda total: list(range(1, total + 1))), damage, console=console
                ):
                    count.update(spoiled=1, lost=len(one.found.lost), saved=len(one.saved))
                    if not (one.is_right_of_flips if damage == FLIPS else one.is_right):
                        wrong.append(number)
                console.print(
                    f"{count['spoiled']} {name}s, each overwritten with {damage}: {count['saved']} packets saved, "
                    f"{count['lost']} named as lost; {len(wrong)} rescues wrong {wrong}"
                )


if __name__ == "__main__":
    main()
