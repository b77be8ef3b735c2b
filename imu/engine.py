"""The engine: the only loop. Source, then write-ahead, then chain, then sinks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Protocol, cast

from imu.errors import UsageError
from imu.model import Command, Marker
from imu.sinks.base import EngineFault, Rewound
from imu.sources.base import Control, Rewindable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

    from imu.model import Input
    from imu.sinks.base import Sink
    from imu.sources.base import Source

__all__ = ["ChainLike", "Engine", "Flow", "run"]

INPUTS_PER_TURN = 256
"""A source that never waits must still let commands and a stop come through."""

CHAIN_FAILURES = 3

log = logging.getLogger(__name__)


class ChainLike(Protocol):
    """What the engine needs of :class:`imu.chain.Chain`."""

    def push(self, item: Input, /) -> Iterable[object]:
        """Take one input and return everything that follows from it."""

    def flush(self) -> Iterable[object]:
        """Finish; the inputs have ended."""


class Flow:
    """What happens to one input, without waiting for anything.

    Each input goes to every sink in the order given, so that the recorder, which comes first, has it before
    anything is computed. Then the chain takes it, and what it returns goes to every sink.

    An error in the chain leaves its state undefined: it is told as :class:`imu.sinks.base.EngineFault`, the
    input is given up for computing, and a fresh chain goes on with the next one. After the third error in
    an epoch the chain stays off. An error in a sink is told once, the sink still gets what follows. Neither
    ever keeps an input from the recorder.

    Parameters
    ----------
    make_chain : callable
        Makes a chain in its initial state.
    sinks : sequence of Sink
        The recorder first.
    """

    def __init__(self, make_chain: Callable[[], ChainLike], sinks: Sequence[Sink]) -> None:
        self._make_chain = make_chain
        self._sinks = tuple(sinks)
        self._chain: ChainLike | None = make_chain()
        self._failures = 0
        self._failed_sinks: set[int] = set()
        self._now_ns = 0
        self._over = False

    @property
    def now_ns(self) -> int:
        """Session time: arrival of the latest input, ns."""
        return self._now_ns

    def take(self, item: Input) -> None:
        """Record one input, compute, hand on; nothing after the end."""
        if self._over:
            return
        self._now_ns = item.arrival_ns
        self._tell(item)
        if self._chain is not None:
            chain = self._chain
            self._compute(lambda: chain.push(item))

    def rewind(self, epoch: int) -> None:
        """Begin anew: a fresh chain, and every sink told."""
        self._failures = 0
        self._chain = self._make_chain()
        self._tell(Rewound(epoch))

    def finish(self) -> None:
        """Hand on what the chain still holds, then close every sink."""
        if self._chain is not None:
            self._compute(self._chain.flush)
        self._over = True
        for sink in self._sinks:
            try:
                sink.close()
            except Exception:
                log.exception("%s could not be closed", type(sink).__name__)

    def _compute(self, work: Callable[[], Iterable[object]]) -> None:
        try:
            outputs = list(work())
        except Exception as error:  # whatever fails in here, recording must go on
            log.exception("the chain failed")
            self._failures += 1
            final = self._failures >= CHAIN_FAILURES
            self._chain = None if final else self._make_chain()
            after = "computing stays off" if final else "computing starts afresh"
            text = f"Computing failed ({_name(error)}); {after}, recording goes on."
            self._tell(EngineFault("chain", text, final))
            return
        for output in outputs:
            self._tell(output)

    def _tell(self, item: object) -> None:
        for number, sink in enumerate(self._sinks):
            try:
                sink.put(item)
            except Exception as error:
                if number in self._failed_sinks:
                    continue
                self._failed_sinks.add(number)
                where = type(sink).__name__
                log.exception("%s failed", where)
                self._tell(EngineFault(where, f"{where} could not take a value ({_name(error)})."))


async def run(source: Source, make_chain: Callable[[], ChainLike], sinks: Sequence[Sink]) -> None:
    """Run a session until its source ends; the source sets the pace.

    Parameters
    ----------
    source : Source
        Where inputs come from.
    make_chain : callable
        Makes a chain in its initial state; called again when the source is rewound.
    sinks : sequence of Sink
        The recorder first. They are closed at the end, whatever ends the session.

    Raises
    ------
    Exception
        Whatever the source raises; the sinks have then been given all inputs so far and are closed.
    """
    await _pump(source, Flow(make_chain, sinks))


async def _pump(source: Source, flow: Flow) -> None:
    if isinstance(source, Rewindable):
        source.on_rewind = flow.rewind
    try:
        inputs = cast("AsyncGenerator[Input]", source.inputs())
        async with contextlib.aclosing(inputs):
            count = 0
            async for item in inputs:
                flow.take(item)
                count += 1
                if count % INPUTS_PER_TURN == 0:
                    await asyncio.sleep(0)
    finally:
        flow.finish()


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


class Engine:
    """Runs a session in a thread of its own, with its own asyncio loop.

    Every method may be called from any thread. Signals are the caller's business.

    Parameters
    ----------
    source : Source
        Where inputs come from.
    make_chain : callable
        Makes a chain in its initial state.
    sinks : sequence of Sink
        The recorder first.
    on_end : callable, optional
        Called in the engine's thread after the sinks are closed, with the error that ended the session or
        None.
    """

    def __init__(
        self,
        source: Source,
        make_chain: Callable[[], ChainLike],
        sinks: Sequence[Sink],
        *,
        on_end: Callable[[BaseException | None], None] | None = None,
    ) -> None:
        self._source = source
        self._flow = Flow(make_chain, sinks)
        self._on_end = on_end
        self._thread = threading.Thread(target=self._work, name="softstrike-engine", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None

    @property
    def control(self) -> Control | None:
        """Pause, speed and seek, when the source has them."""
        return self._source if isinstance(self._source, Control) else None

    @property
    def running(self) -> bool:
        """Whether the session goes on."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; returns when the loop runs.

        Raises
        ------
        UsageError
            When it was started before.
        """
        if self._thread.ident is not None:
            raise UsageError("this engine was started before: make a new one for each session")
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End the session soon: source closed, chain flushed, sinks closed; nothing when it is over."""
        self._call(self._cancel)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the end.

        Parameters
        ----------
        timeout_s : float or None
            Longest wait, s; None waits as long as it takes.

        Returns
        -------
        bool
            Whether the session is over.

        Raises
        ------
        Exception
            The error that ended the session, if one did.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return False
        error, self._error = self._error, None
        if error is not None:
            raise error
        return True

    def mark(self, kind: str, text: str = "") -> None:
        """Put a mark into the session, at the time of the latest input."""
        self._call(lambda: self._flow.take(Marker(self._flow.now_ns, kind, text)))

    def command(self, name: str, value: float) -> None:
        """Put a change of a setting into the session; the chain obeys, the recorder keeps it."""
        self._call(lambda: self._flow.take(Command(self._flow.now_ns, name, value)))

    def _cancel(self) -> None:
        # A second cancellation would cut short what the source does to take its leave.
        if self._task is not None and not self._task.cancelling():
            self._task.cancel()

    def _call(self, work: Callable[[], object]) -> None:
        """Do something between two inputs, in the engine's thread; nothing when the session is over."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop closed between the question and the call
                self._loop.call_soon_threadsafe(work)

    def _work(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            log.info("stopped")
        except BaseException as error:  # noqa: BLE001 - handed to whoever joins
            self._error = error
        finally:
            self._ready.set()
            if self._on_end is not None:
                self._on_end(self._error)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._ready.set()
        await _pump(self._source, self._flow)
