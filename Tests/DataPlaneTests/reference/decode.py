"""Decodes a capture of VXLAN copies with no code of Weir: what arrived, and what is wrong with it, as JSON."""
import json
import struct
import sys


def frames(path):
    with open(path, "rb") as file:
        data = file.read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    offset = 24
    while offset + 16 <= len(data):
        _, _, kept, length = struct.unpack_from(order + "IIII", data, offset)
        offset += 16
        if offset + kept > len(data):
            break
        if kept != length:
            raise SystemExit("the capture cut a frame")
        yield data[offset : offset + kept]
        offset += kept


def folded(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def main(path):
    result = {
        "copies": 0, "fragments": 0, "bad_outer": 0, "bad_inner_ip": 0, "bad_inner_checksum": 0, "checked": 0,
        "cut": 0, "longest": 0, "vnis": {}, "sizes": {}, "ports": {}, "tcp_bytes": {}, "udp": {}, "tagged": 0,
        "sizes_of_vni": {},
    }
    ranges = {}
    for frame in frames(path):
        if frame[12:14] != b"\x08\x00":
            continue
        outer = frame[14:]
        header = (outer[0] & 15) * 4
        if outer[9] != 17:
            continue
        flags = struct.unpack_from(">H", outer, 6)[0]
        if flags & 0x3FFF:
            result["fragments"] += 1
            continue
        sport, dport, ulen, ucheck = struct.unpack_from(">HHHH", outer, header)
        if dport != 4789:
            continue
        result["copies"] += 1
        total = struct.unpack_from(">H", outer, 2)[0]
        flags_word, vni_word = struct.unpack_from(">II", outer, header + 8)
        inner = outer[header + 16 : total]
        if (folded(outer[:header]) != 0xFFFF or total != len(outer) or ulen != total - header or ucheck != 0
                or flags_word != 0x08000000 or vni_word & 0xFF or flags != 0x4000 or sport < 49152):
            result["bad_outer"] += 1
        vni = str(vni_word >> 8)
        result["vnis"][vni] = result["vnis"].get(vni, 0) + 1
        result["longest"] = max(result["longest"], len(inner))
        size = str(len(inner))
        result["sizes"][size] = result["sizes"].get(size, 0) + 1
        of_vni = result["sizes_of_vni"].setdefault(vni, {})
        of_vni[size] = of_vni.get(size, 0) + 1
        if inner[12:14] != b"\x08\x00":
            result["tagged"] += 1
            continue
        ip = inner[14:]
        ihl = (ip[0] & 15) * 4
        length = struct.unpack_from(">H", ip, 2)[0]
        if folded(ip[:ihl]) != 0xFFFF:
            result["bad_inner_ip"] += 1
        whole = length <= len(ip)
        protocol = ip[9]
        source, destination = ip[12:16], ip[16:20]
        first = struct.unpack_from(">H", ip, 6)[0] & 0x3FFF == 0
        if not whole:
            result["cut"] += 1
        elif first and protocol in (6, 17):
            segment = ip[ihl:length]
            pseudo = source + destination + struct.pack(">BBH", 0, protocol, len(segment))
            result["checked"] += 1
            if not (protocol == 17 and segment[6:8] == b"\0\0") and folded(pseudo + segment) != 0xFFFF:
                result["bad_inner_checksum"] += 1
        if protocol in (6, 17) and first:
            isport, idport = struct.unpack_from(">HH", ip, ihl)
            name = "%s:%d>%s:%d" % (".".join(map(str, source)), isport, ".".join(map(str, destination)), idport)
            result["ports"].setdefault(name, [])
            if sport not in result["ports"][name]:
                result["ports"][name].append(sport)
            if protocol == 6:
                sequence = struct.unpack_from(">I", ip, ihl + 4)[0]
                payload = length - ihl - (ip[ihl + 12] >> 4) * 4
                if payload > 0:
                    ranges.setdefault(name, []).append((sequence, payload))
            else:
                result["udp"][name] = result["udp"].get(name, 0) + 1
    for name, list_ in ranges.items():
        base = list_[0][0]
        spans = sorted(((s - base + 0x80000000) & 0xFFFFFFFF, n) for s, n in list_)
        covered, reached = 0, 0
        for start, count in spans:
            end = start + count
            if end > reached:
                covered += end - max(start, reached)
                reached = end
        result["tcp_bytes"][name] = covered
    print(json.dumps(result))


main(sys.argv[1])
