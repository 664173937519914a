"""`rekam show` as a person runs it."""

import base64
import io
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from firmware import showing
from firmware.records import transaction
from firmware.vocabulary import FaceCompression, FingerCompression, Language
from tests import transactions
from tests.itl_files import finger, image_fields, tagged
from tests.itl_files import transaction as of_records
from tests.records.test_faces import face

GREY = np.random.default_rng(4).integers(0, 256, (36, 44)).astype(np.uint8)


def png() -> bytes:
    file = io.BytesIO()
    Image.fromarray(GREY).save(file, "PNG")
    return file.getvalue()


ODD = of_records(
    (2, 0, tagged(2, {2: "00", 18: "[red]Tom\x1b[2J\x1fThumb\x1eT", 77: "x" * 300})),
    (4, 1, finger(1, (44, 36), GREY.tobytes())),
    (14, 2, tagged(14, image_fields((44, 36), "PNG", f002="2", f005="<b>"), png())),
    (14, 3, tagged(14, image_fields((44, 36), "JPEGL", f002="3"), b"what nobody decodes")),
    (77, 5, tagged(77, {2: "5", 400: "unheard of"})),
)
"""Markup, escape sequences, an unknown type, unknown fields, and one picture of three that cannot be decoded."""


def rekam(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "firmware", "show", *map(str, arguments)]
    wide = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=wide)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    path = tmp_path / "odd.an2"
    path.write_bytes(ODD)
    return path


def shown(path: Path, language: Language = Language.ENGLISH, page: Path | None = None) -> tuple[bool, str, str]:
    out, err = io.StringIO(), io.StringIO()
    consoles = (Console(file=file, width=200, highlight=False, soft_wrap=True) for file in (out, err))
    return showing.show([path], page, language, *consoles), out.getvalue(), err.getvalue()


def test_a_transaction_is_shown_and_the_exit_is_0(odd: Path, tmp_path: Path) -> None:
    page = tmp_path / "pages" / "out.html"
    done = rekam(odd, "--page", page)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    for line in (
        f"odd.an2: {len(ODD)} bytes, 6 records",
        "1.002 VER version of the standard 0502",
        "2.018 a field that is not known length 20: [red]Tom\ufffd[2J, Thumb | T",
        "4.004 FGP finger position 2 (right index finger)",
        "4.009 DATA image 44 x 36 pixels; 1584 bytes",
        f"14.999 DATA image or data 44 x 36 pixels; {len(png())} bytes",
        "14.999 DATA image or data 19 bytes; cannot be drawn: image: compressed as 'JPEGL', "
        "which is not known here, or its beginning is damaged",
        "77.400 a field that is not known length 10: unheard of",
        f"Page: {page}",
    ):
        assert line in lines
    assert any(
        re.fullmatch(r"Record 6: Type-77, a type that is not known, IDC 5; \d+ bytes from byte \d+ on", line)
        for line in lines
    )
    assert "\x1b" not in done.stdout
    assert page.exists()


