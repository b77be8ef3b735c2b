"""Looking for sensors without stopping the window: the radio works in a thread, and every wait has an end."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from imu.errors import SoftstrikeError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from imu.sources.ble.air import OpenStack, Stack
    from imu.sources.ble.scan import Sighting

__all__ = ["Finder"]

LISTEN_S = 5.0
LONGEST_S = 40.0
"""An adapter that answers nothing at all is given up after this time, s."""

GIVE_UP_S = 5.0


class Finder(QObject):
    """Looks around, and asks one sensor for its serial number; one thing at a time.

    The signals tell the sensors near, strongest first; or a sensor with its serial number; or in one sentence
    what is wrong.

    Parameters
    ----------
    open_radio : callable, optional
        Opens a radio, see :func:`imu.sources.ble.air.open_stack`; the system's when left out.
    listen_s : float
        How long to listen, s.
    """

    found = Signal(object)
    asked = Signal(object, str)
    failed = Signal(str)

    def __init__(
        self,
        open_radio: OpenStack | None = None,
        *,
        listen_s: float = LISTEN_S,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._open_radio, self._listen_s = open_radio, listen_s
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._over = False

    @property
    def busy(self) -> bool:
        """Whether the radio is at work."""
        return self._thread is not None and self._thread.is_alive()

    def look(self) -> None:
        """Begin to look around."""
        self._begin(self._look)

    def ask(self, sighting: Sighting) -> None:
        """Begin to ask a sensor for its serial number; the answer is empty when it tells none."""

        async def work(stack: Stack) -> None:
            from imu.sources.ble.scan import ask_serial  # noqa: PLC0415 - the radio's libraries

            self.asked.emit(sighting, await ask_serial(stack, sighting.host_id))

        self._begin(work)

    def stop(self) -> None:
        """Give up what goes on; nothing more is told."""
        self._over = True
        loop, task = self._loop, self._task
        if loop is not None and task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)
        if self._thread is not None:
            self._thread.join(GIVE_UP_S)

    async def _look(self, stack: Stack) -> None:
        from imu.sources.ble.scan import look_around  # noqa: PLC0415 - the radio's libraries

        self.found.emit(await look_around(stack, self._listen_s))

    def _begin(self, work: Callable[[Stack], Coroutine[Any, Any, None]]) -> None:
        if self.busy or self._over:
            return
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True, name="finder")
        self._thread.start()

    def _run(self, work: Callable[[Stack], Coroutine[Any, Any, None]]) -> None:
        try:
            asyncio.run(self._work(work))
        except asyncio.CancelledError:
            return  # the window was closed
        except TimeoutError:
            self._fail("Bluetooth does not answer: switch it off and on again, then look once more")
        except SoftstrikeError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - dying in silence would leave the window waiting
            self._fail(f"Bluetooth cannot be used: {error or type(error).__name__}")

    async def _work(self, work: Callable[[Stack], Coroutine[Any, Any, None]]) -> None:
        from imu.sources.ble.air import open_stack  # noqa: PLC0415 - the radio's libraries

        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        opened = open_stack() if self._open_radio is None else self._open_radio()
        async with asyncio.timeout(LONGEST_S), opened as stack:
            await work(stack)

    def _fail(self, text: str) -> None:
        if not self._over:
            self.failed.emit(text)
