"""A kit's certificate is renewed over the line to its office, as the stick does it otherwise."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from firmware import identity
from firmware.config import KitConfig
from firmware.errors import DeliveryRefused, IdentityError
from firmware.identity_folder import IdentityFolder
from firmware.standing import MONTH
from firmware.uplink.line import Line

_PEM = {"Content-Type": "application/x-pem-file"}


def is_due(data: Path) -> bool:
    """Whether the certificate ends within a month, by a clock that is right. Raises IdentityError."""
    answer = IdentityFolder.of(data).answer()
    return answer is not None and answer.certificate.not_valid_after_utc < datetime.now(UTC) + MONTH


def renew(config: KitConfig, line: Line, path: str) -> None:
    """Ask for it with the same key, and take the answer. Raises DeliveryError, IdentityError."""
    with tempfile.TemporaryDirectory() as scratch:
        request = identity.write_request(config.data, config.kit_id, Path(scratch))
        told = line.ask("POST", path, _PEM, request.read_bytes())
        if told.status != 200:
            raise DeliveryRefused(*told.refusal())
        answer = Path(scratch) / "answer.json"
        answer.write_bytes(told.content)
        try:
            identity.accept_answer(config.data, config.kit_id, answer)
        except IdentityError as error:
            raise DeliveryRefused("not_renewed", f"the office's answer: {error}") from error
