"""A virtual board that runs beside Python."""

from __future__ import annotations

import queue
import re
import subprocess
import threading
from typing import Literal

from . import _native
from ._installed import FIRMWARE_BAUD, firmware, program
from ._model import PathLike
from ._native import Error


class VirtualBoard:
    """The virtual STM32F746G-Discovery, running a firmware image until the block ends:

    >>> with solder.VirtualBoard() as virtual, solder.Board(virtual.port) as board:
    ...     print(board.info())

    `image`: an ELF file, whose UART7 speaks `baud` bits a second; else `solder.firmware()`, which
    has a fast one. `line`: what UART7 leads to, a pseudo-terminal or TCP. Raises Error when the
    board does not start.
    """

    port: str  #: for Board

    def __init__(
        self,
        image: PathLike | None = None,
        line: Literal["pty", "tcp"] = "pty",
        baud: int = _native.DEFAULT_BAUD,
    ) -> None:
        uart7 = {"pty": "pty", "tcp": "tcp:0"}.get(line)
        if uart7 is None:
            raise Error(f'line is "pty" or "tcp", not {line!r}')
        if image is None:
            image, baud = firmware(), FIRMWARE_BAUD
        self._process = subprocess.Popen(
            [program(), "board", "run", image, "--uart7", uart7, "--uart7-baud", str(baud)],
            stdin=subprocess.PIPE,  # when Python is gone it is closed, and the board stops
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for Python
        )
        self._said: list[str] = []
        ports: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, args=(ports,), daemon=True)
        self._listener.start()
        port = ports.get()
        if port is None:
            self.close()
            said = self._said[-1] if self._said else f"exit code {self._process.returncode}"
            raise Error(f"the virtual board did not start: {said.removeprefix('solder: ')}")
        self.port = port

    def _listen(self, ports: queue.SimpleQueue[str | None]) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._said.append(line.rstrip())
            if match := re.match(r"UART7 is (\S+)", line):
                ports.put(match[1])
        ports.put(None)

    @property
    def messages(self) -> tuple[str, ...]:
        """What the virtual board had to say, faults of the firmware above all."""
        return tuple(self._said)

    def __enter__(self) -> VirtualBoard:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Switches the board off."""
        self._process.terminate()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe is not None:
                pipe.close()
