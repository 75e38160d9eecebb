"""One TCP connection to one device: one request at a time, each reply checked.

The device library retries nothing here and reconnects nothing: a request that is not answered in
time, or answered wrongly, ends the connection, so that a late reply can never be taken for the
answer to a newer question.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Final

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from controller.core.signals import Quality
from controller.edge.clock import monotonic_s
from controller.edge.plan import Block, Words
from controller.edge.registers import READ_FUNCTION, WRITE_FUNCTION, Table
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
    the connection. `errors` counts what went wrong, `round_trip_s` is of the last good request.
    """

    def __init__(
        self, device: Device, licensed: Callable[[], bool], on_lost: Callable[[], None]
    ) -> None:
        self.device = device
        self.errors = 0
        self.round_trip_s = 0.0
        self._licensed = licensed
        self._on_lost = on_lost
        self._client: AsyncModbusTcpClient | None = None
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
            trace_pdu=self._trace,
            trace_connect=self._connection_changed,
        )
        if await client.connect():
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
        self._check(reply, READ_FUNCTION[block.table])
        if block.table in (Table.COIL, Table.DISCRETE):
            words = [int(bit) for bit in reply.bits]
            expected = 8 * ((count + 7) // 8)
        else:
            words = list(reply.registers)
            expected = count
        if len(words) != expected:
            raise self._wrong_reply(f"{len(words)} values instead of {expected}")
        self._succeed(started_s)
        return words[:count]

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
        self._check(reply, WRITE_FUNCTION[block.table])
        if (reply.address, reply.count) != (address, block.count):
            raise self._wrong_reply(f"echo of {reply.count} at {reply.address}")
        self._succeed(started_s)

    def close(self) -> None:
        """End the connection; `open` may be called again."""
        self._drop()

    def _ready(self) -> AsyncModbusTcpClient:
        if not self._licensed():
            raise NotLicensed("no ticket from the scan", where=self.device.id)
        if self._client is None or not self._client.connected:
            raise NoReply("not connected", where=self.device.id)
        return self._client

    def _check(self, reply: ModbusPDU, function: int) -> None:
        if reply.transaction_id != self._sent_id or reply.dev_id != self.device.unit:
            raise self._wrong_reply(f"transaction {reply.transaction_id}, unit {reply.dev_id}")
        if reply.isError():
            self.errors += 1
            raise Refused(self.device, reply.exception_code)
        if reply.function_code != function:
            raise self._wrong_reply(f"function {reply.function_code} instead of {function}")

    def _succeed(self, started_s: float) -> None:
        self.round_trip_s = monotonic_s() - started_s
        if self._delay_s:
            self._delay_s = 0.0
            _LOG.info("%s at %s answers", self.device.id, self.device.address)

    def _no_reply(self, cause: Exception) -> NoReply:
        self._fail("no reply")
        return NoReply(f"no reply ({cause})", where=self.device.id)

    def _wrong_reply(self, what: str) -> WrongReply:
        self._fail(f"wrong reply: {what}")
        return WrongReply(f"answers with {what}", where=self.device.id)

    def _fail(self, why: str) -> None:
        """End the connection; the first new attempt comes at once, the next ones ever later."""
        if not self._delay_s:
            _LOG.warning("%s at %s: %s", self.device.id, self.device.address, why)
        self.errors += 1
        self._drop()
        self._retry_at_s = monotonic_s() + self._delay_s
        self._delay_s = min(max(2.0 * self._delay_s, FIRST_DELAY_S), LONGEST_DELAY_S)

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _trace(self, sending: bool, pdu: ModbusPDU) -> ModbusPDU:
        if sending:
            self._sent_id = pdu.transaction_id
        return pdu

    def _connection_changed(self, is_connected: bool) -> None:
        # Not called for connections that `_drop` ends.
        if not is_connected:
            self.errors += 1
            self._on_lost()
