"""Sends random IPv6 frames at a device: `frames6.py DEVICE COUNT SEED FILE`; FILE gets them as a capture (pcap)."""
import random
import socket
import struct
import sys

EXTENSIONS = [0, 43, 44, 51, 60]
# TCP, UDP, ICMPv6, ESP, no next header, SCTP, mobility, IPv6 in IPv6, and a number nobody has.
TRANSPORTS = [6, 6, 17, 17, 17, 58, 50, 59, 132, 135, 41, 253]


def address(dice, last):
    scope = dice.choice([b"\xfd\x00"] * 6 + [b"\xfe\x80", b"\xff\x02", b"\xff\x0e"])
    return scope + bytes(13) + bytes([last])


def extension(kind, following, dice):
    if kind == 44:
        place = dice.choice([0, 0, 0, 8, 1400]) | dice.choice([0, 1])
        return struct.pack(">BBHI", following, 0, place, dice.randrange(9))
    if kind == 51:
        words = dice.choice([1, 4, 4, 7])
        return struct.pack(">BBHI", following, words, 0, 7) + bytes(4 * (words + 2) - 8)
    units = dice.choice([0, 0, 0, 1, 3])
    return struct.pack(">BB", following, units) + bytes([1, 8 * units + 4]) + bytes(8 * units + 4)


def transport(kind, dice, odd):
    ports = struct.pack(">HH", dice.randrange(4000, 4003), dice.randrange(7000, 7003))
    if kind == 6:
        return ports + struct.pack(">IIBBHHH", 1, 0, 0x50, dice.choice([2, 16, 17]), 512, 0, 0) + b"t" * dice.randrange(40)
    if kind == 17:
        body = b"u" * dice.randrange(60)
        return ports + struct.pack(">HH", 8 + len(body), 0) + body
    if kind == 58:
        return bytes([128 if odd else dice.choice([1, 128, 129, 130, 133, 135, 136, 143]), 0, 0, 0]) + b"i" * 20
    return b"" if kind == 59 else b"o" * dice.randrange(8, 60)


def frame(dice):
    """A packet to ...:3, or an odd one to ...:4: cut, too long inside, of a wrong length or version."""
    odd = dice.choice([None] * 6 + ["cut", "beyond", "empty", "longer", "version"])
    kind = dice.choice(TRANSPORTS)
    chain = [dice.choice(EXTENSIONS) for _ in range(dice.choice([0, 0, 1, 1, 2, 3, 5, 6, 7, 9]))]
    body, following = transport(kind, dice, odd), kind
    for header in reversed(chain):
        body, following = extension(header, following, dice) + body, header
    length = {"empty": 0, "longer": len(body) + 50}.get(odd, len(body))
    if odd == "cut":
        body = body[:dice.randrange(len(body) + 1)]
    elif odd == "beyond":
        body = body[:1] + b"\xff" + body[2:]
    version = 0x50000000 if odd == "version" else 0x60000000
    return struct.pack(">IHBB", version, length, following, 64) + address(dice, 2) + address(dice, 4 if odd else 3) + body


def main(device, count, seed, path):
    dice = random.Random(int(seed))
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind((device, 0))
    ethernet = b"\x02\x00\x00\x00\x00\x63" + link.getsockname()[4] + b"\x86\xdd"
    with open(path, "wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for _ in range(int(count)):
            whole = ethernet + frame(dice)
            link.send(whole)
            capture.write(struct.pack("<IIII", 0, 0, len(whole), len(whole)) + whole)


main(*sys.argv[1:])
