"""Puts rows into a stopped server's store of intent: what would take hours to make call by call.

Columns are read from the schema, so that a row names what matters and the rest is empty.
"""

import sqlite3
import time

ACCOUNT, REGION = "2100000001", "cn-beijing"
# An odd multiplier: numbers that differ in every digit, as random ones do, and come out the same each time.
_SPREAD = 0x9E3779B97F4A7C15F39CC061
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def identifier(prefix, number):
    """The `number`th ID of a kind as the server makes them: eight characters of the time, ten a millisecond, and 17
    that look random."""
    milliseconds, time = 1_750_000_000_000 + number // 10, ""
    while milliseconds:
        milliseconds, digit = divmod(milliseconds, 36)
        time = _DIGITS[digit] + time
    return f"{prefix}-{time}{number * _SPREAD % (1 << 68):017x}"


class Seed:
    """An open store; close it before the server starts."""

    def __init__(self, data_dir):
        self.database = sqlite3.connect(data_dir / "intent.sqlite")
        # Fast, and safe enough for what is thrown away after the run.
        self.database.execute("PRAGMA synchronous = OFF")
        self.database.execute("PRAGMA cache_size = -262144")
        self.now = int(time.time() * 1000)

    def insert(self, table, rows):
        """Inserts dictionaries, all with the same keys, in one transaction."""
        rows = iter(rows)
        first = next(rows)
        columns = [(name, kind) for _, name, kind, *_ in self.database.execute(f"PRAGMA table_info({table})")
                   if name != "sequence" or table == "tag"]
        empty = {name: 0 if kind == "INTEGER" else "" for name, kind in columns}
        common = {"accountID": ACCOUNT, "region": REGION, "projectName": "default", "createdAt": self.now,
                  "updatedAt": self.now, "waitsFor": "[]", "businessStatus": "Normal"}
        empty |= {name: value for name, value in common.items() if name in empty}
        names = [name for name, _ in columns]
        given, fixed = list(first), [name for name in names if name not in first]
        order = given + fixed
        tail = tuple(empty[name] for name in fixed)
        sql = f"INSERT INTO {table} ({', '.join(order)}) VALUES ({', '.join('?' * len(order))})"
        with self.database:
            self.database.execute(sql, (*first.values(), *tail))
            self.database.executemany(sql, ((*row.values(), *tail) for row in rows))

    def network(self):
        """One VPC with one subnet."""
        self.insert("vpc", [{"id": identifier("vpc", 1), "name": "bench", "cidrBlock": "10.0.0.0/8",
                             "dnsServers": "[]", "status": "Available"}])
        self.insert("subnet", [{"id": identifier("subnet", 1), "name": "bench", "vpcID": identifier("vpc", 1),
                                "zoneID": f"{REGION}-a", "cidrBlock": "10.0.0.0/8", "status": "Available"}])

    def interfaces(self, count, start=1):
        """ENIs on instances of their own: what targets are made of."""
        self.insert("networkInterface", (
            {"id": identifier("eni", n), "name": f"eni-{n}", "vpcID": identifier("vpc", 1),
             "subnetID": identifier("subnet", 1), "zoneID": f"{REGION}-a", "instanceID": identifier("i", n),
             "mac": f"02:00:{n >> 24 & 255:02x}:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}",
             "primaryAddress": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}", "secondaryAddresses": "[]",
             "ipv6Addresses": "[]", "securityGroupIDs": "[]", "kindName": "primary", "status": "InUse"}
            for n in range(start, start + count)))

    def targets(self, count):
        self.insert("trafficMirrorTarget", (
            {"id": identifier("tmt", n), "name": f"target-{n}", "instanceType": "NetworkInterface",
             "instanceID": identifier("eni", n), "status": "Available"} for n in range(1, count + 1)))

    def filter(self):
        self.insert("trafficMirrorFilter", [{"id": identifier("tmf", 1), "name": "bench", "status": "Available"}])

    def sessions(self, count):
        self.insert("trafficMirrorSession", (
            {"id": identifier("tms", n), "name": f"session-{n}", "networkInterfaceID": identifier("eni", n),
             "targetID": identifier("tmt", n % 1000 + 1), "filterID": identifier("tmf", 1), "priority": n % 32766 + 1,
             "virtualNetworkID": n % 0xFFFFFF, "packetLength": 128, "status": "Active"}
            for n in range(1, count + 1)))

    def tags(self, tag_type, prefix, count, groups):
        """On every resource `env` (half `prod`, half `test`) and one of `groups` values of `group`."""
        has_place = any(row[1] == "sequence" for row in self.database.execute("PRAGMA table_info(tag)"))

        def rows():
            for n in range(1, count + 1):
                for key, value in (("env", "prod" if n % 2 else "test"), ("group", f"g{n % groups}")):
                    row = {"tagType": tag_type, "resourceID": identifier(prefix, n), "key": key, "value": value}
                    yield row | ({"sequence": n} if has_place else {})

        self.insert("tag", rows())

    def close(self):
        self.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.database.close()
