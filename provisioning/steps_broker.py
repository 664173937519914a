"""The steps of the office's own broker, where none is rented: its certificates, and mosquitto."""

import ipaddress
import time

from provisioning import files, mosquitto
from provisioning.engine import FileStep, Step
from provisioning.machine import Machine
from provisioning.steps_office import BROKER, has_broker, hosts_of, office_verb
from provisioning.words import SetupFailed, Words, same

_MONTH_S = 31 * 86400

_UNFIT = Words(
    "sertifikat broker belum ada, berakhir dalam sebulan, atau bukan untuk {host}",
    "the broker's certificate is missing, ends within a month, or is not for {host}",
)
_OPEN = Words("{path} harus milik root:mosquitto dengan hak 0640", "{path} must be root:mosquitto's with mode 0640")
_NOT_ACTIVE = Words("broker mosquitto tidak berjalan", "the broker mosquitto does not run")
_STALE = Words(
    "mosquitto belum dimulai ulang sejak pengaturan atau sertifikatnya berubah",
    "mosquitto was not started anew since its settings or its certificate changed",
)
_NO_START = Words("mosquitto tidak mau mulai. Lognya:\n{log}", "mosquitto does not start. Its log:\n{log}")


class BrokerCertificates(Step):
    """What broker and server show to kits, and the office to the broker; made anew a month before their end."""

    key = "broker-certificates"
    title = Words("sertifikat broker", "broker's certificates")

    def is_wanted(self, machine: Machine) -> bool:
        """For whatever of the office's own is reached by kits."""
        return bool(hosts_of(machine))

    def check(self, machine: Machine) -> list[Words]:
        """Whether openssl would take both a month from now, the broker's for all its hosts."""
        folder, hosts = machine.at(f"{machine.role.data}/office"), hosts_of(machine)
        authority = folder / "authority.pem"
        lasts = machine.run("openssl", "x509", "-noout", "-in", authority, "-checkend", str(_MONTH_S), quiet=True)
        # Where the authority itself ends, nothing that it signs could hold longer
        at = int(time.time()) + (_MONTH_S if lasts else 0)
        verify = ("openssl", "verify", "-CAfile", authority, "-attime", str(at), "-purpose")
        wanted = (
            *(("sslserver", *_named(host), folder / "broker/server.pem") for host in hosts),
            ("sslclient", folder / "broker/reader.pem"),
        )
        is_right = all(machine.run(*verify, *words, quiet=True) for words in wanted)
        return [] if is_right else [_UNFIT.of(host=", ".join(hosts))]

    def apply(self, machine: Machine) -> None:
        """Make both; the office itself reaches its broker on this machine."""
        hosts = dict.fromkeys((*hosts_of(machine), "localhost", "127.0.0.1"))
        office_verb(machine, "broker", *hosts)

    def undo(self, machine: Machine) -> list[Words]:
        """Remove them: they are made again at any time."""
        files.remove_tree(machine.at(f"{machine.role.data}/office/broker"))
        return []


def _named(host: str) -> tuple[str, str]:
    try:
        return "-verify_ip", str(ipaddress.ip_address(host))
    except ValueError:
        return "-verify_hostname", host


class Broker(FileStep):
    """mosquitto, which takes nobody without a certificate of the office's authority."""

    key = "broker"
    title = Words("broker MQTT", "MQTT broker")

    def is_wanted(self, machine: Machine) -> bool:
        """For a broker of the office's own."""
        return has_broker(machine)

    def contents(self, machine: Machine) -> dict[str, str]:
        """Settings, rights of each, certificates; and what the service may not do."""
        office = f"{machine.role.data}/office"
        return {
            mosquitto.AUTHORITY: machine.text(f"{office}/authority.pem"),
            mosquitto.SERVER: machine.text(f"{office}/broker/server.pem"),
            mosquitto.ACCESS: mosquitto.ACCESS_TEXT,
            mosquitto.HARDENING: mosquitto.HARDENING_TEXT,
            mosquitto.SETTINGS: mosquitto.settings(machine.answers["broker_port"]),
        }

    def check(self, machine: Machine) -> list[Words]:
        """The files, who may read the key, and that the service runs with them."""
        needs = super().check(machine)
        if not needs and not self._is_guarded(machine):
            needs.append(_OPEN.of(path=mosquitto.SERVER))
        if machine.is_booted and not needs:
            state = machine.run("systemctl", "show", "-P", "ActiveState", "mosquitto.service", quiet=True).strip()
            if state != "active":
                needs.append(_NOT_ACTIVE)
            elif machine.ledger.notes.get("broker_started") != self._digest(machine):
                needs.append(_STALE)
        return needs

    def apply(self, machine: Machine) -> None:
        """Write them, the key for the broker alone, and start it anew."""
        for path, text in self.contents(machine).items():
            mode, group = (0o640, machine.group(BROKER)) if path == mosquitto.SERVER else (0o644, None)
            if machine.text(path) != text or path == mosquitto.SERVER:
                machine.backups.write(self.key, path, text.encode(), mode, group)
        if machine.is_booted:
            self.settle(machine)

    def undo(self, machine: Machine) -> list[Words]:
        """Bring back what was there; a broker from before goes on with it."""
        left = super().undo(machine)
        machine.ledger.note("broker_started", None)
        return left

    def settle(self, machine: Machine) -> None:
        """Let systemd and the broker read them. Raises SetupFailed with the end of the broker's log."""
        machine.run("systemctl", "daemon-reload")
        if not machine.at(mosquitto.SETTINGS).exists():
            machine.run("systemctl", "try-restart", "mosquitto.service", quiet=True)
            return
        try:
            machine.run("systemctl", "restart", "mosquitto.service")
        except SetupFailed as failure:
            log = machine.text("/var/log/mosquitto/mosquitto.log").splitlines()[-8:]
            log += machine.run(
                "journalctl", "-u", BROKER, "-n", "8", "-o", "cat", "--no-pager", quiet=True
            ).splitlines()
            raise SetupFailed(_NO_START, log=same("\n".join(f"    {line}" for line in log))) from failure
        machine.ledger.note("broker_started", self._digest(machine))

    def _is_guarded(self, machine: Machine) -> bool:
        status = machine.at(mosquitto.SERVER).stat()
        return status.st_mode & 0o777 == 0o640 and status.st_gid == (machine.group(BROKER) or 0)

    def _digest(self, machine: Machine) -> str:
        return files.digest_of("".join(self.contents(machine).values()).encode())
