"""Each step on a tree of files: broken on purpose, told in words, mended, taken back."""

import os
import subprocess
from pathlib import Path

import pytest

from provisioning import engine
from provisioning.engine import State, Step
from provisioning.machine import Machine
from provisioning.steps_boot import BatteryClock, I2cBus, SerialPort, missing
from provisioning.steps_devices import RULES, Camera, SensorPort
from provisioning.steps_environment import Launcher
from provisioning.steps_kit import SETTINGS, Kernels, SelfTest, Service, Settings
from provisioning.steps_packages import Packages
from provisioning.steps_system import JournalLimits, Time, Watchdog
from provisioning.steps_user import DataFolder, ServiceUser
from tests.provisioning.trees import CONFIG, machine, tree

# Accounts and owners of files are root's to change
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners of files: run as root")


def needs(kit: Machine, step: Step) -> list[str]:
    """What a look tells, in English."""
    result = engine.look(kit, step)
    return [words.en for words in result.words] if result and result.state is not State.RIGHT else []


def done(kit: Machine, step: Step) -> list[str]:
    """Do it; what went wrong, in English."""
    (result,) = engine.apply_all(kit, [step], lambda step: None, lambda result: None)
    return [words.en for words in result.words] if result.state is State.FAILED else []


def analyse(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    """What systemd itself says of the units."""
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def kit(tmp_path: Path) -> Machine:
    """A Raspberry Pi with everything fitted."""
    return machine(tree(tmp_path, pi=True), camera=True, gauge=True, rtc="ds3231", gnss=True)


@pytest.fixture
def owned(kit: Machine) -> Machine:
    """The same with the service's user."""
    assert done(kit, ServiceUser()) == []
    return kit


def test_missing_packages_are_named(kit: Machine) -> None:
    assert needs(kit, Packages()) == [
        "packages python3-venv, openssl, python3-lgpio, python3-picamera2, chrony, gpsd are not installed"
    ]
    assert engine.apply_all(kit, [Packages()], lambda step: None, lambda result: None)[0].state is State.SKIPPED


def test_a_cut_short_dpkg_is_told(kit: Machine) -> None:
    kit.at("/var/lib/dpkg/updates").mkdir()
    kit.at("/var/lib/dpkg/updates/0001").write_text("")
    assert needs(kit, Packages())[-1] == "dpkg was cut short"


@needs_root
def test_a_user_that_lost_its_group_gets_it_back(owned: Machine) -> None:
    assert owned.at("/etc/group").read_text().splitlines()[1] == "dialout:x:20:rekam"
    subprocess.run(["usermod", "--prefix", owned.root, "-r", "-G", "dialout", "rekam"], check=True)
    assert needs(owned, ServiceUser()) == ["user rekam is not in the group dialout"]
    assert done(owned, ServiceUser()) == []
    assert needs(owned, ServiceUser()) == []


@needs_root
def test_a_user_that_was_there_before_stays(kit: Machine) -> None:
    subprocess.run(["useradd", "--prefix", kit.root, "--system", "rekam"], check=True)
    assert needs(kit, ServiceUser())[0] == "user rekam is not in the group dialout"
    assert done(kit, ServiceUser()) == []
    engine.undo_all(kit, [ServiceUser()], lambda result: None)
    assert kit.user() is not None


@needs_root
def test_a_data_folder_of_somebody_else_is_given_back_to_the_service(owned: Machine) -> None:
    assert needs(owned, DataFolder()) == ["there is no folder /var/lib/rekam"]
    assert done(owned, DataFolder()) == []
    os.chown(owned.at("/var/lib/rekam"), 12345, 12345)
    owned.at("/var/lib/rekam/spool.sqlite").write_text("")
    assert needs(owned, DataFolder()) == ["/var/lib/rekam does not belong to rekam alone"]
    assert done(owned, DataFolder()) == []
    assert owned.at("/var/lib/rekam/spool.sqlite").stat().st_uid == owned.user()[0]  # type: ignore[index]


@needs_root
def test_a_data_partition_gets_its_line_and_hides_no_data(owned: Machine) -> None:
    owned.answers = {**owned.answers, "data_partition": "LABEL=REKAM"}
    owned.at("/var/lib/rekam").mkdir()
    owned.at("/var/lib/rekam/spool.sqlite").write_text("")
    assert done(owned, DataFolder()) == [
        "/var/lib/rekam holds data already; move it to the partition LABEL=REKAM first, and empty the folder"
    ]
    owned.at("/var/lib/rekam/spool.sqlite").unlink()
    assert done(owned, DataFolder()) == []
    assert owned.at("/etc/fstab").read_text().endswith("LABEL=REKAM /var/lib/rekam ext4 defaults,noatime,nofail 0 2\n")
    owned.answers = {**owned.answers, "data_partition": "LABEL=OTHER"}
    assert "mounts LABEL=REKAM at /var/lib/rekam already" in done(owned, DataFolder())[0]
    engine.undo_all(owned, [DataFolder()], lambda result: None)
    assert "REKAM" not in owned.at("/etc/fstab").read_text()


@needs_root
def test_kept_data_stays(owned: Machine) -> None:
    done(owned, DataFolder())
    owned.at("/var/lib/rekam/spool.sqlite").write_text("sealed")
    owned.keeps_data = True
    engine.undo_all(owned, [DataFolder()], lambda result: None)
    assert owned.at("/var/lib/rekam/spool.sqlite").read_text() == "sealed"


def test_a_command_that_may_not_be_run_is_mended(kit: Machine) -> None:
    assert done(kit, Launcher()) == []
    kit.at("/usr/local/bin/rekam").chmod(0o644)
    assert needs(kit, Launcher()) == ["/usr/local/bin/rekam is not as it should be"]
    assert done(kit, Launcher()) == []
    assert kit.at("/usr/local/bin/rekam").stat().st_mode & 0o111


def test_the_command_is_a_sound_script(kit: Machine) -> None:
    done(kit, Launcher())
    told = subprocess.run(["shellcheck", kit.at("/usr/local/bin/rekam")], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "")


def test_a_console_on_the_serial_port_is_taken_off(kit: Machine) -> None:
    assert needs(kit, SerialPort())[:3] == [
        "/boot/firmware/config.txt: has no enable_uart=1",
        "/boot/firmware/config.txt: has no dtoverlay=disable-bt",
        "/boot/firmware/cmdline.txt: the kernel's console is on the serial port",
    ]
    assert done(kit, SerialPort()) == []
    command_line = kit.at("/boot/firmware/cmdline.txt").read_text()
    assert command_line == "console=tty1 root=PARTUUID=00-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
    assert kit.at("/etc/systemd/system/serial-getty@ttyAMA0.service").readlink() == Path("/dev/null")
    kit.at("/etc/systemd/system/serial-getty@ttyAMA0.service").unlink()
    assert needs(kit, SerialPort()) == ["the login on port ttyAMA0 is not masked"]


def test_a_pi_5_has_its_uart_by_a_parameter(kit: Machine) -> None:
    kit.at("/proc/device-tree/model").write_text("Raspberry Pi 5 Model B Rev 1.0\0")
    assert needs(kit, SerialPort())[1] == "/boot/firmware/config.txt: has no dtparam=uart0=on"


def test_a_pi_without_its_config_is_told(kit: Machine) -> None:
    kit.at("/boot/firmware/config.txt").unlink()
    assert needs(kit, I2cBus())[0].startswith("there is no /boot/config.txt; this must be Raspberry Pi OS")
    assert done(kit, I2cBus())[0].startswith("there is no /boot/config.txt; this must be Raspberry Pi OS")


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("enable_uart=1\n", True),
        ("enable_uart=1  # for the sensor\n", True),
        ("#enable_uart=1\n", False),
        ("enable_uart=1\nenable_uart=0\n", False),
        ("[pi5]\nenable_uart=1\n", False),
        ("[pi5]\nfoo=1\n[all]\nenable_uart=1\n", True),
        ("", False),
    ],
)
def test_only_a_line_that_holds_counts(text: str, holds: bool) -> None:
    assert missing(text, ["enable_uart=1"]) == ([] if holds else ["enable_uart=1"])


