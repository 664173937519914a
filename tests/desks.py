"""An office whose broker runs: a real mosquitto with the settings and rights of `setup.sh office`."""

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from firmware import identity
from firmware.config import KitConfig, MqttConfig
from firmware.device_settings import FingerprintConfig
from firmware.office import admission, broker, keys
from firmware.office.keys import Office
from provisioning import mosquitto
from tests.brokers import Listener, free_port, wait_for_port

Shown = Callable[[Office], Path]


@dataclass(frozen=True)
class Desk:
    folder: Path
    office: Office
    port: int

    @property
    def authority(self) -> Path:
        return self.office.folder / "authority.pem"

    @property
    def reader(self) -> Path:
        return self.office.folder / "broker/reader.pem"

    @property
    def ear(self) -> Listener:
        """The office's own reader."""
        context = ssl.create_default_context(cafile=self.authority)
        context.load_cert_chain(self.reader)
        return Listener(self.port, context)

    def kit(self, kit_id: str, valid: timedelta = admission.VALID) -> Path:
        """Admit a kit by a stick; gives its key and certificate as one file."""
        data, stick = self.folder / kit_id, self.folder / "stick"
        answer = admission.admit(identity.write_request(data, kit_id, stick), self.office, valid=valid).answer
        kit = identity.accept_answer(data, kit_id, answer)
        assert kit.certificate is not None
        path = data / "both.pem"
        path.write_bytes((data / "identity/kit.key").read_bytes() + kit.certificate.public_bytes(Encoding.PEM))
        return path

    def settings(self, kit_id: str, host: str = "localhost", port: int = 0) -> KitConfig:
        """Those of a kit at this broker, with its data where `kit` leaves them."""
        mqtt = MqttConfig(host=host, port=port or self.port, tls=True)
        sensor = FingerprintConfig(port="/dev/there-is-none")
        return KitConfig(kit_id=kit_id, data=self.folder / kit_id, fingerprint=sensor, mqtt=mqtt)


@contextmanager
def desk(
    folder: Path,
    *,
    shown: Shown | None = None,
    believed: Path | None = None,
    access: str = mosquitto.ACCESS_TEXT,
    login: tuple[str, str] | None = None,
) -> Iterator[Desk]:
    """shown: makes the key and certificate that the broker shows; believed: the authority of its clients.

    Left out they are what an office's broker has. login: it wants this name and password, and no certificate.
    """
    office, port = keys.init(folder / "office"), free_port()
    server, _ = broker.certify(office, ["localhost"])
    files = folder / "mosquitto"
    files.mkdir()
    shutil.copy(believed or office.folder / "authority.pem", files / "authority.pem")
    shutil.copy(shown(office) if shown else server, files / "server.pem")
    (files / "access").write_text(access)
    settings = mosquitto.settings(port, str(files))
    if login:
        subprocess.run(["mosquitto_passwd", "-b", "-c", files / "passwords", *login], check=True, capture_output=True)
        settings = f"listener {port}\ncertfile {files}/server.pem\nkeyfile {files}/server.pem\nallow_anonymous false\n"
        settings += f"password_file {files}/passwords\n"
    # As root it would else become a user who cannot look into this folder
    (files / "mosquitto.conf").write_text(settings + "user root\n")
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    assert program, "mosquitto is missing: apt install mosquitto"
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([program, "-c", files / "mosquitto.conf"], stdout=log, stderr=log)
    try:
        wait_for_port(port, running)
        yield Desk(folder, office, port)
    finally:
        running.terminate()
        running.wait(10)
