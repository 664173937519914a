"""kit.toml becomes a KitConfig; every complaint names the file and the key path."""

import tomllib
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from firmware.errors import ConfigError
from firmware.vocabulary import Effort, FaceCompression, FingerCompression, Language, Purpose

_Kind = TypeVar("_Kind", bound=Enum)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FingerprintConfig(_Section):
    """`[fingerprint]`: where the sensor is and when a print is good enough."""

    port: str = Field(min_length=1, description="device path, or any URL that pyserial opens")
    ppi: float = Field(508, ge=100, le=2000, description="the sensor's resolution; the family's data sheets say 508")
    minimum_quality: int = Field(30, ge=0, le=100, description="a print of this score or better is accepted")
    attempts: int = Field(3, ge=1, le=20, description="tries a finger before the best one is kept as low quality")
    finger_timeout_s: float = Field(30, gt=0, le=600, description="how long to wait for a finger, seconds")
    sensor_check: bool = Field(True, description="ask the sensor first whether it finds features in its image")
    passwords: tuple[Annotated[int, Field(ge=0, le=0xFFFFFFFF)], ...] = Field(
        (0, 0x12345678), min_length=1, description="passwords to try, in this order; none is ever written"
    )


# GPIO2 and 3 are I2C, 14 and 15 the UART; 0 and 1 read a board's identity when it starts
Gpio = Annotated[int, Field(ge=4, le=27)]
_UART = (14, 15)


class PanelConfig(_Section):
    """`[panel]`: which GPIO has which part, by Broadcom's numbers; docs/panel.md has the wiring."""

    white: Gpio = Field(22, description="the lamp beside the glass")
    green: Gpio = Field(23)
    amber: Gpio = Field(24)
    red: Gpio = Field(25)
    buzzer: Gpio = Field(12)
    supply: Gpio = Field(27, description="switches the fingerprint sensor's supply")
    accept: Gpio = Field(5)
    repeat: Gpio = Field(6)
    skip: Gpio = Field(13, description="skips when pressed, cancels when held")
    presence: Gpio | None = Field(None, description="a wire that the panel's plug leads back, as a pressed button does")
    lamps_active_high: bool = True
    buzzer_active_high: bool = True
    supply_active_high: bool = Field(False, description="false: a pin that nobody drives leaves the sensor on")
    buttons_active_high: bool = Field(False, description="false: a button connects its pin to ground")
    debounce_s: float = Field(0.03, ge=0, le=0.2, description="a button's level counts once it stayed so long, seconds")
    hold_s: float = Field(2.0, ge=0.5, le=10, description="how long the third button is held to cancel, seconds")

    @model_validator(mode="after")
    def _each_pin_once(self) -> Self:
        users: dict[int, str] = dict.fromkeys(_UART, "the UART")
        for name, pin in self:
            if type(pin) is not int:
                continue
            if pin in users:
                raise ValueError(f"{name}: GPIO{pin} belongs to {users[pin]} already; give each part a pin of its own")
            users[pin] = name
        return self


class CameraConfig(_Section):
    """`[camera]`: the face camera; without it the kit takes no faces."""

    model: str = Field("picamera2", min_length=1, description="a name among the entry points rekam.cameras")
    source: str = Field("", description="which one: for picamera2 its number, for bench a camera.sock or a picture")
    width: int = Field(0, ge=0, le=10000, description="pixels; 0 for the camera's own")
    height: int = Field(0, ge=0, le=10000, description="pixels; 0 for the camera's own")
    timeout_s: float = Field(8, gt=0, le=60, description="how long one picture may take, seconds")
    attempts: int = Field(5, ge=1, le=20, description="pictures before the best one is kept as low quality")


class MqttConfig(_Section):
    """`[mqtt]`: where the status goes."""

    host: str = Field(min_length=1)
    port: int = Field(1883, ge=1, le=65535, description="left out: 1883, or 8883 with TLS")
    valid_for_s: int = Field(900, ge=10, description="how long a status stays believable, seconds")
    tls: bool = Field(False, description="by the kit's certificate, at a broker that the kit's own office certified")
    ca: Path | None = Field(None, description="PEM file of the authority of a broker that is rented elsewhere")
    user: str = Field("", max_length=64, description="name at such a broker, where it asks for one")
    password_file: Path | None = Field(None, description="a file with nothing but its password")

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, told: object) -> object:
        return {"port": 8883, **told} if isinstance(told, dict) and told.get("tls") is True else told

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        try:
            self.host.encode("idna")
        except UnicodeError as error:
            raise ValueError(f"host: {self.host!r} is no host name; write a name or an address") from error
        if bool(self.user) != bool(self.password_file):
            raise ValueError("user and password_file belong together")
        if (self.ca or self.user) and not self.tls:
            raise ValueError("ca, user and password_file need tls = true: a password never goes in the clear")
        return self