def test_overlays_add_up() -> None:
    assert missing("dtoverlay=disable-bt\ndtoverlay=i2c-rtc,ds3231\n", ["dtoverlay=disable-bt"]) == []
    assert missing("dtparam=i2c_arm=on\ndtparam=i2c_arm=off\n", ["dtparam=i2c_arm=on"]) == ["dtparam=i2c_arm=on"]


def test_bus_and_battery_clock_share_the_file_and_give_it_back(kit: Machine) -> None:
    assert done(kit, I2cBus()) == []
    assert done(kit, BatteryClock()) == []
    text = kit.at("/boot/firmware/config.txt").read_text()
    assert text.startswith(CONFIG)
    assert "dtparam=i2c_arm=on\n" in text
    assert text.endswith("dtoverlay=i2c-rtc,ds3231\n")
    kit.at("/etc/modules-load.d/rekam-i2c.conf").unlink()
    assert needs(kit, I2cBus()) == ["/etc/modules-load.d/rekam-i2c.conf: has no i2c-dev"]
    engine.undo_all(kit, [I2cBus(), BatteryClock()], lambda result: None)
    assert kit.at("/boot/firmware/config.txt").read_text() == CONFIG
    assert not kit.at("/etc/modules-load.d").exists()


def test_a_camera_that_is_not_there_is_a_cable(kit: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert needs(kit, Camera())[0].startswith("the face camera is not found: check its ribbon cable at both ends")
    monkeypatch.setattr(Machine, "is_live", True)
    assert done(kit, Camera())[0].startswith("the face camera is not found")


@pytest.mark.parametrize(
    ("answer", "port"),
    [
        (
            "usb:platform-xhci-usb-0:1.2:1.0",
            'ENV{ID_PATH}=="platform-xhci-usb-0:1.2:1.0"',
        ),
        ("/dev/ttyAMA0", 'KERNEL=="ttyAMA0"'),
    ],
)
def test_a_port_gets_its_name_by_a_rule(kit: Machine, answer: str, port: str) -> None:
    kit.answers = {**kit.answers, "fingerprint": answer}
    assert needs(kit, SensorPort()) == [f"the sensor at {answer} has not answered yet"]
    assert done(kit, SensorPort()) == []
    assert kit.text(RULES).splitlines()[-1] == f'SUBSYSTEM=="tty", {port}, SYMLINK+="rekam/fingerprint"'
    kit.at(RULES).write_text("")
    assert needs(kit, SensorPort()) == ["the sensor's port does not have the name /dev/rekam/fingerprint yet"]
    assert done(kit, SensorPort()) == []
    assert needs(kit, SensorPort()) == []


def test_an_adapter_that_udev_does_not_know_is_told(kit: Machine) -> None:
    kit.answers = {**kit.answers, "fingerprint": "/dev/ttyUSB0"}
    assert done(kit, SensorPort())[0].startswith("/dev/ttyUSB0: udev does not know in which USB port it is")


def test_no_port_at_all_is_told(kit: Machine) -> None:
    assert done(kit, SensorPort())[0].startswith(
        "no fingerprint sensor answered. Asked: not a single port. Check its po"
    )


@pytest.mark.parametrize(
    ("step", "path"),
    [
        (Watchdog(), "/etc/systemd/system.conf.d/rekam-watchdog.conf"),
        (JournalLimits(), "/etc/systemd/journald.conf.d/rekam.conf"),
        (Time(), "/etc/chrony/conf.d/rekam.conf"),
    ],
)
def test_a_changed_setting_of_the_system_is_mended(kit: Machine, step: Step, path: str) -> None:
    assert done(kit, step) == []
    before = kit.at(path).read_text()
    kit.at(path).write_text("# nothing\n")
    assert needs(kit, step) == [f"{path} is not as it should be"]
    assert done(kit, step) == []
    assert kit.at(path).read_text() == before
    engine.undo_all(kit, [step], lambda result: None)
    assert not kit.at(path).exists()


def test_systemd_understands_the_drop_ins(kit: Machine) -> None:
    done(kit, Watchdog())
    told = analyse(f"--root={kit.root}", "cat-config", "systemd/system.conf")
    assert "RuntimeWatchdogSec=15" in told.stdout


def test_a_board_that_forgets_the_time_is_told(kit: Machine) -> None:
    kit.answers = {**kit.answers, "rtc": "none"}
    kit.at("/usr/lib/systemd/systemd-timesyncd").unlink()
    assert needs(kit, Time())[-1].startswith("nothing keeps the time while the power is off")
    assert done(kit, Time())[0].startswith("nothing keeps the time while the power is off: fit a battery clock")


@needs_root
def test_settings_follow_the_answers_until_a_person_changes_them(owned: Machine) -> None:
    assert done(owned, Settings()) == []
    path = owned.at(SETTINGS)
    assert (path.stat().st_mode & 0o777, path.stat().st_gid) == (0o640, owned.group("rekam"))
    owned.answers = {**owned.answers, "place": "Balai Desa"}
    assert needs(owned, Settings()) == ["/etc/rekam/kit.toml does not follow the answers"]
    assert done(owned, Settings()) == []
    assert 'place = "Balai Desa"' in path.read_text()
    path.write_text(path.read_text().replace("Balai Desa", "Sekolah"))
    assert needs(owned, Settings()) == []
    path.chmod(0o644)
    assert needs(owned, Settings()) == ["/etc/rekam/kit.toml must be root:rekam's with mode 0640"]
    assert done(owned, Settings()) == []
    assert "Sekolah" in path.read_text()


@needs_root
def test_changed_settings_stay_beside_kept_data(owned: Machine) -> None:
    done(owned, DataFolder())
    done(owned, Settings())
    owned.at(SETTINGS).write_text("mine")
    owned.keeps_data = True
    engine.undo_all(owned, [DataFolder(), Settings()], lambda result: None)
    assert owned.at("/var/lib/rekam/kit.toml").read_text() == "mine"
    assert not owned.at("/etc/rekam").exists()


def test_settings_without_the_kits_id_are_not_made(kit: Machine) -> None:
    kit.at("/etc/group").write_text("rekam:x:0:\n")
    kit.answers = {name: value for name, value in kit.answers.items() if name != "kit_id"}
    assert done(kit, Settings()) == ["kit_id is not answered yet"]


def test_settings_without_the_services_user_are_not_made(kit: Machine) -> None:
    assert done(kit, Settings()) == ["there is no user rekam"]


def test_kernels_that_are_gone_are_missed(kit: Machine) -> None:
    assert needs(kit, Kernels())[0].endswith("are not compiled")


def test_a_service_that_is_not_enabled_is_told(kit: Machine) -> None:
    assert done(kit, Service()) == []
    link = kit.at("/etc/systemd/system/multi-user.target.wants/rekam.service")
    enabled = ["systemctl", f"--root={kit.root}", "is-enabled", "rekam.service"]
    assert subprocess.run(enabled, capture_output=True, text=True, check=False).stdout == "enabled\n"
    link.unlink()
    assert needs(kit, Service()) == ["rekam.service is not enabled"]
    assert done(kit, Service()) == []
    engine.undo_all(kit, [Service()], lambda result: None)
    assert not kit.at("/etc/systemd").exists()


def test_the_service_is_safe_enough(kit: Machine) -> None:
    done(kit, Service())
    unit = kit.at("/etc/systemd/system/rekam.service")
    told = analyse("security", "--offline=true", "--threshold=30", "--no-pager", unit)
    assert told.returncode == 0, told.stdout


def test_the_units_are_sound(kit: Machine) -> None:
    done(kit, Service())
    folder = kit.at("/etc/systemd/system")
    text = (folder / "rekam.service").read_text()
    # There is no such program here, which is all that may be missed
    (folder / "rekam.service").write_text(text.replace("/opt/rekam/current/venv/bin/python", "/bin/true"))
    units = [str(folder / name) for name in ("rekam.service", "rekam-power-off.path")]
    told = analyse("verify", "--man=no", *units)
    assert [line for line in told.stderr.splitlines() if "rekam" in line] == []


def test_a_test_that_was_not_made_is_missed(kit: Machine) -> None:
    assert needs(kit, SelfTest()) == ["the self-test was not made yet"]


def test_a_kit_without_an_office_waits_for_it(kit: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Machine, "is_live", True)
    assert done(kit, SelfTest())[0].startswith("waits for the office: `rekam identity request`")
