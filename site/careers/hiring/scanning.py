"""Asking a virus scanner about a file: ClamAV's clamd, over its INSTREAM command.

Source of the protocol: clamd(8). A file is sent in pieces, each after its length in four bytes (big
endian), an empty one last; one line comes back.
"""

from __future__ import annotations

import socket
import struct

ANSWERS_WITHIN = 60.0  # seconds
PIECE = 256 * 1024
LINE_LONGEST = 4096


class Away(OSError):
    """The scanner does not answer, or not as it should."""


def found_in(content: bytes, address: str) -> str:
    """The name of what the scanner at `address` (`host:port` or `unix:/path`) finds in `content`;
    "" when nothing. Raises Away."""
    try:
        with _connected(address) as scanner:
            scanner.sendall(b"zINSTREAM\0")
            for at in range(0, len(content), PIECE):
                piece = content[at : at + PIECE]
                scanner.sendall(struct.pack(">I", len(piece)) + piece)
            scanner.sendall(struct.pack(">I", 0))
            said = _line(scanner)
    except OSError as error:
        raise Away(f"{address}: {error}") from None
    if said == "stream: OK":
        return ""
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        return said.removeprefix("stream: ").removesuffix(" FOUND")
    raise Away(f"{address}: {said[:200]!r}")


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(ANSWERS_WITHIN)
        try:
            scanner.connect(address.removeprefix("unix:"))
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWERS_WITHIN)


def _line(scanner: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LINE_LONGEST:
        piece = scanner.recv(LINE_LONGEST)
        if not piece:
            break
        said += piece
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
