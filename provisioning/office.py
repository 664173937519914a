"""The command `setup.sh office`: makes this machine the office that admits kits and opens what they recorded."""

import sys
from collections.abc import Sequence

from provisioning import kit
from provisioning.engine import Step
from provisioning.loss import check_keys
from provisioning.roles import OFFICE
from provisioning.steps_broker import Broker, BrokerCertificates
from provisioning.steps_environment import Environment, Launcher
from provisioning.steps_office import OfficeKeys, OfficePackages
from provisioning.steps_serving import OfficeService
from provisioning.steps_user import DataFolder, ServiceUser

STEPS: tuple[Step, ...] = (
    OfficePackages(),
    ServiceUser(),
    DataFolder(),
    Environment(),
    Launcher(),
    OfficeKeys(),
    BrokerCertificates(),
    Broker(),
    OfficeService(),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; options and exit status are those of `setup.sh kit`."""
    return kit.main(arguments, kit.Command(OFFICE, STEPS, check_keys))


if __name__ == "__main__":
    sys.exit(main())
