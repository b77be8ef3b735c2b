"""Every trouble a user can do something about gets its own sentence."""

from __future__ import annotations

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from imu.decode import SensorRefusedError
from imu.sources.ble.troubles import LinkError, TroubleKind, explain

Reason = BleakBluetoothNotAvailableReason


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BleakBluetoothNotAvailableError("none", Reason.NO_BLUETOOTH), TroubleKind.NO_ADAPTER),
        (BleakBluetoothNotAvailableError("off", Reason.POWERED_OFF), TroubleKind.ADAPTER_OFF),
        (BleakBluetoothNotAvailableError("no", Reason.DENIED_BY_USER), TroubleKind.PERMISSION),
        (BleakDBusError("org.bluez.Error.NotReady", ["Resource Not Ready"]), TroubleKind.ADAPTER_OFF),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", ["no"]), TroubleKind.PERMISSION),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["?"]), TroubleKind.NO_ADAPTER),
        (
            BleakDBusError("org.bluez.Error.Failed", ["le-connection-concurrent-connection-limit"]),
            TroubleKind.ADAPTER_FULL,
        ),
        (BleakError("HCI_CONNECTION_LIMIT_EXCEEDED_ERROR"), TroubleKind.ADAPTER_FULL),
        (TimeoutError(), TroubleKind.UNANSWERED),
        (SensorRefusedError("the sensor refused"), TroubleKind.REFUSED),
        (LinkError(TroubleKind.STRANGER, "not mine"), TroubleKind.STRANGER),
        (BleakError("failed to discover services, device disconnected"), TroubleKind.OTHER),
        (OSError("something else"), TroubleKind.OTHER),
    ],
)
def test_each_error_has_its_kind_and_one_sentence_with_the_sensor(
    error: Exception, kind: TroubleKind
) -> None:
    trouble = explain(error, "left blue")
    assert trouble.kind is kind
    assert trouble.text.startswith("left blue: ")
    assert "\n" not in trouble.text


def test_what_time_alone_does_not_mend_is_not_tried_in_a_storm() -> None:
    full = explain(BleakError("connection limit"), "left")
    assert full.retry_s >= 4.0
    assert explain(TimeoutError(), "left").retry_s == 0.0


def test_every_reason_of_bleak_but_the_unknown_one_is_known() -> None:
    for reason in set(Reason) - {Reason.UNKNOWN}:
        error = BleakBluetoothNotAvailableError("no", reason)
        assert explain(error, "left").kind is not TroubleKind.OTHER, reason