class Pictures(HTMLParser):
    """The pictures of a page, and everything that would be loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Image.Image] = []
        self.outside: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        for name, value in attributes:
            if name in ("src", "href") and value and value.startswith("data:image/png;base64,"):
                self.found.append(Image.open(io.BytesIO(base64.b64decode(value.partition(",")[2]))))
            elif name in ("src", "href"):
                self.outside.append(str(value))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_holds_every_picture_and_needs_nothing_else(odd: Path, tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    assert shown(odd, page=page)[0]
    text, parser = page.read_text(encoding="utf-8"), Pictures()
    parser.feed(text)
    assert (parser.outside, parser.open) == ([], [])
    assert [np.array_equal(np.asarray(image), GREY) for image in parser.found] == [True, True]
    assert "<b>" not in text and "&lt;b&gt;" in text
    assert "compressed as &#x27;JPEGL&#x27;" in text


def test_a_large_picture_is_drawn_smaller(tmp_path: Path) -> None:
    path, page = tmp_path / "large.an2", tmp_path / "out.html"
    path.write_bytes(of_records((14, 1, tagged(14, image_fields((4000, 2), "NONE"), bytes(8000)))))
    assert shown(path, page=page)[0]
    parser = Pictures()
    parser.feed(page.read_text(encoding="utf-8"))
    assert [image.size for image in parser.found] == [(2000, 1)]


def test_indonesian_is_spoken(odd: Path) -> None:
    told = shown(odd, Language.INDONESIAN)[1]
    for words in ("tipe yang tidak dikenal", "telunjuk kanan", "nomor kendali", "tidak dapat digambar", "panjang 10"):
        assert words in told
    assert "finger position" not in told


def test_json_tells_all_of_it(odd: Path) -> None:
    done = rekam(odd, "--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert (told["file"], told["bytes"], told["error"], told["contents_agree"]) == (str(odd), len(ODD), None, True)
    assert [record["type"] for record in told["records"]] == [1, 2, 4, 14, 14, 77]
    second, fourth, fifth = told["records"][1], told["records"][3], told["records"][4]
    assert second["fields"][2] == {
        "number": 18,
        "mnemonic": None,
        "meaning": None,
        "bytes": 20,
        "value": [["[red]Tom\x1b[2J", "Thumb"], ["T"]],
    }
    assert second["fields"][3]["value"] == [["x" * 300]], "nothing is shortened"
    assert fourth["data"] == {"bytes": len(png()), "width": 44, "height": 36, "error": None}
    assert fourth["fields"][12]["mnemonic"] == "FGP"
    assert fifth["data"]["width"] is None and "JPEGL" in fifth["data"]["error"]
    assert ODD[fourth["at"] : fourth["at"] + fourth["bytes"]].startswith(b"14.001:")


def test_one_broken_file_is_named_and_the_others_are_shown(odd: Path, tmp_path: Path) -> None:
    broken, page = tmp_path / "broken.an2", tmp_path / "out.html"
    broken.write_bytes(ODD[:-5])
    done = rekam(broken, tmp_path / "nowhere.an2", odd, "--page", page)
    assert done.returncode == 1
    first, second = done.stderr.splitlines()
    assert re.search(
        r"broken\.an2: cannot be shown: record 6 \(Type-77\), byte \d+: says \d+ bytes and \d+ are left", first
    )
    assert second.endswith("nowhere.an2: cannot be shown: cannot be read (No such file or directory)")
    assert "unheard of" in done.stdout
    assert "broken.an2: cannot be shown" in page.read_text(encoding="utf-8")


def test_json_names_what_is_broken_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.an2"
    broken.write_bytes(b"no transaction")
    done = rekam(broken, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["records"], told["contents_agree"]) == (1, [], None)
    assert told["error"].startswith("byte 0: does not begin with a Type-1 record")


def test_records_that_are_missing_or_not_listed_are_noticed(odd: Path) -> None:
    assert "Field 1.003" not in shown(odd)[1]
    odd.write_bytes(ODD[: ODD.rindex(b"77.001:")])
    fine, told, _ = shown(odd)
    assert fine
    assert "Field 1.003 lists other records than there are: 2/00, 4/01, 14/02, 14/03, 77/05." in told


@pytest.mark.parametrize("compression", FingerCompression)
def test_our_own_record_has_no_unknown_field_and_every_picture(compression: FingerCompression, tmp_path: Path) -> None:
    path, page = tmp_path / "own.an2", tmp_path / "out.html"
    data = transaction.build(
        transactions.header(),
        transactions.RESIDENT,
        transactions.captures(),
        transactions.NOTED,
        face(),
        FaceCompression.JPEG,
        compression,
    )
    path.write_bytes(data)
    fine, told, _ = shown(path, page=page)
    assert fine
    assert "not known" not in told and "cannot be drawn" not in told
    assert "2.101  NIK" in told and transactions.RESIDENT.nik in told
    parser = Pictures()
    parser.feed(page.read_text(encoding="utf-8"))
    assert len(parser.found) == 9 + 1


def test_a_page_that_cannot_be_written_is_named(odd: Path, tmp_path: Path) -> None:
    done = rekam(odd, "--page", odd / "out.html")
    assert done.returncode == 1
    assert "odd.an2" in done.stderr and "Traceback" not in done.stderr


def test_every_third_party_transaction_is_shown(shared_data: Path, tmp_path: Path) -> None:
    files = sorted((shared_data / "formats").glob("*.an2*"))
    page = tmp_path / "out.html"
    done = rekam(*files, "--page", page, "--lang", "id")
    assert (done.returncode, done.stderr) == (0, "")
    assert "tidak dapat digambar" not in done.stdout
    parser = Pictures()
    parser.feed(page.read_text(encoding="utf-8"))
    assert [image.size for image in parser.found] == [
        (256, 64),
        (402, 376),
        (388, 336),
        (1600, 976),
        (1600, 976),
        (1600, 800),
    ]
