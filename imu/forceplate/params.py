"""Parameters of the force-plate side, in one place."""

from __future__ import annotations

import msgspec

__all__ = ["ForceParams"]


class ForceParams(msgspec.Struct, frozen=True):
    """Parameters of :mod:`imu.forceplate`.

    Attributes
    ----------
    threshold_n : float
        Contact begins and ends where vertical force crosses this, N.
    threshold_bw : float
        The same for a record in body weights whose body weight is not known.
    release_share : float
        Two contacts are apart only when force falls below this share of the threshold between them.
    loaded_share : float
        A contact reaches at least this share of the usual greatest force.
    contact_min_s, contact_max_s : float
        Shorter and longer contacts are none.
    flight_min_s : float
        A flight is at least this long.
    flight_share : float
        Middle part of a flight that tells the baseline.
    envelope_s : float
        The lowest force within this distance on both sides is a first guess of the baseline.
    flight_level : float
        Flights are sought below this share of the range of force above that guess.
    cutoff_hz : float
        Contacts and peaks are taken after this low-pass: Butterworth, 4th order in all, without delay; not
        applied where it is above 45 % of the sampling rate.
    transient_last : float
        An impact transient peaks before this share of the contact.
    transient_least_share : float
        It stands out from the dip behind it by at least this share of the active peak.
    rate_first, rate_last : float
        With an impact transient, loading rates are taken between these shares of the time from contact to its
        peak.
    plain_first, plain_last : float
        Without one, between these shares of the contact.
    """

    threshold_n: float = 50.0
    threshold_bw: float = 0.07
    release_share: float = 0.8
    loaded_share: float = 0.4
    contact_min_s: float = 0.06
    contact_max_s: float = 1.2
    flight_min_s: float = 0.03
    flight_share: float = 0.5
    envelope_s: float = 0.6
    flight_level: float = 0.10
    cutoff_hz: float = 50.0
    transient_last: float = 0.35
    transient_least_share: float = 0.01
    rate_first: float = 0.2
    rate_last: float = 0.8
    plain_first: float = 0.03
    plain_last: float = 0.12
