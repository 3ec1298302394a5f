"""Clients that mean no good, in a process of their own: Abusers.start() and stop() as often as a test likes.

Run as a program it is that process: `abusers.py PORT`, told "start" and "stop" on standard input, and says when it has.
"""
import asyncio
import contextlib
import itertools
import pathlib
import socket
import subprocess
import sys

IDLE, SLOW_HEADS, SLOW_BODIES, DEAF = 1000, 34, 33, 33
PACE = 0.2  # seconds between two bytes of a slow one
FLOOD = 0.05  # seconds between two of the loud ones

HEAD = b"POST /v2.0/qos/policies HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
# What two servers might read differently. Behind each stands a request that must not be seen.
SMUGGLED = b"DELETE /v2.0/networks/11111111-1111-4111-8111-111111111111 HTTP/1.1\r\nHost: x\r\n\r\n"
SHAPES = {
    "length and coding": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding and length": HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
    "two equal lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": HEAD + b"Content-Length: 2, 2\r\n\r\n{}",
    "a signed length": HEAD + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": HEAD + b"Content-Length: -2\r\n\r\n{}",
    "a hexadecimal length": HEAD + b"Content-Length: 0x2\r\n\r\n{}",
    "a length of two words": HEAD + b"Content-Length: 2 2\r\n\r\n{}",
    "a length beyond all numbers": HEAD + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "coding xchunked": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "coding identity": HEAD + b"Transfer-Encoding: identity\r\n\r\n",
    "codings in a list": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a coding before": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "two codings": HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "coding with a parameter": HEAD + b"Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
    "coding in quotes": HEAD + b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
    "coding after a vertical tab": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "no coding": HEAD + b"Transfer-Encoding: \r\n\r\n",
    "a blank before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded coding": HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a coding in HTTP/1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded header": HEAD + b"X-A: b\r\n\tContent-Length: 5\r\n\r\n",
    "a folded first header": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n",
    "lines that end with LF": b"GET / HTTP/1.1\nHost: x\n\n",
    "one line that ends with LF": HEAD + b"X-A: b\nContent-Length: 5\r\n\r\n",
    "an end that is LF": HEAD + b"X-A: b\r\n\n",
    "a line that ends with CR": HEAD + b"X-A: b\rContent-Length: 5\r\n\r\n",
    "a blank in a name": HEAD + b"X A: b\r\n\r\n",
    "no name": HEAD + b": b\r\n\r\n",
    "no colon": HEAD + b"Content-Length 5\r\n\r\n",
    "a NUL": HEAD + b"X-A: b\0c\r\n\r\n",
    "two hosts": HEAD + b"Host: y\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two blanks": b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
    "another version": b"GET / HTTP/1.2\r\nHost: x\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "a chunk's extension": CHUNKED + b"2;a=b\r\n{}\r\n0\r\n\r\n",
    "a chunk's open quotes": CHUNKED + b"2;a=\"\r\n{}\r\n0\r\n\r\n",
    "a chunk's extension with LF": CHUNKED + b"2;a\n{}\r\n0\r\n\r\n",
    "a last chunk's extension": CHUNKED + b"0;a\r\n\r\n",
    "chunks that end with LF": CHUNKED + b"2\n{}\n0\n\n",
    "a chunk's size with 0x": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a chunk's signed size": CHUNKED + b"+2\r\n{}\r\n0\r\n\r\n",
    "a blank behind a chunk's size": CHUNKED + b"2 \r\n{}\r\n0\r\n\r\n",
    "a chunk's size beyond all numbers": CHUNKED + b"10000000000000002\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": CHUNKED + b"2\r\n{}XX\r\n0\r\n\r\n",
    "a length behind the chunks": CHUNKED + b"2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n",
    "LF behind the chunks": CHUNKED + b"2\r\n{}\r\n0\r\nA: b\nC: d\r\n\r\n",
}
OVERSIZED = {
    "one long header": (431, HEAD + b"X-Long: " + b"x" * 100_000 + b"\r\n\r\n"),
    "many headers": (431, HEAD + b"X-A: 0123456789\r\n" * 6000 + b"\r\n"),
    "a long path": (431, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
    "a header without an end": (431, HEAD + b"X-Long: " + b"x" * 200_000),
    "a long body": (413, HEAD + b"Content-Length: 1048577\r\n\r\n{"),
    "a body without an end": (413, CHUNKED + (b"10000\r\n" + b"x" * 65_536 + b"\r\n") * 20),
    "one chunk without an end": (413, CHUNKED + b"7fffffff\r\n" + b"x" * 100_000),
}


class Abusers:
    def __init__(self, port):
        self.popen = subprocess.Popen([sys.executable, str(pathlib.Path(__file__)), str(port)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    def start(self):
        self._tell("start")

    def stop(self):
        self._tell("stop")

    def _tell(self, word):
        self.popen.stdin.write(word + "\n")
        self.popen.stdin.flush()
        answer = self.popen.stdout.readline()
        assert answer == word + "\n", answer

    def end(self):
        self.popen.stdin.close()
        self.popen.wait(30)
        self.popen.stdout.close()


# --- the process --------------------------------------------------------------------------------------------------


async def connect(port, room=None):
    made = socket.socket()
    made.setblocking(False)
    if room:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", port))
    return made


async def drip(port, beginning):
    """A byte now and then, for ever."""
    loop, made = asyncio.get_running_loop(), await connect(port)
    with contextlib.closing(made), contextlib.suppress(OSError):
        await loop.sock_sendall(made, beginning)
        while True:
            await asyncio.sleep(PACE)
            await loop.sock_sendall(made, b"x")


async def deaf(port, begun):
    """Asks for more than the kernel keeps, 5 MB, and reads one byte of it."""
    loop, made = asyncio.get_running_loop(), await connect(port, room=4096)
    with contextlib.closing(made), contextlib.suppress(OSError):
        await loop.sock_sendall(made, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        await loop.sock_recv(made, 1)
        begun.release()
        await asyncio.Event().wait()


async def loud(port):
    """One broken or too large request after the other."""
    loop = asyncio.get_running_loop()
    for bytes_ in itertools.cycle([*SHAPES.values(), *(shape for _, shape in OVERSIZED.values())]):
        await asyncio.sleep(FLOOD)
        made = await connect(port)
        with contextlib.closing(made), contextlib.suppress(OSError):
            await loop.sock_sendall(made, bytes_ + SMUGGLED)
            while await loop.sock_recv(made, 65_536):
                pass


async def serve(port):
    loop = asyncio.get_running_loop()
    told = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    tasks, idle = [], []
    while word := (await told.readline()).decode().strip():
        if word == "start":
            begun = asyncio.Semaphore(0)
            idle = [await connect(port) for _ in range(IDLE)]
            tasks = [asyncio.create_task(drip(port, HEAD + b"X-Slow: ")) for _ in range(SLOW_HEADS)]
            body = HEAD + b"Content-Length: 1000000\r\n\r\n" + b'{"policy": {"name": "evil' + b"x" * 500_000
            tasks += [asyncio.create_task(drip(port, body)) for _ in range(SLOW_BODIES)]
            tasks += [asyncio.create_task(deaf(port, begun)) for _ in range(DEAF)]
            tasks += [asyncio.create_task(loud(port))]
            for _ in range(DEAF):
                await begun.acquire()
        else:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for one in idle:
                one.close()
            tasks, idle = [], []
        print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
