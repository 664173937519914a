"""What kit.toml says of the devices: `[fingerprint]`, `[panel]`, `[camera]` and `[power]`."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    """A table of kit.toml: nothing in it but what is known, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FingerprintConfig(Section):
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


class PanelConfig(Section):
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


class CameraConfig(Section):
    """`[camera]`: the face camera; without it the kit takes no faces."""

    model: str = Field("picamera2", min_length=1, description="a name among the entry points rekam.cameras")
    source: str = Field("", description="which one: for picamera2 its number, for bench a camera.sock or a picture")
    width: int = Field(0, ge=0, le=10000, description="pixels; 0 for the camera's own")
    height: int = Field(0, ge=0, le=10000, description="pixels; 0 for the camera's own")
    timeout_s: float = Field(8, gt=0, le=60, description="how long one picture may take, seconds")
    attempts: int = Field(5, ge=1, le=20, description="pictures before the best one is kept as low quality")


class PowerConfig(Section):
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
