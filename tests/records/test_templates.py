"""Minutiae as text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.datatypes import Minutiae
from firmware.errors import RecordError
from firmware.records import templates
from tests.transactions import minutiae


def test_a_template_has_a_line_a_minutia() -> None:
    assert templates.write_xyt(minutiae()) == ("3.40 5.00 0.00 90 1\n20.00 10.50 90.00 0 2\n30.60 39.90 359.94 100 0\n")


def test_an_angle_that_rounds_to_a_full_turn_is_zero() -> None:
    one = np.array([1], np.float32)
    almost = Minutiae(
        one, one.copy(), np.array([6.28318], np.float32), np.array([1], np.uint8), np.array([9], np.uint8)
    )
    assert templates.write_xyt(almost).split()[2] == "0.00"


def test_no_minutiae_make_an_empty_template() -> None:
    assert templates.write_xyt(templates.read_xyt("# nothing found\n\n")) == ""


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 359), st.integers(0, 100))))
def test_what_was_read_is_written_again(rows: list[tuple[int, int, int, int]]) -> None:
    text = "".join(f"{x}.00 {y}.00 {angle}.00 {quality} 1\n" for x, y, angle, quality in rows)
    assert templates.write_xyt(templates.read_xyt(text)) == text


def test_a_missing_type_is_other() -> None:
    assert templates.read_xyt("1 2 3 4\n").kind.tolist() == [0]


@pytest.mark.parametrize("line", ["1 2 3", "1 2 3 4 5 6", "1 2 x 4", "1 2 3 101", "1 2 3 4 7", "nan 2 3 4"])
def test_a_bad_line_is_named(line: str) -> None:
    with pytest.raises(RecordError, match="line 2"):
        templates.read_xyt(f"1 2 3 4\n{line}\n")
