"""One TCP connection to one device: one request at a time, each reply checked.

The device library retries nothing here and reconnects nothing: a request that is not answered in
time, or answered wrongly, ends the connection, so that a late reply can never be taken for the
answer to a newer question.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence
from typing import Final

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from controller.core.signals import Quality
from controller.edge.clock import monotonic_s
from controller.edge.frame import WrongFrame, refusal, whole
from controller.edge.plan import Block, Words
from controller.edge.registers import Table
from controller.edge.wiring import Device
from controller.errors import DeviceError

_LOG: Final = logging.getLogger(__name__)

FIRST_DELAY_S: Final = 0.2
LONGEST_DELAY_S: Final = 5.0
# Illegal function, address or value: the map is wrong, not the line.
WRONG_MAP: Final = (1, 2, 3)


class Refused(DeviceError):
    """The device answered with a Modbus exception; `quality` is what its values are now."""

    def __init__(self, device: Device, code: int) -> None:
        super().__init__(f"refuses the request with exception {code}", where=device.id)
        self.quality = Quality.BAD_CONFIG if code in WRONG_MAP else Quality.BAD_COMM


class NoReply(DeviceError):
    """No reply in time, or no connection; what was read before grows old by itself."""


class WrongReply(DeviceError):
    """A reply that does not fit the question: nothing from this device can be trusted."""


class NotLicensed(DeviceError):
    """The scan has not renewed the ticket: not one request may be sent."""


class Link:
    """A connection that is opened on demand, with growing pauses between vain attempts.

    `licensed` is asked before every request; `on_lost` is called at once when the other side ends
    the connection. `errors` counts what went wrong and `trouble` is the last of it in words;
    `asked_s` is when the last request was sent, `answered_s` when the last right reply came, and
    `round_trip_s` of the last good request. `connections` counts the connections that were made.
    """

    def __init__(
        self, device: Device, licensed: Callable[[], bool], on_lost: Callable[[], None]
    ) -> None:
        self.device = device
        self.errors = 0
        self.trouble = ""
        self.round_trip_s = 0.0
        self.asked_s = -math.inf
        self.answered_s = -math.inf
        self.connections = 0
        self._licensed = licensed
        self._on_lost = on_lost
        self._client: AsyncModbusTcpClient | None = None
        self._question: bytes | None = None
        self._wrong = ""
        self._sent_id = 0
        self._delay_s = 0.0
        self._retry_at_s = 0.0

    @property
    def connected(self) -> bool:
        """Whether the connection stands."""
        return self._client is not None and self._client.connected

    async def open(self) -> bool:
        """Connect if need be; False while it cannot be, or while a pause lasts."""
        if self.connected:
            return True
        if monotonic_s() < self._retry_at_s or not self._licensed():
            return False
        self._drop()
        self._client = client = AsyncModbusTcpClient(
            self.device.host,
            port=self.device.port,
            name=self.device.id,
            timeout=self.device.timeout_s,
            retries=0,
            reconnect_delay=0,
            trace_packet=self._trace,
            trace_connect=self._connection_changed,
        )
        self._question = None
        if await client.connect():
            # Numbers go on over connections, or a gateway's late reply could fit a new question.
            client.ctx.next_tid = self._sent_id
            self.connections += 1
            return True
        self._fail("no connection")
        return False

    async def read(self, block: Block) -> Sequence[int]:
        """The words (bits of a bit table) of `block`. Raises a DeviceError of this module."""
        client = self._ready()
        address, count, unit = block.address, block.count, self.device.unit
        call = {
            Table.COIL: client.read_coils,
            Table.DISCRETE: client.read_discrete_inputs,
            Table.HOLDING: client.read_holding_registers,
            Table.INPUT: client.read_input_registers,
        }[block.table]
        started_s = monotonic_s()
        try:
            reply = await call(address, count=count, device_id=unit)
        except ModbusException as error:
            raise self._no_reply(error) from error
        except asyncio.CancelledError:
            self._drop()  # or the answer would come to the next question
            raise
        self._check(reply, started_s)
        if block.table in (Table.COIL, Table.DISCRETE):
            return [int(bit) for bit in reply.bits[:count]]
        return list(reply.registers)

    async def write(self, block: Block, words: Words) -> None:
        """Write `words` to `block`. Raises a DeviceError of this module."""
        client = self._ready()
        address, unit = block.address, self.device.unit
        started_s = monotonic_s()
        try:
            if block.table is Table.COIL:
                bits = [bool(word) for word in words]
                reply = await client.write_coils(address, bits, device_id=unit)
            else:
                reply = await client.write_registers(address, list(words), device_id=unit)
        except ModbusException as error:
            raise self._no_reply(error) from error
        except asyncio.CancelledError:
            self._drop()  # or the answer would come to the next question
            raise
        self._check(reply, started_s)

    def close(self) -> None:
        """End the connection; `open` may be called again."""
        self._drop()

    def give_up(self, why: str) -> None:
        """End a connection that is of no use; the next ones come after growing pauses."""
        self._fail(why)

    def _ready(self) -> AsyncModbusTcpClient:
        if not self._licensed():
            raise NotLicensed("no ticket from the scan", where=self.device.id)
        if self._client is None or not self._client.connected:
            raise NoReply("not connected", where=self.device.id)
        return self._client

    def _check(self, reply: ModbusPDU, started_s: float) -> None:
        """What `_trace` has found out about the bytes of `reply`."""
        if self._wrong:
            raise self._wrong_reply(self._wrong)
        if reply.isError():
            self.errors += 1
            self.trouble = f"refuses with exception {reply.exception_code}"
            raise Refused(self.device, reply.exception_code)
        self.answered_s = monotonic_s()
        self.round_trip_s = self.answered_s - started_s
        if self._delay_s:
            self._delay_s = 0.0
            _LOG.info("%s at %s answers", self.device.id, self.device.address)

    def _no_reply(self, cause: Exception) -> NoReply:
        self._fail("no reply")
        return NoReply(f"no reply ({cause})", where=self.device.id)

    def _wrong_reply(self, what: str) -> WrongReply:
        if self.connected:
            self._fail(f"wrong reply: {what}")
        return WrongReply(f"answers with {what}", where=self.device.id)

    def _fail(self, why: str) -> None:
        """End the connection; the first new attempt comes at once, the next ones ever later."""
        if not self._delay_s:
            _LOG.warning("%s at %s: %s", self.device.id, self.device.address, why)
        self.errors += 1
        self.trouble = why
        self._drop()
        self._retry_at_s = monotonic_s() + self._delay_s
        self._delay_s = min(max(2.0 * self._delay_s, FIRST_DELAY_S), LONGEST_DELAY_S)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _trace(self, sending: bool, data: bytes) -> bytes:
        """Every packet: what is received comes as all bytes since the question.

        The library gets to see whole right answers only.
        """
        if sending:
            self._question, self._wrong = data, ""
            self.asked_s = monotonic_s()
            self._sent_id = int.from_bytes(data[:2], "big")
            return data
        question, self._question = self._question, None
        if question is None:
            if not self._wrong:
                self._wrong = "bytes that nobody asked for"
                self._fail(self._wrong)
                self._on_lost()
            return b""
        try:
            if whole(question, data):
                return data
        except WrongFrame as wrong:
            self._wrong = str(wrong)
            return refusal(question)
        self._question = question
        return b""

    def _connection_changed(self, is_connected: bool) -> None:
        # Not called for connections that `_drop` ends.
        if not is_connected:
            self.errors += 1
            self.trouble = "connection ended by the device"
            self._on_lost()
