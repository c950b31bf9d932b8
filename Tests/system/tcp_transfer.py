"""`tcp_transfer.py listen ADDRESS PORT` prints the bytes it got; `tcp_transfer.py send ADDRESS PORT BYTES` sends."""
import socket
import sys

what, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what == "listen":
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as server:
        print("ready", flush=True)
        connection = server.accept()[0]
        total = 0
        while part := connection.recv(1 << 20):
            total += len(part)
        connection.close()
    print(total)
else:
    left = int(sys.argv[4])
    with socket.create_connection((address, port), 10) as connection:
        while left:
            left -= connection.send(bytes(min(left, 1 << 20)))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
