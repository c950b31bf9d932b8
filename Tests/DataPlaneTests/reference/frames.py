"""Sends odd frames at a device: `frames.py DEVICE KIND COUNT SOURCE DESTINATION [NUMBER]`."""
import os
import random
import socket
import struct
import sys


def checksum(data):
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, destination, protocol, body, options=b"", fragment=0, number=0, total=None):
    words = 5 + len(options) // 4
    total = 4 * words + len(body) if total is None else total
    header = struct.pack(">BBHHHBBH4s4s", 0x40 | words, 0, total, number, fragment, 64, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(destination)) + options
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + body


def datagram(port, payload=b"x" * 20, source=4000):
    return struct.pack(">HHHH", source, port, 8 + len(payload), 0) + payload


def udp(source, destination, port, payload=b"x" * 20):
    return ip(source, destination, 17, datagram(port, payload))


def nonsense(number):
    kinds = [b"\x08\x00", b"\x86\xdd", b"\x81\x00\x00\x05\x08\x00", b"\x08\x06", b"\x88\xa8", b"\x81\x00" * 3]
    body = os.urandom(random.randrange(0, 120))
    if number % 3 == 0 and body:
        body = random.choice([b"\x45", b"\x4f", b"\x60"]) + body[1:]
    return random.choice(kinds) + body


def anything(dice):
    """A packet of a small world of addresses, ports and protocols, so that rules meet it."""
    protocol = dice.choice([6, 6, 17, 17, 17, 1, 47, 132])
    ports = struct.pack(">HH", dice.randrange(1000, 1010), dice.randrange(2000, 2010))
    body = {6: ports + struct.pack(">IIHHHH", 1, 0, 0x5002, 512, 0, 0), 17: ports + struct.pack(">HH", 28, 0) + b"r" * 20,
            1: struct.pack(">BBHHH", 0, 0, 0xFFFF, 0, 0)}.get(protocol, b"o" * 24)
    options = b"\x01" * 4 * dice.choice([0, 0, 0, 1, 10])
    return ip("198.18.%d.%d" % (dice.randrange(4), dice.randrange(4)),
              "198.19.%d.%d" % (dice.randrange(4), dice.randrange(4)), protocol, body, options)


def frames(kind, number, source, destination, given):
    """Ethernet frames without their addresses, in the order in which they go out."""
    plain = b"\x08\x00"
    if kind == "vlan":
        return [b"\x81\x00\x00\x05\x08\x00" + udp(source, destination, 7000)]
    if kind == "qinq":
        return [b"\x88\xa8\x00\x06\x81\x00\x00\x05\x08\x00" + udp(source, destination, 7000)]
    if kind == "dhcp":
        return [plain + ip(source, destination, 17, datagram(67, source=68))]
    if kind == "options":
        return [plain + ip(source, destination, 17, datagram(7000), options=b"\x01" * (4 * (1 + number % 10)))]
    if kind == "protocol":
        return [plain + ip(source, destination, given, b"y" * 32)]
    if kind == "icmp":
        body = struct.pack(">BBHHH", 8, 0, 0, 1, number) + b"z" * 24
        return [plain + ip(source, destination, 1, body[:2] + struct.pack(">H", checksum(body)) + body[4:])]
    if kind == "fragments":
        # The later ones first, of a datagram of 24 + 24 + 16 bytes.
        whole = datagram(7000, b"f" * 56)
        return [plain + ip(source, destination, 17, part, fragment=place, number=number)
                for part, place in [(whole[48:], 6), (whole[24:48], 0x2003), (whole[:24], 0x2000)]]
    if kind == "tiny":
        # The first fragment ends after the ports.
        return [plain + ip(source, destination, 6, struct.pack(">HHI", 4000, 7000, 1), fragment=0x2000, number=number)]
    if kind == "vxlan":
        inner = b"\x02" * 12 + plain + udp("192.0.2.1", "192.0.2.2", 53)
        return [plain + udp(source, destination, 4789, struct.pack(">II", 0x08000000, given << 8) + inner)]
    if kind == "cutvlan":
        return [b"\x81\x00\x00"]
    if kind == "random":
        return [plain + anything(random.Random(given + number))]
    if kind == "unparsable":
        good = udp(source, destination, 7000)
        return [[plain + b"\x55" + good[1:], plain + b"\x44" + good[1:], plain + good[:10],
                 plain + ip(source, destination, 17, datagram(7000), total=400),
                 plain + ip(source, destination, 17, datagram(7000), total=12), b"\x86\xdd" + good][number % 6]]
    return [nonsense(number)]


def main(device, kind, count, source, destination, given="0"):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind((device, 0))
    with open("/proc/self/net/arp") as table:
        neighbours = [line.split()[3] for line in table if device in line]
    to = bytes.fromhex(neighbours[0].replace(":", "")) if neighbours else b"\xff" * 6
    ethernet = to + link.getsockname()[4]
    random.seed(1)
    for number in range(int(count)):
        for frame in frames(kind, number, source, destination, int(given)):
            link.send(ethernet + frame)


main(*sys.argv[1:])
