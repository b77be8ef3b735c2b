"""Where results go: a folder, or object storage; a result appears whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imu.archive.places import filesystem, is_remote
from imu.errors import EnvironmentProblem
from imu.store.files import new_file, told_plainly

__all__ = ["Target"]


class Target:
    """A folder for results.

    Parameters
    ----------
    address : str
        A folder, made when it is not there, or a storage address such as ``s3://bucket/results``. With a
        cluster, every worker must see it under this name.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._storage, self._root = _open(address)

    def write(self, name: str, data: bytes) -> None:
        """Write a result; one of the same name is replaced.

        Raises
        ------
        EnvironmentProblem
            The folder or storage refuses it.
        """
        if self._storage is None:
            path = Path(self._root, name)
            with told_plainly(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            with new_file(path, overwrite=True) as temporary:
                temporary.write_bytes(data)
            return
        try:
            self._storage.pipe_file(f"{self._root}/{name}", data)
        except Exception as error:  # each storage has errors of its own
            raise EnvironmentProblem(f"{self.address}/{name} cannot be written: {error}") from error

    def read(self, name: str) -> bytes | None:
        """Content of a result, None when there is none."""
        try:
            if self._storage is None:
                return Path(self._root, name).read_bytes()
            return bytes(self._storage.cat_file(f"{self._root}/{name}"))
        except FileNotFoundError:
            return None

    def exists(self, name: str) -> bool:
        """Whether a result is there."""
        if self._storage is None:
            return Path(self._root, name).is_file()
        return bool(self._storage.exists(f"{self._root}/{name}"))

    def remove(self, name: str) -> None:
        """Remove a result, if it is there."""
        if self._storage is None:
            Path(self._root, name).unlink(missing_ok=True)
        elif self._storage.exists(f"{self._root}/{name}"):
            self._storage.rm_file(f"{self._root}/{name}")


def _open(address: str) -> tuple[Any | None, str]:
    if is_remote(address):
        storage, root = filesystem(address)
        return storage, root.rstrip("/")
    return None, address
