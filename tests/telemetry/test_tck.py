"""Every normative statement is held by a test, or told with its reason."""

from fnmatch import fnmatch

from tests.telemetry.tck import DOCUMENT, IDS, NOT_HELD, drawn, held


def test_every_statement_is_held_or_has_its_reason() -> None:
    tests = held()
    assert sorted(set(tests) - set(IDS)) == [], "there is no such statement"
    reasons = {one: [why for why, some in NOT_HELD.items() if any(fnmatch(one, p) for p in some)] for one in IDS}
    assert [one for one in IDS if one not in tests and len(reasons[one]) != 1] == []
    left = [one for one in IDS if one not in tests]
    patterns = [pattern for some in NOT_HELD.values() for pattern in some]
    assert [one for one in patterns if not any(fnmatch(other, one) for other in left)] == [], (
        "held by now, or no statement"
    )


def test_the_table_in_the_docs_is_drawn_from_the_tests() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == drawn(document), "draw it: python -m tests.telemetry.tck"
