"""The circumstances of a recording as fields of the Type-2 record; what is not known has no field."""

from firmware.circumstances import Circumstances, Consent
from firmware.datatypes import Resident
from firmware.errors import RecordError
from firmware.records import moments
from firmware.records.contents import CONTROL_NUMBER
from firmware.records.encoding import Record, Table, value
from firmware.records.itl import Type2
from firmware.vocabulary import ConsentGiver, MaritalStatus


def fields(resident: Resident, circumstances: Circumstances) -> dict[int, Table]:
    """The fields that are known. Raises RecordError where a packet is replaced without its number or a reason."""
    found: dict[int, Table] = {}
    if resident.marital_status:
        found[Type2.MARITAL] = value(resident.marital_status.value)
    texts = {
        Type2.OPERATOR: circumstances.operator,
        Type2.PLACE: circumstances.place,
        Type2.OVERRIDE: circumstances.override,
    }
    found |= {number: value(tidy) for number, text in texts.items() if (tidy := _tidy(text))}
    if consent := circumstances.consent:
        found[Type2.CONSENT] = ((consent.given_by.value, *moments.items(consent.noted_at)),)
    if circumstances.supersedes or circumstances.because:
        found[Type2.SUPERSEDES] = (_superseded(circumstances),)
    if circumstances.card_from:
        found[Type2.CARD_FROM] = value(f"{circumstances.card_from:%Y%m%d}")
    return found


def read(type2: Record) -> Circumstances:
    """The circumstances that a Type-2 record tells. Raises RecordError."""
    number, reason = type2.table(Type2.SUPERSEDES, 2)[0] if Type2.SUPERSEDES in type2.fields else ("", "")
    return Circumstances(
        operator=_text(type2, Type2.OPERATOR),
        place=_text(type2, Type2.PLACE),
        consent=_consent(type2),
        override=_text(type2, Type2.OVERRIDE),
        supersedes=number,
        because=reason,
        card_from=moments.read_date(type2, Type2.CARD_FROM) if Type2.CARD_FROM in type2.fields else None,
    )


def read_marital_status(type2: Record) -> MaritalStatus | None:
    """The resident's marital status, where it was asked for. Raises RecordError."""
    if Type2.MARITAL not in type2.fields:
        return None
    return type2.choice(Type2.MARITAL, type2.text(Type2.MARITAL), MaritalStatus)


def _superseded(circumstances: Circumstances) -> tuple[str, str]:
    number, reason = circumstances.supersedes, _tidy(circumstances.because)
    if not CONTROL_NUMBER.fullmatch(number) or not reason:
        raise RecordError(
            f"Type-2 record, field 2.{Type2.SUPERSEDES}: needs the control number of the packet that is replaced, not "
            f"{number!r}, and the reason"
        )
    return number, reason


def _consent(type2: Record) -> Consent | None:
    if Type2.CONSENT not in type2.fields:
        return None
    giver, *moment = type2.table(Type2.CONSENT, 1 + moments.WIDTH)[0]
    noted_at = moments.read(type2, Type2.CONSENT, tuple(moment))
    return Consent(type2.choice(Type2.CONSENT, giver, ConsentGiver), noted_at)


def _text(type2: Record, number: Type2) -> str:
    return type2.text(number) if number in type2.fields else ""


def _tidy(text: str) -> str:
    return " ".join(text.split())
