"""The tree of everything that can go wrong; each message names what, where and what to do.

::

    KitError
        ConfigError                     a setting that cannot be: file, key path, reason
        InputError                      something a person gave: file, field, reason
        DeviceError                     device, operation
            DeviceAbsent                permanent: nothing answers where the device should be
            DeviceBusy                  permanent: another process owns it
            LinkError                   transient: trying again may help
                LinkTimeout             the device fell silent
                LinkCorrupt             the bytes do not make a packet
                LinkLost                the port went away
                DeviceStuck             its driver never returned and was given up
            DeviceRefused               permanent: the device said no
            DevicesFailed               several devices at once, each with its own error
        SessionError                    an event that has no place in the session's state, or a session that ended early
            SessionCancelled            the operator ended it
            SessionAbandoned            nobody is there any more to go on with it
            StationMute                 the station does not answer in time
        SampleError                     a sample that cannot be processed: stage, reason
        RecordError                     a record that does not fit its standard: record type, field, reason
        SealingError                    a key, recipient or packet that cannot be used
            OtherOffice                 a packet that was sealed for another office
            UnknownKit                  a packet that no admitted kit signed
            RevokedKit                  a packet of a kit that is no longer trusted
            OtherKit                    a packet that says it is of another kit than signed it
            NewerPacket                 a packet of a version that this software cannot read
        IdentityError                   the kit's identity is missing, foreign or spoiled
            OtherBoard                  it was made on another board than this one
        SpoolError                      the outbox cannot be trusted or written
            SpoolFull
            SpoolDamaged
        JournalError                    the audit trail cannot be written, or a fact has no place in it
            JournalFull                 no room for another line
        DeliveryError                   packets could not be brought out
            DeliveryInterrupted         transient: the link to the office is down, or dropped
                OfficeForeign           permanent or a log-in page: who answers is not the office
            DeliveryRefused             permanent: the office does not let this kit, or this packet, in
        StoreError                      the office's rows or packets cannot be read or written
        ReceiptError                    an office's receipt that is damaged, foreign, or not for what is here
        BrokerError                     the MQTT broker: not there, not believed, or it refuses
        MessageError                    bytes or values that make no message of the fleet's convention
        OutboxError                     what the office was to be told cannot be kept
        ClusterError                    the machines that share the work: not there, gone, or not alike

Whether trying again helps is decided where an error is raised, by its class: retry loops catch `TransientError`.
Poor quality is a result, not an error.
"""


class KitError(Exception):
    """Anything that Rekam itself raises."""


class TransientError:
    """Mixed into errors after which the same call may succeed."""


class ConfigError(KitError):
    """A setting that cannot be."""


class InputError(KitError):
    """Something that a person gave and that cannot be used."""


class DeviceError(KitError):
    """A device could not do what it was asked."""

    def __init__(self, device: str, message: str) -> None:
        super().__init__(f"{device}: {message}")
        self.device = device


class DeviceAbsent(DeviceError):
    """Nothing answers where the device should be."""


class DeviceBusy(DeviceError):
    """Another process owns the device."""


class LinkError(DeviceError, TransientError):
    """The wire failed; trying again may help."""


class LinkTimeout(LinkError):
    """The device fell silent."""


class LinkCorrupt(LinkError):
    """The bytes do not make a packet."""


class LinkLost(LinkError):
    """The port went away."""


class DeviceStuck(LinkError):
    """The driver of a device never returned and was given up; opened anew the device may work."""


class DeviceRefused(DeviceError):
    """The device understood and said no."""


class DevicesFailed(DeviceError):
    """Several devices could not be opened; `faults` holds one error for each."""

    def __init__(self, faults: tuple[DeviceError, ...]) -> None:
        lines = [f"{len(faults)} devices cannot be used:", *(f"  {fault}" for fault in faults)]
        super().__init__("kit", "\n".join(lines))
        self.faults = faults


class SessionError(KitError):
    """An event that has no place in the session's state, or a session that ended before its last finger."""


class SessionCancelled(SessionError):
    """The operator ended the session."""


class SessionAbandoned(SessionError):
    """Nobody is there any more to go on with the session."""


class StationMute(SessionError):
    """The station runs and does not answer in time."""


class SampleError(KitError):
    """A sample that cannot be processed."""


class RecordError(KitError):
    """A record that does not fit its standard."""


class SealingError(KitError):
    """A key, recipient or packet that cannot be used."""


class OtherOffice(SealingError):
    """A packet that was sealed for another office."""


class UnknownKit(SealingError):
    """A packet that no admitted kit signed."""


class RevokedKit(SealingError):
    """A packet of a kit that is no longer trusted."""


class OtherKit(SealingError):
    """A packet that says it is of another kit than signed or brought it."""


class NewerPacket(SealingError):
    """A packet of a version that this software cannot read."""


class IdentityError(KitError):
    """The kit's identity is missing, foreign or spoiled."""


class OtherBoard(IdentityError):
    """The kit's identity was made on another board: a card that was copied or moved."""


class SpoolError(KitError):
    """The outbox cannot be trusted or written."""


class SpoolFull(SpoolError):
    """No room is left for another packet."""


class SpoolDamaged(SpoolError):
    """The outbox's file does not pass its own check."""


class JournalError(KitError):
    """The audit trail cannot be written, or a fact has no place in it."""


class JournalFull(JournalError):
    """No room is left for another line."""


class DeliveryError(KitError):
    """Packets could not be brought out."""


class DeliveryInterrupted(DeliveryError, TransientError):
    """The link to the office is down, or dropped."""


class OfficeForeign(DeliveryInterrupted):
    """Who answers at the office's address cannot show the office's certificate."""


class DeliveryRefused(DeliveryError):
    """The office does not let this kit, or this packet, in; `code` is its word for why."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class StoreError(KitError):
    """The office's rows or its packets cannot be read or written."""


class ReceiptError(KitError):
    """A receipt of an office that is damaged, foreign, or not for a packet that is here."""


class BrokerError(KitError):
    """The MQTT broker is not there, is not believed or refuses, or what it asks for cannot be used."""


class MessageError(KitError):
    """Bytes or values that make no message of the fleet's convention."""


class OutboxError(KitError):
    """What the office was to be told cannot be kept or read."""


class ClusterError(KitError):
    """The machines that share the work are not there, have gone, or are not alike."""
