"""The sensor's own first check: whether it finds features in its image, asked before the image is uploaded.

It takes a fraction of a second where an upload takes seconds. Models that answer Img2Tz by silence or by a code of no
data sheet are asked once and never again.
"""

import logging
from collections.abc import Mapping
from typing import Final

from firmware.datatypes import Feedback
from firmware.drivers import fingerprint_protocol as protocol
from firmware.drivers.fingerprint_dialogue import Dialogue
from firmware.drivers.fingerprint_protocol import DEVICE, Confirmation
from firmware.errors import LinkCorrupt, LinkTimeout

log = logging.getLogger(__name__)

REFUSALS: Final[Mapping[int, Feedback]] = {
    Confirmation.DISORDERLY: Feedback.UNCLEAR,
    Confirmation.TOO_FEW: Feedback.FEW_MINUTIAE,
}
"""What it means that no features were found (ZFM-70 user manual, page 34)."""

_EXTRACTION_S: Final = 1.0


class FirstCheck:
    """Asks over a dialogue; `is_known` is false once the sensor has shown that it cannot be asked."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self.is_known = True

    def run(self) -> Feedback | None:
        """Why the sensor finds no features in its image; None where it finds them or cannot be asked."""
        if not self.is_known:
            return None
        try:
            code = self._dialogue.command(protocol.GENERATE_FEATURES, extra_s=_EXTRACTION_S, attempts=2).code
            words = protocol.meaning(code)
        except (LinkTimeout, LinkCorrupt) as error:
            code, words = Confirmation.UNKNOWN_ERROR, str(error)
        if code in REFUSALS:
            log.info("%s: %s", DEVICE, words)
        elif code != Confirmation.DONE:
            log.info("%s: no check before the upload: %s", DEVICE, words)
            self.is_known = False
        return REFUSALS.get(code)
