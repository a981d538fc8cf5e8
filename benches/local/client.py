"""Many realtime subscribers and a few publishers on plain sockets: cheap enough not to be what is measured."""

import base64
import json
import os
import selectors
import socket
import struct
import time
import urllib.parse


class Process:
    """What a process has used, by /proc."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_s(self):
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kb(self, which="VmRSS"):
        status = open(f"/proc/{self.pid}/status").read()
        return int(status.split(which + ":")[1].split()[0])


def frame(text):
    """A masked text frame, as clients must send it."""
    data = text.encode()
    length = struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else struct.pack("!BH", 0x80 | 126, len(data))
    # A mask of zeros changes nothing and is allowed.
    return b"\x81" + length + b"\0\0\0\0" + data


def texts(data):
    """The whole text frames at the start of `data`, and the rest."""
    found = []
    while len(data) >= 2:
        length, start = data[1] & 0x7F, 2
        if length == 126:
            if len(data) < 4:
                break
            length, start = struct.unpack("!H", data[2:4])[0], 4
        elif length == 127:
            raise ValueError("a frame of more than 64 KiB")
        if len(data) < start + length:
            break
        if data[0] & 0x0F == 1:
            found.append(data[start : start + length].decode())
        data = data[start + length :]
    return found, data


def post(connection, path, host, headers, body):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-length: {len(body)}\r\n{lines}\r\n"
    connection.sendall((head + body).encode())


def answered(data):
    """Whether a whole HTTP answer is there, and its body."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        return None
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    return body if len(body) >= length else None


class Crowd:
    """Subscribers of one subscription, each on a connection of its own."""

    def __init__(self, graphql_url, count, query, variables, authorization):
        url = urllib.parse.urlsplit(graphql_url)
        self.host, self.path = url.netloc, url.path
        self.address = (url.hostname, url.port)
        authorization = {"host": self.host} | authorization
        header = base64.urlsafe_b64encode(json.dumps(authorization).encode()).decode().rstrip("=")
        data = json.dumps({"query": query, "variables": variables})
        start = {"id": "1", "type": "start", "payload": {"data": data, "extensions": {"authorization": authorization}}}
        self.sockets, self.rest = [], {}
        for _ in range(count):
            self.sockets.append(self.connect(header, frame('{"type":"connection_init"}'), frame(json.dumps(start))))

    def connect(self, header, init, start):
        one = socket.create_connection(self.address)
        one.sendall(
            f"GET {self.path}/realtime HTTP/1.1\r\nhost: {self.host}\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            "sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"sec-websocket-protocol: graphql-ws, header-{header}\r\n\r\n".encode()
        )
        data = b""
        while b"\r\n\r\n" not in data:
            data += one.recv(4096)
        assert data.startswith(b"HTTP/1.1 101"), data
        data = data.partition(b"\r\n\r\n")[2]
        one.sendall(init + start)
        while True:
            found, data = texts(data)
            if any('"error' in text for text in found):
                raise SystemExit(f"a subscription was refused: {found}")
            if any('"start_ack"' in text for text in found):
                break
            data += one.recv(4096)
        one.setblocking(False)
        return one

    def close(self):
        for one in self.sockets:
            one.close()


def drain(url, count):
    """Connects so often, then reads until the server has closed every connection."""
    address = urllib.parse.urlsplit(url)
    selector = selectors.EpollSelector()
    for _ in range(count):
        one = socket.create_connection((address.hostname, address.port))
        one.setblocking(False)
        selector.register(one, selectors.EVENT_READ)
    while selector.get_map():
        for key, _ in selector.select():
            try:
                is_over = not key.fileobj.recv(1 << 16)
            except BlockingIOError:
                continue
            if is_over:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def flood(crowd, body, publishers, messages, window, headers):
    """Publishes as fast as the subscribers read; answers the seconds and the deliveries.

    `window`: how many messages the crowd may be behind, on average.
    """
    frame_bytes = None
    selector = selectors.EpollSelector()
    for one in crowd.sockets:
        selector.register(one, selectors.EVENT_READ, None)
    free, waiting = [], {}
    for _ in range(publishers):
        one = socket.create_connection(crowd.address)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(one, selectors.EVENT_READ, one)
        free.append(one)
    count, published, received = len(crowd.sockets), 0, 0
    # The first message tells how long all of them are.
    post(free[0], crowd.path, crowd.host, headers, body)
    waiting[free.pop(0)] = b""
    published = 1
    first = b""
    started = time.monotonic()
    while published < messages or waiting or frame_bytes is None or received < messages * count * frame_bytes:
        behind = published - (received / count / frame_bytes if frame_bytes else 0)
        while free and published < messages and frame_bytes and behind < window:
            one = free.pop()
            post(one, crowd.path, crowd.host, headers, body)
            waiting[one] = b""
            published += 1
            behind += 1
        ready = selector.select(30)
        if not ready:
            raise SystemExit(f"{published} published, and {received} bytes came, then no more")
        for key, _ in ready:
            if key.data is None:
                try:
                    data = key.fileobj.recv(1 << 16)
                except BlockingIOError:
                    continue
                if not data:
                    raise SystemExit("the server has closed a subscriber's connection")
                received += len(data)
                if frame_bytes is None:
                    if not first:
                        first_of = key.fileobj
                    if key.fileobj is first_of:
                        first += data
                        if texts(first)[0]:
                            frame_bytes = len(first) - len(texts(first)[1])
            else:
                waiting[key.data] += key.data.recv(1 << 16)
                answer = answered(waiting[key.data])
                if answer is not None:
                    if b'"errors"' in answer:
                        raise SystemExit(f"a mutation failed: {answer}")
                    del waiting[key.data]
                    free.append(key.data)
    took = time.monotonic() - started
    selector.close()
    for one in free:
        one.close()
    return took, messages * count, frame_bytes


def one_by_one(crowd, make_body, messages, headers):
    """Sends one message after the other; milliseconds until the answer, and until the last subscriber has it."""
    selector = selectors.EpollSelector()
    for one in crowd.sockets:
        selector.register(one, selectors.EVENT_READ, None)
    publisher = socket.create_connection(crowd.address)
    publisher.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    selector.register(publisher, selectors.EVENT_READ, publisher)
    rows = []
    for number in range(messages):
        body, mark = make_body(number), f"-{number}-".encode()
        missing, answer, data = len(crowd.sockets), None, b""
        started = time.monotonic()
        post(publisher, crowd.path, crowd.host, headers, body)
        while missing or answer is None:
            ready = selector.select(30)
            if not ready:
                raise SystemExit(f"message {number} did not reach {missing} subscribers")
            for key, _ in ready:
                received = key.fileobj.recv(1 << 16)
                if key.data is None:
                    # Frames are small and alone on their way: each comes whole.
                    missing -= mark in received
                else:
                    data += received
                    if answered(data) is not None and answer is None:
                        answer = (time.monotonic() - started) * 1000
                        if b'"errors"' in data:
                            raise SystemExit(f"a mutation failed: {data}")
        rows.append((answer, (time.monotonic() - started) * 1000))
    selector.close()
    publisher.close()
    return rows
