"""Presses keep the order in which the buttons went down, without any pin."""

from queue import SimpleQueue

from hypothesis import given
from hypothesis import strategies as st

from firmware.drivers.panel_presses import Presses
from firmware.signals import PanelButton, Press


class Clock:
    """Moves by one at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def drained(queue: "SimpleQueue[Press]") -> list[Press]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


@given(st.lists(st.sampled_from(PanelButton)))
def test_any_row_of_downs_and_ups_comes_out_once_each_and_in_order(row: list[PanelButton]) -> None:
    queue: SimpleQueue[Press] = SimpleQueue()
    presses = Presses(queue, 600.0, Clock())
    down: set[PanelButton] = set()
    expected = []
    for button in row:
        if button in down:
            presses.up(button)
            down.remove(button)
        else:
            presses.down(button)
            down.add(button)
            expected.append(button)
    if PanelButton.SKIP in down:
        presses.up(PanelButton.SKIP)
    found = drained(queue)
    assert [press.button for press in found] == expected
    assert [press.at for press in found] == sorted(press.at for press in found)
    assert not any(press.held for press in found)
    presses.clear()


def test_a_button_that_is_down_from_the_start_is_stuck_until_it_is_let_go() -> None:
    queue: SimpleQueue[Press] = SimpleQueue()
    presses = Presses(queue, 600.0, Clock())
    presses.begin(PanelButton.SKIP, is_down=lambda: True)
    presses.begin(PanelButton.ACCEPT, is_down=lambda: False)
    assert presses.stuck == {PanelButton.SKIP}
    presses.up(PanelButton.SKIP)
    assert not presses.stuck
    assert queue.empty()


def test_what_is_under_way_is_forgotten() -> None:
    queue: SimpleQueue[Press] = SimpleQueue()
    presses = Presses(queue, 600.0, Clock())
    presses.down(PanelButton.SKIP)
    presses.down(PanelButton.ACCEPT)
    presses.clear()
    presses.up(PanelButton.SKIP)
    assert queue.empty()
