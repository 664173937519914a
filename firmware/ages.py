"""Ages by civil date: who may be recorded, from which day a card may be issued.

A card is for whoever is 17 or has married, also when the marriage has ended: Law 23 of 2006 as changed by Law 24 of
2013, article 63 (1). Recording begins a year earlier, so that the card is ready on the day. Dates are those of the
calendar where the kit stands, never of UTC.

Whoever is born on 29 February turns a year older on 1 March of a common year. The law names no day for them: it asks
for "telah berumur 17", and 17 years are full only when the last day of February has passed. The day of their card is so
always a 1 March, since seventeen years after a leap year comes a common one.
"""

from datetime import date

from firmware.vocabulary import MaritalStatus

RECORDING_AGE = 16
CARD_AGE = 17


def age(born: date, today: date) -> int:
    """Full years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def birthday(born: date, years: int) -> date:
    """The first day on which somebody is so many years old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def has_married(status: MaritalStatus | None) -> bool:
    """Married, or once married; nobody is taken for married who did not say so."""
    return status not in (None, MaritalStatus.NEVER_MARRIED)


def may_be_recorded(born: date, status: MaritalStatus | None, today: date) -> bool:
    """From 16 on, or from the marriage."""
    return has_married(status) or age(born, today) >= RECORDING_AGE


def card_from(born: date, status: MaritalStatus | None, today: date) -> date:
    """The day from which a card may be issued: the seventeenth birthday, or at once for whoever has married before."""
    full = birthday(born, CARD_AGE)
    return min(full, today) if has_married(status) else full
