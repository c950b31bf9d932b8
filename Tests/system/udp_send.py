"""Sends COUNT datagrams of SIZE bytes to ADDRESS PORT, RATE a second (0: as fast as it goes), from one port."""
import socket
import sys
import time

address, port, count, size, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
sock.connect((address, port))
payload = b"w" * size
send = sock.send
batch = max(1, rate // 200) if rate else 256
start = time.monotonic()
sent = 0
while sent < count:
    for _ in range(min(batch, count - sent)):
        while True:
            try:
                send(payload)
                break
            except (BlockingIOError, OSError) as error:
                if getattr(error, "errno", 0) not in (105, 11, 1):
                    raise
                if error.errno == 1:  # EPERM: an output-hook drop still counts as sent to the hook
                    break
        sent += 1
    if rate:
        ahead = sent / rate - (time.monotonic() - start)
        if ahead > 0:
            time.sleep(ahead)
print(sent)
