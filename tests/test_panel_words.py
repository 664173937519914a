"""Every signal, button and fault of the panel has its words in both languages."""

import pytest

from firmware import panel_words
from firmware.panel_words import ButtonName, PanelPhrase, SignalPhrase
from firmware.signals import PanelButton, Signal
from firmware.vocabulary import Language


def test_every_signal_and_button_has_words() -> None:
    assert [phrase.name for phrase in SignalPhrase] == [signal.name for signal in Signal]
    assert [name.name for name in ButtonName] == [button.name for button in PanelButton]


@pytest.mark.parametrize("language", Language)
def test_no_two_signals_say_the_same(language: Language) -> None:
    assert len({panel_words.say(signal, language) for signal in Signal}) == len(Signal)


def test_the_languages_differ() -> None:
    for phrase in (*SignalPhrase, *ButtonName, *PanelPhrase):
        assert phrase.value[0] != phrase.value[1]


def test_a_stuck_button_is_named_as_it_is_labelled() -> None:
    assert 'Tombol "ulang" macet' in panel_words.say_stuck(PanelButton.REPEAT, Language.INDONESIAN)
    assert 'button "repeat" is stuck' in panel_words.say_stuck(PanelButton.REPEAT, Language.ENGLISH)
