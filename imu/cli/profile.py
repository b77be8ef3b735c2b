"""``softstrike profile``."""

from __future__ import annotations

import sys
from pathlib import Path

from cyclopts import App

__all__ = ["profile"]

profile = App(name="profile", help="Look at firmware profiles.", help_format="plaintext")


@profile.command
def check(file: Path, /) -> int:
    """Try a firmware profile: the conformance kit.

    Checks the file against the schema, decodes its test vectors, encodes made-up motion and decodes it again,
    plays a session against a virtual sensor without a radio, and throws damaged packets at it.

    Exit code 0: everything holds. 3: it is a profile, but something does not hold. 1: it is no profile.

    Parameters
    ----------
    file : Path
        Profile (.toml).
    """
    from imu.cli.app import NOTHING_USABLE, OK, PARTLY_USABLE
    from imu.conformance import check_profile

    outcome = check_profile(file)
    if outcome.profile is None:
        print(f"softstrike: {outcome.checks[0].text}", file=sys.stderr)
        return NOTHING_USABLE
    _print_table(f"{outcome.profile.title} ({outcome.profile.id})", list(outcome.checks))
    return OK if outcome.passed else PARTLY_USABLE


@profile.command
def fuzz(file: str, /, *, packets: int = 100_000, seed: int = 0) -> int:
    """Throw damaged, cut, repeated and made-up packets at a profile, and account for each.

    Exit code 0: every packet is accounted for. 1: they do not add up.

    Parameters
    ----------
    file : str
        Profile (.toml), or the id of one that comes with softstrike.
    packets : int
        How many packets.
    seed : int
        Same seed, same packets.
    """
    from time import process_time

    from imu.cli.app import NOTHING_USABLE, OK
    from imu.conformance import decode_only, fuzz_packets
    from imu.conformance import fuzz as run
    from imu.decode import load
    from imu.errors import UsageError

    if packets < 1:
        raise UsageError(f"--packets is {packets}: give 1 or more")
    found = load(file)
    report = run(found, packets, seed)
    made = list(fuzz_packets(found, min(packets, _TIMED_PACKETS), seed))
    begin = process_time()
    decode_only(found, made)
    mean_us = (process_time() - begin) / len(made) * 1e6
    print(f"{found.title}: {report.packets} packets, {report.frames} frames")
    print(f"  good {report.good} + bad {report.bad} + duplicate or late {report.duplicate} = {report.frames}")
    print(f"  {report.samples} samples came out; decoding took {mean_us:.1f} us of processor time a packet")
    if report.adds_up:
        return OK
    print("  they do NOT add up: please report the profile and the seed")
    return NOTHING_USABLE


_TIMED_PACKETS = 20_000


@profile.command(name="list")
def list_profiles() -> int:
    """List the profiles that come with softstrike: their highest rate and range, and whether loss shows."""
    from rich.console import Console
    from rich.table import Table

    from imu.cli.app import OK
    from imu.profiles import builtin_profiles, highest

    table = Table(box=None, pad_edge=False)
    for column in ("id", "sensor", "rate", "range", "loss"):
        table.add_column(column, no_wrap=column != "sensor")
    for found in builtin_profiles().values():
        most = highest(found)
        observable = found.time.source == "packet" or found.seq is not None
        loss = "counted" if observable else "not observable"
        table.add_row(found.id, found.title, f"{most.rate_hz:g} Hz", f"{most.acc_range_g:g} g", loss)
    Console(highlight=False).print(table)
    return OK


def _print_table(title: str, checks: list[tuple[str, bool, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, box=None, title_justify="left", pad_edge=False)
    for column in ("check", "result", "what was found"):
        table.add_column(column)
    for name, passed, text in checks:
        table.add_row(name, "passed" if passed else "FAILED", text)
    Console(highlight=False, markup=False).print(table)
