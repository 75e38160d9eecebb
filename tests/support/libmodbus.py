"""A Modbus TCP server that is not ours: Debian's libmodbus, which mbpoll brings with it.

Plain memory behind each address. It runs in a thread; the library does all of the protocol.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import select
import socket
import threading
from collections.abc import Callable, Mapping, Sequence

from controller.edge.registers import Table

INSTALL = "libmodbus was not found. Type: sudo apt-get install -y mbpoll"
SIZE = 0x10000
LONGEST = 260
Address = tuple[str, int]


class _Mapping(ctypes.Structure):
    _fields_ = (
        ("nb_bits", ctypes.c_int),
        ("start_bits", ctypes.c_int),
        ("nb_input_bits", ctypes.c_int),
        ("start_input_bits", ctypes.c_int),
        ("nb_input_registers", ctypes.c_int),
        ("start_input_registers", ctypes.c_int),
        ("nb_registers", ctypes.c_int),
        ("start_registers", ctypes.c_int),
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)),
        ("tab_registers", ctypes.POINTER(ctypes.c_uint16)),
    )


def _library() -> ctypes.CDLL:
    name = ctypes.util.find_library("modbus")
    assert name is not None, INSTALL
    library = ctypes.CDLL(name, use_errno=True)
    library.modbus_new_tcp.restype = ctypes.c_void_p
    library.modbus_new_tcp.argtypes = (ctypes.c_char_p, ctypes.c_int)
    library.modbus_mapping_new.restype = ctypes.POINTER(_Mapping)
    library.modbus_set_socket.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.modbus_receive.argtypes = (ctypes.c_void_p, ctypes.c_char_p)
    library.modbus_reply.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int,
        ctypes.POINTER(_Mapping),
    )
    return library


class Memory:
    """What one server holds, table by table."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.mapping = library.modbus_mapping_new(SIZE, SIZE, SIZE, SIZE)
        found = self.mapping.contents
        self._tables = {
            Table.COIL: found.tab_bits,
            Table.DISCRETE: found.tab_input_bits,
            Table.INPUT: found.tab_input_registers,
            Table.HOLDING: found.tab_registers,
        }

    def __getitem__(self, place: tuple[Table, int]) -> int:
        table, address = place
        assert 0 <= address < SIZE
        return int(self._tables[table][address])

    def __setitem__(self, place: tuple[Table, int], word: int) -> None:
        table, address = place
        assert 0 <= address < SIZE  # behind it lies memory of somebody else
        self._tables[table][address] = word


class LibmodbusServers:
    """One server for each name, on free ports. `after` is called behind every reply."""

    def __init__(self, names: Sequence[str], after: Callable[[Mapping[str, Memory]], None]) -> None:
        self._library = _library()
        self.memory = {name: Memory(self._library) for name in names}
        self._after = after
        self._context = self._library.modbus_new_tcp(b"127.0.0.1", 0)
        self._listening = {socket.create_server(("127.0.0.1", 0)): name for name in names}
        self._open: dict[socket.socket, str] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.replies = 0

    @property
    def addresses(self) -> dict[str, Address]:
        """Where each server is."""
        return {name: listening.getsockname() for listening, name in self._listening.items()}

    def __enter__(self) -> LibmodbusServers:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(5.0)
        for one in (*self._listening, *self._open):
            one.close()

    def _serve(self) -> None:
        while not self._ending.is_set():
            ready, _, _ = select.select([*self._listening, *self._open], [], [], 0.05)
            for one in ready:
                if one in self._listening:
                    self._open[one.accept()[0]] = self._listening[one]
                else:
                    self._answer(one)

    def _answer(self, one: socket.socket) -> None:
        request = ctypes.create_string_buffer(LONGEST)
        self._library.modbus_set_socket(self._context, one.fileno())
        length = self._library.modbus_receive(self._context, request)
        if length <= 0:
            self._open.pop(one)
            one.close()
            return
        memory = self.memory[self._open[one]]
        self._library.modbus_reply(self._context, request, length, memory.mapping)
        self.replies += 1
        self._after(self.memory)
