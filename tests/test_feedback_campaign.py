"""The advice to the operator on a few grown fingers; `python -m tests.feedback` takes many."""

import io

import numpy as np
from rich.console import Console

from firmware.pointing import POINT
from sim.touch_faults import TouchFault
from tests.advice_sheet import draw
from tests.feedback import ADVICE, SEED, show, tally


def test_advice_is_right_on_faulty_touches_and_silent_on_good_ones() -> None:
    found = tally(6, SEED)
    rights = {fault: found.right(fault) for fault in TouchFault}
    assert sum(rights.values()) / len(rights) > 90
    assert min(rights.values()) > 60
    assert max(found.false(feedback) for feedback in ADVICE.values()) <= 10
    text = io.StringIO()
    show(found, Console(file=text, width=150))
    assert all(fault.value in text.getvalue() for fault in TouchFault)


def test_the_sheet_shows_what_is_told_and_where() -> None:
    picture = draw(TouchFault.OFF_CENTRE)
    assert picture.title == "off_centre"
    assert (np.asarray(picture.image) == POINT).all(axis=2).any()
