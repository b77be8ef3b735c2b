"""What can go wrong between a computer and a sensor, each in one sentence that says what to do."""

from __future__ import annotations

import enum
from typing import NamedTuple

from imu.decode import SensorRefusedError
from imu.errors import SoftstrikeError

__all__ = ["FULL_RETRY_S", "LinkError", "Trouble", "TroubleKind", "explain"]

FULL_RETRY_S = 4.0
"""Least wait when trying again soon cannot help."""


class TroubleKind(enum.StrEnum):
    """Kinds of trouble that a user can do something about, and the rest."""

    NO_ADAPTER = "no adapter"
    ADAPTER_OFF = "adapter off"
    PERMISSION = "permission refused"
    ADAPTER_FULL = "adapter full"
    STRANGER = "sensor of somebody else"
    REFUSED = "sensor refused"
    LOST = "lost"
    UNANSWERED = "no answer"
    OTHER = "other"


class Trouble(NamedTuple):
    """What went wrong; `text` is one plain sentence, `retry_s` the least wait before another attempt."""

    kind: TroubleKind
    text: str
    retry_s: float = 0.0


class LinkError(SoftstrikeError, RuntimeError):
    """An attempt ended; it carries its :class:`Trouble`."""

    def __init__(self, kind: TroubleKind, text: str, retry_s: float = 0.0) -> None:
        super().__init__(text)
        self.trouble = Trouble(kind, text, retry_s)


_TEXTS = {
    TroubleKind.NO_ADAPTER: "no Bluetooth adapter was found: plug one in, the search then goes on by itself",
    TroubleKind.ADAPTER_OFF: "Bluetooth is switched off: switch it on, the search then goes on by itself",
    TroubleKind.PERMISSION: "the system does not let softstrike use Bluetooth: allow it in the privacy "
    "settings (on Linux be a member of the group bluetooth), then start again",
    TroubleKind.ADAPTER_FULL: "the Bluetooth adapter holds no further connection: disconnect another device "
    "or use a second adapter; the other sensors go on",
}

_REASONS = {
    "NO_BLUETOOTH": TroubleKind.NO_ADAPTER,
    "NO_BLE_CENTRAL_ROLE": TroubleKind.NO_ADAPTER,
    "POWERED_OFF": TroubleKind.ADAPTER_OFF,
    "DENIED_BY_USER": TroubleKind.PERMISSION,
    "DENIED_BY_SYSTEM": TroubleKind.PERMISSION,
    "DENIED_BY_UNKNOWN": TroubleKind.PERMISSION,
}
"""Names of bleak.exc.BleakBluetoothNotAvailableReason; a test holds them against bleak."""

_WORDS = (
    (
        TroubleKind.ADAPTER_FULL,
        ("connection-limit", "connection limit", "connection_limit", "maximum number"),
    ),
    (TroubleKind.ADAPTER_OFF, ("not powered", "notready", "not ready", "not-powered", "turned off")),
    (TroubleKind.PERMISSION, ("accessdenied", "access denied", "notauthorized", "not authorized")),
    (TroubleKind.NO_ADAPTER, ("no bluetooth adapter", "adapter not found", "serviceunknown")),
)
"""Words in what BlueZ, WinRT, CoreBluetooth and bumble say."""


def explain(error: BaseException, title: str) -> Trouble:
    """Say what an error means for a sensor.

    Parameters
    ----------
    error : BaseException
        What the radio, bleak or a session script raised.
    title : str
        What the sensor is called.

    Returns
    -------
    Trouble
        Its sentence begins with the sensor's title.
    """
    if isinstance(error, LinkError):
        return error.trouble._replace(text=f"{title}: {error.trouble.text}")
    if isinstance(error, SensorRefusedError):
        return Trouble(TroubleKind.REFUSED, f"{title}: {error}", FULL_RETRY_S)
    if isinstance(error, TimeoutError):
        return Trouble(TroubleKind.UNANSWERED, f"{title}: it did not answer in time; it is tried again")
    kind = _REASONS.get(getattr(getattr(error, "reason", None), "name", "")) or _by_words(error)
    if kind is not None:
        return Trouble(kind, f"{title}: {_TEXTS[kind]}", FULL_RETRY_S)
    said = " ".join(str(error).split()) or type(error).__name__
    return Trouble(TroubleKind.OTHER, f"{title}: the connection failed ({said}); it is tried again")


def _by_words(error: BaseException) -> TroubleKind | None:
    said = f"{error} {getattr(error, 'dbus_error', '')}".lower()
    return next((kind for kind, words in _WORDS if any(word in said for word in words)), None)
