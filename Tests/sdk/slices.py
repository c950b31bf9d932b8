"""Flow slices in the form agents send them, written from its description; it shares no code with Weir.

`WSLC`, version, CRC-32C of the body (little-endian), body: LEB128 numbers, strings with their lengths, addresses and
ports in network order.
"""

import ipaddress
import struct

_POLYNOMIAL = 0x82F63B78


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _table()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def _times(matrix, vector):
    result = 0
    for row in matrix:
        if vector & 1:
            result ^= row
        vector >>= 1
    return result


def crc32c_of_both(first, second, length):
    """The sum of two strings one after the other, from the sum of each and the second one's length."""
    # The operator that adds a zero bit, squared again and again: as zlib's crc32_combine.
    operator = [_POLYNOMIAL] + [1 << n for n in range(31)]
    length *= 8
    while length:
        if length & 1:
            first = _times(operator, first)
        operator = [_times(operator, row) for row in operator]
        length >>= 1
    return first ^ second


def varint(value):
    data = bytearray()
    while value >= 0x80:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    data.append(value)
    return bytes(data)


def signed(value):
    return varint(value * 2 if value >= 0 else -value * 2 - 1)


def text(value):
    data = value.encode()
    return varint(len(data)) + data


def entry(source, destination, transport=6, ports=(0, 0), *, egress=False, tcp_flags=0, accepted=(0, 0),
          rejected=(0, 0)):
    """One five-tuple in one direction; `accepted` and `rejected` are packets and bytes."""
    source, destination = ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed
    flags = (egress | (len(source) == 16) << 1 | (len(destination) == 16) << 2 | any(ports) << 3
             | bool(tcp_flags) << 4 | any(accepted) << 5 | any(rejected) << 6)
    data = bytes([flags, transport]) + source + destination
    if any(ports):
        data += struct.pack(">HH", *ports)
    if tcp_flags:
        data += bytes([tcp_flags])
    for tally in (accepted, rejected):
        if any(tally):
            data += varint(tally[0]) + varint(tally[1])
    return data


def head(interface, flow_logs, start, end, entries, skipped=(0, 0)):
    """What stands before the entries of one slice; times in milliseconds."""
    return (text(interface) + varint(len(flow_logs)) + b"".join(map(text, flow_logs)) + signed(start) + signed(end)
            + varint(skipped[0]) + varint(skipped[1]) + varint(entries))


def slice_of(interface, flow_logs, start, end, entries=(), skipped=(0, 0)):
    return head(interface, flow_logs, start, end, len(entries), skipped) + b"".join(entries)


def batch(slices):
    """What one `PutSlices` carries, before Base64."""
    body = varint(len(slices)) + b"".join(slices)
    return b"WSLC\x01" + struct.pack("<I", crc32c(body)) + body
