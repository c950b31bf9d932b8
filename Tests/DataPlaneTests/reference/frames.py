"""Sends odd frames at a device: `frames.py DEVICE KIND COUNT SOURCE DESTINATION`."""
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


def udp(source, destination, port, payload=b"x" * 20):
    body = struct.pack(">HHHH", 4000, port, 8 + len(payload), 0) + payload
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 64, 17, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + body


def main(device, kind, count, source, destination):
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind((device, 0))
    with open("/proc/self/net/arp") as table:
        neighbours = [line.split()[3] for line in table if device in line]
    to = bytes.fromhex(neighbours[0].replace(":", "")) if neighbours else b"\xff" * 6
    ethernet = to + link.getsockname()[4]
    random.seed(1)
    for number in range(int(count)):
        if kind == "vlan":
            frame = ethernet + b"\x81\x00\x00\x05\x08\x00" + udp(source, destination, 7000)
        elif kind == "dhcp":
            frame = ethernet + b"\x08\x00" + udp(source, destination, 67).replace(b"\x0f\xa0", b"\x00\x44", 1)
        else:
            kinds = [b"\x08\x00", b"\x86\xdd", b"\x81\x00\x00\x05\x08\x00", b"\x08\x06", b"\x88\xa8", b"\x81\x00" * 3]
            body = os.urandom(random.randrange(0, 120))
            if number % 3 == 0 and body:
                body = random.choice([b"\x45", b"\x4f", b"\x60"]) + body[1:]
            frame = ethernet + random.choice(kinds) + body
        link.send(frame)


main(*sys.argv[1:])
