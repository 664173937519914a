"""All steps of a kit, in the order in which they are done."""

from provisioning.engine import Step
from provisioning.steps_boot import BatteryClock, I2cBus, SerialPort
from provisioning.steps_devices import Camera, SensorPort
from provisioning.steps_environment import Environment, Launcher
from provisioning.steps_kit import Kernels, SelfTest, Service, Settings
from provisioning.steps_packages import Packages
from provisioning.steps_system import SYSTEM_STEPS
from provisioning.steps_update import Signer, UpdateGuard
from provisioning.steps_user import DataFolder, ServiceUser

STEPS: tuple[Step, ...] = (
    Packages(),
    ServiceUser(),
    DataFolder(),
    Environment(),
    Launcher(),
    Signer(),
    UpdateGuard(),
    SerialPort(),
    I2cBus(),
    BatteryClock(),
    Camera(),
    SensorPort(),
    *SYSTEM_STEPS,
    Settings(),
    Kernels(),
    Service(),
    SelfTest(),
)