class PowerConfig(_Section):
    """`[power]`: the battery's gauge, and when a battery is low."""

    bus: int | Annotated[str, Field(min_length=1)] = Field(1, description="I2C bus: number, path or SCHEME:REST")
    address: int = Field(0x36, ge=0x08, le=0x77, description="the gauge's address on the bus")
    low_percent: float = Field(20, ge=0, le=100, description="from here on no other resident is started")
    critical_percent: float = Field(10, ge=0, le=100, description="from here on the kit ends by itself")
    critical_v: float = Field(3.2, ge=2.5, le=4.2, description="the same by the volts of one cell, at any charge")
    shutdown: tuple[str, ...] = Field((), description="the command that switches the kit off then; none: it stays on")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.critical_percent >= self.low_percent:
            raise ValueError("critical_percent must be below low_percent")
        return self


def _by_name(kinds: type[_Kind]) -> BeforeValidator:
    """A way to compress as a person writes it: its name in small letters, not the standard's code."""
    names = {kind.name.lower(): kind for kind in kinds}

    def read(name: object) -> _Kind:
        if not isinstance(name, str) or name not in names:
            raise ValueError(f"choose one of {', '.join(names)}, not {name!r}")
        return names[name]

    return BeforeValidator(read)


class RecordConfig(_Section):
    """`[record]`: how the pictures of a record are compressed."""

    fingers: Annotated[FingerCompression, _by_name(FingerCompression)] = Field(
        FingerCompression.PNG, description="png and jpeg2000 lose nothing, wsq keeps a fifteenth of the bits"
    )
    face: Annotated[FaceCompression, _by_name(FaceCompression)] = Field(
        FaceCompression.JPEG, description="jpeg takes 250 kB at most, png loses nothing"
    )

    @field_validator("fingers")
    @classmethod
    def _can_be_done(cls, kind: FingerCompression) -> FingerCompression:
        if kind is FingerCompression.WSQ and find_spec("_wsq") is None:
            raise ValueError("wsq needs the optional package wsq: pip install 'rekam[wsq]'")
        return kind


class OfficeConfig(_Section):
    """`[office]`: who receives what this kit records."""

    agency: str = Field("DUKCAPIL", min_length=1, max_length=35, description="destination agency, DAI of Type-1")
    recipients: tuple[str, ...] = Field((), description="age recipients beside those that the office's answer brought")


class KitConfig(_Section):
    """The whole of kit.toml; relative paths are relative to the file's own folder.

    announcements: a file to which the kit appends what it asks for, one JSON line each and nothing personal, so that a
    second screen or a loudspeaker can follow; none is written without it.
    """

    kit_id: str = Field(pattern=r"^[A-Za-z0-9-]{1,32}$", description="letters, digits and hyphens")
    purpose: Purpose = Purpose.LIVE
    language: Language = Language.INDONESIAN
    effort: Effort = Effort.STANDARD
    timezone: str = "Asia/Jakarta"
    district: str = Field("", max_length=64)
    place: str = Field("", max_length=125, description="the office, village or school where the kit stands")
    data: Path = Path("data")
    announcements: Path | None = None
    fingerprint: FingerprintConfig
    panel: PanelConfig | None = None
    camera: CameraConfig | None = None
    mqtt: MqttConfig | None = None
    power: PowerConfig | None = None
    record: RecordConfig = RecordConfig()
    office: OfficeConfig = OfficeConfig()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {name!r}; use a name such as Asia/Jakarta") from error
        return name


def load(path: Path) -> KitConfig:
    """Read kit.toml. Raises ConfigError with every fault, each by its key path."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: no such file; name the kit's settings with --config") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = KitConfig.model_validate(values)
    except ValidationError as error:
        told = [fault for fault in error.errors() if not _follows(fault["loc"], error)]
        faults = [f"  {_key_path(fault['loc'])}: {_reason(fault['type'], fault['msg'])}" for fault in told]
        raise ConfigError("\n".join([f"{path}: {len(faults)} setting(s) need a correction:", *faults])) from error
    folder = path.parent.resolve()
    announcements = folder / config.announcements if config.announcements else None
    found = {"data": (folder / config.data).resolve(), "announcements": announcements, "mqtt": _mqtt(config, folder)}
    return config.model_copy(update=found)


def _mqtt(config: KitConfig, folder: Path) -> MqttConfig | None:
    mqtt = config.mqtt
    named = {"ca": mqtt.ca, "password_file": mqtt.password_file} if mqtt else {}
    return mqtt and mqtt.model_copy(update={key: path and folder / path for key, path in named.items()})


def _follows(location: tuple[int | str, ...], error: ValidationError) -> bool:
    """A list is also called too short when its one member is wrong: only the member is told."""
    return any(
        len(fault["loc"]) > len(location) and fault["loc"][: len(location)] == location for fault in error.errors()
    )


def _key_path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "(file)"


def _reason(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "no such key; check its spelling"
    if kind == "missing":
        return "this key is required"
    if kind == "string_too_short":
        return "must not be empty"
    if kind == "string_pattern_mismatch":
        return "write letters, digits and hyphens, at most 32"
    return message.removeprefix("Value error, ")
