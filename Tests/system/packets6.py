"""Sends COUNT rounds of odd IPv6 packets from SOURCE to DESTINATION through a raw socket; prints what it sent.

Every packet is built here byte by byte. The last line is a JSON object: protocol and destination port of the record
that the packets belong to → [packets, bytes of IP].
"""
import collections
import json
import socket
import struct
import sys

source, destination, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
UDP, ICMP6, HOP_BY_HOP, ROUTING, FRAGMENT, ESP, NOTHING, OPTIONS = 17, 58, 0, 43, 44, 50, 59, 60
addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
sent = collections.Counter()
bytes_sent = collections.Counter()


def checksum(protocol, body):
    data = addresses + struct.pack(">IxxxB", len(body), protocol) + body + b"\0" * (len(body) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def udp(port, payload):
    head = struct.pack(">HHHH", 6000, port, 8 + len(payload), 0)
    return head[:6] + struct.pack(">H", checksum(UDP, head + payload) or 0xFFFF) + payload


def options(following, length=8):
    """Hop-by-hop or destination options: padding alone."""
    return struct.pack(">BBBB", following, length // 8 - 1, 1, length - 4) + bytes(length - 4)


def fragment(following, offset, more, number):
    return struct.pack(">BBHI", following, 0, offset | more, number)


def packet(first, body, record):
    raw.sendto(struct.pack(">IHBB", 0x60000000, len(body), first, 64) + addresses + body, (destination, 0))
    sent[record] += 1
    bytes_sent[record] += 40 + len(body)


raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
for number in range(count):
    packet(UDP, udp(7001, b"plain"), "17/7001")
    packet(HOP_BY_HOP, options(UDP) + udp(7002, b"hop by hop"), "17/7002")
    packet(OPTIONS, options(UDP, 64) + udp(7003, b"destination options"), "17/7003")
    packet(HOP_BY_HOP, options(OPTIONS) + options(OPTIONS, 16) + options(UDP, 24) + udp(7004, b"three"), "17/7004")
    # A datagram in three fragments: the first has the ports, the later ones go by protocol alone.
    whole = udp(7005, b"f" * 56)
    packet(FRAGMENT, fragment(UDP, 0, 1, number) + whole[:24], "17/7005")
    packet(FRAGMENT, fragment(UDP, 24, 1, number) + whole[24:48], "17/0")
    packet(HOP_BY_HOP, options(FRAGMENT) + fragment(UDP, 48, 0, number) + whole[48:], "17/0")
    # An atomic fragment is a whole packet.
    packet(FRAGMENT, fragment(UDP, 0, 0, number) + udp(7006, b"atomic"), "17/7006")
    packet(ESP, struct.pack(">II", 7, number) + b"e" * 24, "50/0")
    packet(NOTHING, b"", "59/0")
    packet(OPTIONS, options(NOTHING), "59/0")
    echo = struct.pack(">BBHHH", 128, 0, 0, 1, number & 0xFFFF) + b"echo"
    packet(ICMP6, echo[:2] + struct.pack(">H", checksum(ICMP6, echo)) + echo[4:], "58/0")
print(json.dumps({record: [sent[record], bytes_sent[record]] for record in sent}))
