"""Takes out of texts what may name a resident or open a packet; of logs only what is known to be harmless stays."""

import re
from collections.abc import Mapping
from typing import Any

LEFT_OUT = "[left out]"

# A NIK written in one piece or in groups; a control number's groups hang on a kit's name by hyphens
_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)|(?<![\w-])\d(?:[ ./-]?\d){15}(?![\w-])")
_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*(?:KEY|AGE ENCRYPTED FILE)-----.*?(?:-----END [A-Z0-9 ]*-----|\Z)"
    r"|AGE-SECRET-KEY-[0-9A-Za-z]+",
    re.DOTALL,
)
_SECRET = re.compile(r"password|passphrase|secret|token|private|credential|(?:^|_)key$", re.IGNORECASE)
# Where our own lines come from, and systemd's about us
_OURS = re.compile(
    r"(?:announcements|battery|camera|clock|connection|face camera|finger|fingerprint sensor|kit|known sensor|logbook"
    r"|mqtt|panel|power|rekam\.service|service|station|watchdog|workplace): "
    r"|(?:Started|Starting|Stopped|Stopping|Failed to start|Scheduled restart|Watchdog timeout)\b"
)
_FRAME = re.compile(r' *File "[^"]+", line \d+, in \w+|Traceback \(most recent call last\):')
_RAISED = re.compile(r"((?:\w+\.)*\w*(?:Error|Exception|Interrupt|Exit|Warning))(?::|$)")
# A path in quotes says where; any other quoted word may be anybody's
_QUOTED = re.compile(r"'(?!/)[^'\n]*'|\"(?!/)[^\"\n]*\"")


def scrub(text: str) -> str:
    """The same text without numbers like a NIK, and without keys."""
    return _NIK.sub(LEFT_OUT, _KEY.sub(LEFT_OUT, text))


def scrub_message(message: str) -> str:
    """One message of the service's log: our own without quoted words, of a traceback its places and the error's class.

    Whatever else libraries write there may repeat what they were given, and is left out.
    """
    kept = []
    for line in scrub(message).splitlines():
        if _OURS.match(line):
            kept.append(_QUOTED.sub(LEFT_OUT, line))
        elif _FRAME.fullmatch(line):
            kept.append(line)
        elif raised := _RAISED.match(line):
            kept.append(f"{raised[1]}: {LEFT_OUT}")
        elif not kept or kept[-1] != LEFT_OUT:
            kept.append(LEFT_OUT)
    return "\n".join(kept)


def without_secrets(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings without the values of keys whose names say that they are secret, in any depth."""
    kept: dict[str, Any] = {}
    for name, value in settings.items():
        if _SECRET.search(name):
            kept[name] = LEFT_OUT
        elif isinstance(value, Mapping):
            kept[name] = without_secrets(value)
        else:
            kept[name] = scrub(value) if isinstance(value, str) else value
    return kept
