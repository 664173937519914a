"""The step of the office's service that takes packets from the network."""

from provisioning import files, unit
from provisioning.machine import Machine
from provisioning.office_questions import delivery_host
from provisioning.steps_environment import HOME, version_of
from provisioning.steps_service import FOLDER, ServiceStep
from provisioning.words import Words


class OfficeService(ServiceStep):
    """`rekam office serve` as the office's user, who may write in its own folder alone."""

    key = "office-service"
    title = Words("layanan rekam-office", "service rekam-office")
    unit = "rekam-office.service"

    def is_wanted(self, machine: Machine) -> bool:
        """Where kits deliver over the network."""
        return bool(delivery_host(machine.answers))

    def contents(self, machine: Machine) -> dict[str, str]:
        """The unit."""
        told = {**machine.surroundings(), "REKAM_OFFICE_NAME": str(machine.answers.get("office_name", "Dukcapil"))}
        return {f"{FOLDER}/{self.unit}": unit.office_service(told, machine.answers.get("delivery_port", 8443))}

    def made_of(self, machine: Machine) -> str:
        """The version, the unit, and the certificate that it read at its start."""
        version = version_of(machine)
        told = (
            machine.text(f"{HOME}/versions/{version}/complete"),
            *self.contents(machine).values(),
            machine.text(f"{machine.role.data}/office/broker/server.pem"),
        )
        return f"{version} {files.digest_of(''.join(told).encode())}"
