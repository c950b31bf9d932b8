"""Sockets and conversations inside network namespaces, without a process in them."""

import ctypes
import os
import socket
import threading
import time

from cloud import run

LIBC = ctypes.CDLL(None, use_errno=True)


def inside(netns, body):
    """Runs `body` on a thread of its own in the namespace; sockets it makes stay there."""
    result = []

    def work():
        handle = os.open(f"/run/netns/{netns}", os.O_RDONLY)
        try:
            assert LIBC.setns(handle, 0x40000000) == 0, os.strerror(ctypes.get_errno())
            result.append(body())
        except OSError as error:
            result.append(error)
        finally:
            os.close(handle)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if isinstance(result[0], OSError):
        raise result[0]
    return result[0]


def udp_socket(netns, port=0):
    def make():
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("0.0.0.0", port))
        return made

    return inside(netns, make)


def listener(netns, port):
    def make():
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("0.0.0.0", port))
        made.listen()
        return made

    return inside(netns, make)


def connect(netns, address, port, seconds):
    """A connection, or `None` when nobody answers in time."""
    def make():
        try:
            made = socket.create_connection((address, port), timeout=seconds)
        except OSError:
            return None
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    return inside(netns, make)


def retransmitted(netns):
    """TCP segments that were sent again, as the namespace's own kernel counters say."""
    text = run("ip", "netns", "exec", netns, "nstat", "-asz", "TcpRetransSegs").stdout
    return int(next(line for line in text.splitlines() if line.startswith("TcpRetransSegs")).split()[1])


class Echo:
    """A TCP server in a namespace that sends everything back."""

    def __init__(self, netns, port):
        self.server = listener(netns, port)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.server.accept()
            except OSError:
                return
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    @staticmethod
    def answer(peer):
        try:
            while data := peer.recv(4096):
                peer.sendall(data)
        except OSError:
            pass

    def close(self):
        self.server.close()


class Stream:
    """A connection that asks and is answered all the time; tells how long it last waited."""

    def __init__(self, netns, address, port):
        self.peer = connect(netns, address, port, 10)
        assert self.peer, f"no connection to {address}:{port}"
        self.answered, self.last, self.going = 0, time.monotonic(), True
        self.thread = threading.Thread(target=self.talk, daemon=True)
        self.thread.start()

    def talk(self):
        self.peer.settimeout(0.2)
        try:
            while self.going:
                self.peer.sendall(b"ping")
                got = 0
                while got < 4 and self.going:
                    try:
                        data = self.peer.recv(4 - got)
                    except TimeoutError:
                        continue
                    if not data:
                        return
                    got += len(data)
                self.answered, self.last = self.answered + 1, time.monotonic()
                time.sleep(0.002)
        except OSError:
            pass

    def is_silent(self, seconds=0.5):
        return time.monotonic() - self.last > seconds

    def stop(self):
        self.going = False
        self.thread.join(5)
        self.peer.close()
        return self.answered
