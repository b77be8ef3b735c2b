"""``softstrike profile``."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

__all__ = ["profile"]

profile = App(name="profile", help="Look at firmware profiles.", help_format="plaintext")


@profile.command
def check(file: Path, /) -> int:
    """Check a firmware profile: its schema and its test vectors.

    Parameters
    ----------
    file : Path
        Profile (.toml).
    """
    from imu.cli.app import OK
    from imu.decode import check_vectors
    from imu.profiles import load_profile

    found = load_profile(file)
    check_vectors(found, file)
    print(f"{file}: {found.title} ({found.id}) is a sound profile, {len(found.vector)} vectors decode")
    return OK


@profile.command(name="list")
def list_profiles() -> int:
    """List the profiles that come with softstrike."""
    from imu.cli.app import OK
    from imu.profiles import builtin_profiles

    for found in builtin_profiles().values():
        print(f"{found.id:<24} {found.title}")
    return OK
