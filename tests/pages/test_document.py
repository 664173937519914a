"""A page for people on each print, in one document."""

import re
from pathlib import Path

import pytest
from PIL import Image
from PIL.PdfParser import PdfParser

from firmware.pages import content, document, html, sheet, words
from firmware.pages.content import Figure, Measure, Page
from firmware.pipeline.nfiq2.measures import NAMES
from firmware.vocabulary import Language
from tests.pipeline.planted import plant
from tests.test_assessment import assess, save

PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two prints, of which one has a name that is no HTML, and a spoiled file."""
    folder = tmp_path_factory.mktemp("prints")
    save(folder / "a.png", PRINT)
    save(folder / "b" / "<i>&.png", PRINT[:150])
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes()[:300])
    return folder


def pdf_pages(path: Path) -> int:
    with PdfParser(str(path), mode="rb") as parser:
        return len(parser.pages)


def test_a_document_of_html_needs_nothing_beside_itself(folder: Path, tmp_path: Path) -> None:
    done = assess(folder, "--report", tmp_path / "out" / "report.html", "--jobs", 2)
    assert done.returncode == 1
    text = (tmp_path / "out" / "report.html").read_text()
    assert [name.name for name in (tmp_path / "out").iterdir()] == ["report.html"]
    assert re.findall(r"<h1>(.*?)</h1>", text) == ["a.png", "b/&lt;i&gt;&amp;.png", "c.png"]
    assert text.count("data:image/png;base64,") == 6
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert re.search(r"Quality \d+ of 100", text)
    assert "Could not be assessed: " in text
    assert text.count("<code>") == 10, "five measures of two prints"
    assert text.count("<section>") == text.count("</section>") == 3
    assert text.endswith("</html>\n")


def test_a_document_of_pdf_has_a_page_an_image(folder: Path, tmp_path: Path) -> None:
    assert assess(folder, "--report", tmp_path / "report.pdf", "--language", "id").returncode == 1
    assert pdf_pages(tmp_path / "report.pdf") == 3


def test_pages_that_a_run_keeps_are_not_drawn_again(folder: Path, tmp_path: Path) -> None:
    options = ("--run", tmp_path / "run", "--report", tmp_path / "report.html")
    assess(folder, *options)
    first = (tmp_path / "report.html").read_text()
    (tmp_path / "report.html").unlink()
    part = tmp_path / "run" / "pages" / "a.page"
    part.write_text(part.read_text().replace("a.png", "kept.png"))
    assess(folder, *options)
    assert (tmp_path / "report.html").read_text() == first.replace("a.png", "kept.png")


def test_another_kind_of_document_is_refused(folder: Path, tmp_path: Path) -> None:
    done = assess(folder, "--report", tmp_path / "report.docx")
    assert done.returncode == 1
    assert "name a file that ends in .html or .pdf" in done.stderr
    assert not list(tmp_path.iterdir())


def test_more_sheets_than_are_joined_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_SHEETS_AT_ONCE", 2)
    parts = []
    for number in range(5):
        parts.append(tmp_path / f"{number}.page")
        document.keep(content.unreadable(f"{number}", "broken", Language.ENGLISH), parts[-1], Path("x.pdf"))
    document.join(parts, tmp_path / "x.pdf", Language.ENGLISH)
    assert pdf_pages(tmp_path / "x.pdf") == 5


@pytest.mark.parametrize("language", Language)
def test_a_full_page_is_drawn_within_its_sheet(language: Language) -> None:
    tall, wide = Image.new("L", (100, 900), 128), Image.new("RGB", (1608, 1000), "red")
    measures = tuple(Measure("of what " * 9, "CODE", "1", "0 … 1", "3 %", place, 0.2, 0.8) for place in (0.0, 0.5, 1.0))
    figures = (Figure("one " * 60, tall), Figure("two", wide), Figure("three", wide))
    page = Page("n" * 400, language, 40, ("advice " * 60,) * 4, ("fact",), figures, measures)
    drawn = sheet.draw(page)
    assert drawn.size == (sheet.WIDTH_PX, sheet.HEIGHT_PX)
    assert html.render(page).count("<li>") == 4


def test_a_measure_has_words_in_both_languages_or_its_name() -> None:
    assert words.measure("RVUP_Bin10_3", Language.INDONESIAN) == "lebar garis dan lembah yang merata"
    assert words.measure("OF_Bin10_Mean", Language.ENGLISH) == "smooth flow of the ridges"
    assert words.measure("another", Language.ENGLISH) == "another"
    assert all(words.measure(name, language) != name for name in NAMES for language in Language)
