"""How a session ends, for the room that is told and for the journal."""

from firmware.announcements import FileAnnouncer
from firmware.errors import DeviceError, SessionAbandoned, SessionCancelled, SessionError, SpoolError
from firmware.panel_desk import PanelAnnouncer
from firmware.seams import Announcer
from firmware.workplace import Workplace


def announcers(place: Workplace) -> tuple[Announcer, ...]:
    """Whoever tells the room what is asked for."""
    panel = place.kit.panel
    return (FileAnnouncer(place.config.announcements), *((PanelAnnouncer(panel),) if panel else ()))


def announce(place: Workplace, *, complete: bool) -> None:
    """Tell the room that a session is over; complete, at which the resident goes home, only once all of it is kept."""
    for announcer in announcers(place):
        announcer.done(complete=complete)


def end_early(place: Workplace, control_number: str, error: BaseException) -> None:
    """Close a session of which nothing is kept; one that a signal ends may be kept by then: the next start names it."""
    if not isinstance(error, Exception) and place.spool.has(control_number):
        return
    announce(place, complete=False)
    place.logbook.cancelled(_reason(error))


def _reason(error: BaseException) -> str:
    """Why a session ended early, as a code of the journal."""
    if isinstance(error, SessionCancelled):
        return "operator"
    if isinstance(error, SessionAbandoned):
        return "abandoned"
    if isinstance(error, SessionError):
        return "device" if isinstance(error.__cause__, DeviceError) else "session"
    return "storage" if isinstance(error, SpoolError) else "stopped"
