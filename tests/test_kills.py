"""What is judged of a station that was killed; `tests.test_delivery_kills` kills it."""

import pytest

from firmware.journal import Journal
from firmware.journal_lines import Kind
from firmware.logbook import Logbook, LogPhrase
from firmware.office import keys
from firmware.vocabulary import Language
from tests.findings import Findings
from tests.kills import ENDED, Answer, Bench, Kill, Named, conclude, judge, look, named, nik_of
from tests.worlds import World

NUMBER = "BENCH-1-20261201050000-0A0B0C0D"
AT = "2026-12-01 05:00"


@pytest.mark.parametrize(("phrase", "is_kept"), [(LogPhrase.CUT_OFF, False), (LogPhrase.WAS_WHOLE, True)])
def test_what_a_station_names_is_read(phrase: LogPhrase, is_kept: bool) -> None:
    words = phrase.say(Language.ENGLISH, at=AT, steps=2, number=NUMBER)
    assert list(named(f"rekam: something else\n{words}\n")) == [Named(NUMBER, is_kept)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A kit with an empty spool, and a journal with one session that was cut off."""
    folder = tmp_path_factory.mktemp("bench")
    port = 'port = "/dev/there-is-none"'
    (folder / "kit.toml").write_text(f'kit_id = "BENCH-1"\n[fingerprint]\n{port}\n')
    made = Bench(World(folder / "kit.toml", keys.init(folder / "office")), folder)
    log = Logbook(Journal(made.journal))
    log.begin("kills", NUMBER, "")
    log.close_cut_off(lambda number: False)
    return made


ENDS = Answer(frozenset(), 1, f"rekam: {ENDED}")
SHOWS = Answer(frozenset({NUMBER}), 0, "")
UNDONE, KEPT = (Named(NUMBER, False),), (Named(NUMBER, True),)


@pytest.mark.parametrize(
    ("got", "told", "words"),
    [
        (ENDS, UNDONE, ""),
        (ENDS, (), "was cut off, named was"),
        (ENDS, KEPT, "the spool knows better"),
        (SHOWS, UNDONE, "lost: "),
    ],
)
def test_a_kill_that_did_harm_is_found(bench: Bench, got: Answer, told: tuple[Named, ...], words: str) -> None:
    findings, session = Findings(), [line for line in bench.lines() if line.kind is Kind.BEGUN]
    is_done = judge(bench, findings, Kill(1, session, got, told))
    assert bool(findings.violations) == bool(words) and any(words in found for found in [*findings.violations, ""])
    assert is_done == (got is SHOWS or told is KEPT)


def test_a_session_that_is_named_without_reason_and_a_deaf_client_are_found(bench: Bench) -> None:
    findings = Findings()
    judge(bench, findings, Kill(1, [], ENDS, UNDONE))
    look(bench, findings, 0, Answer(frozenset(), 1, "rekam: something else"))
    conclude(bench, findings, {1})
    told = "\n".join(findings.violations)
    assert "named without reason" in told and "did not notice" in told and f"recorded are ['{nik_of(1)}']" in told
