"""kit.toml becomes a KitConfig; every complaint names the file and the key path."""

import tomllib
from enum import Enum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator

from firmware.delivery_settings import DeliveryConfig
from firmware.device_settings import CameraConfig, FingerprintConfig, PanelConfig, PowerConfig, Section
from firmware.errors import ConfigError
from firmware.vocabulary import Effort, FaceCompression, FingerCompression, Language, Purpose

_Kind = TypeVar("_Kind", bound=Enum)


class MqttConfig(Section):
    """`[mqtt]`: where the status goes."""

    host: str = Field(min_length=1)
    port: int = Field(1883, ge=1, le=65535, description="left out: 1883, or 8883 with TLS")
    valid_for_s: int = Field(900, ge=10, description="how long a status stays believable, seconds")
    tls: bool = Field(False, description="by the kit's certificate, at a broker that the kit's own office certified")
    ca: Path | None = Field(None, description="PEM file of the authority of a broker that is rented elsewhere")
    user: str = Field("", max_length=64, description="name at such a broker, where it asks for one")
    password_file: Path | None = Field(None, description="a file with nothing but its password")
    sparkplug: bool = Field(False, description="also as a node of a Sparkplug B fleet, by a second connection")
    group: str = Field("Rekam", description="the fleet's group in Sparkplug's topics")
    primary_host: str = Field("", description="without this host the node says nothing; empty: it waits for none")

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
        for key, name, least in (("group", self.group, 1), ("primary_host", self.primary_host, 0)):
            if set(name) & set("+/#") or not name.isprintable() or not least <= len(name) <= 64:
                raise ValueError(f"{key}: {name!r} is no name for a topic; write 1 to 64 signs without + / #")
        return self


def _by_name(kinds: type[_Kind]) -> BeforeValidator:
    """A way to compress as a person writes it: its name in small letters, not the standard's code."""
    names = {kind.name.lower(): kind for kind in kinds}

    def read(name: object) -> _Kind:
        if not isinstance(name, str) or name not in names:
            raise ValueError(f"choose one of {', '.join(names)}, not {name!r}")
        return names[name]

    return BeforeValidator(read)


class RecordConfig(Section):
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


class StorageConfig(Section):
    """`[storage]`: how full the card, or its part for records, may become."""

    warn_percent: int = Field(80, ge=1, le=100, description="from here on the operator is told to export")
    quota_mb: int = Field(0, ge=0, description="megabytes that records may take; 0: all of the card")

    @field_validator("quota_mb")
    @classmethod
    def _holds_records(cls, quota: int) -> int:
        if 0 < quota < 50:
            raise ValueError("must be 0 or at least 50: fewer megabytes hold no day's records")
        return quota

    @property
    def quota(self) -> int:
        """The same in bytes."""
        return self.quota_mb * 1_000_000


class OfficeConfig(Section):
    """`[office]`: who receives what this kit records."""

    agency: str = Field("DUKCAPIL", min_length=1, max_length=35, description="destination agency, DAI of Type-1")
    recipients: tuple[str, ...] = Field((), description="age recipients beside those that the office's answer brought")


class KitConfig(Section):
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
    storage: StorageConfig = StorageConfig()
    office: OfficeConfig = OfficeConfig()
    delivery: DeliveryConfig | None = None

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
    moved: dict[str, object] = {
        "data": (folder / config.data).resolve(),
        "announcements": announcements,
        "mqtt": _mqtt(config, folder),
    }
    if config.delivery and config.delivery.authority:
        moved["delivery"] = config.delivery.model_copy(update={"authority": folder / config.delivery.authority})
    return config.model_copy(update=moved)


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
