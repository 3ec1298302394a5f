"""A TCP relay in front of a server: closed, the server looks as if its machine had gone; told to, it is a slow line, or
keeps one request back and lets it go later, when the sender may have died long ago.
"""
import contextlib
import socket
import threading

from harness.processes import free_port


class Relay:
    """Listens on a port of its own from open() to close(); close() cuts every connection. Threads of the test."""

    def __init__(self, target_port):
        self.target, self.port = ("127.0.0.1", target_port), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.guard, self.listener, self.sockets = threading.Lock(), None, []
        self.closed = threading.Event()
        self.wanted, self.held, self.released = None, threading.Event(), threading.Event()
        self.delay = 0  # seconds, for each piece from a client: a slow line

    def open(self):
        self.closed.clear()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()
        return self

    def close(self):
        self.released.set()
        self.closed.set()
        with self.guard:
            sockets, self.sockets = self.sockets, []
            if self.listener:
                sockets.append(self.listener)
            self.listener = None
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def hold(self, request):
        """The next piece from a client that begins with `request` stays here until release(); `held` tells of it."""
        self.held.clear()
        self.released.clear()
        self.wanted = request

    def release(self):
        self.released.set()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            with self.guard:
                if listener is not self.listener:
                    near.close()
                    far.close()
                    return
                self.sockets += [near, far]
            threading.Thread(target=self._copy, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._copy, args=(far, near, False), daemon=True).start()

    def _copy(self, source, sink, from_client):
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if from_client and self._is_wanted(piece):
                    self.held.set()
                    self.released.wait()
                elif from_client:
                    self.closed.wait(self.delay)
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _is_wanted(self, piece):
        with self.guard:
            if self.wanted is None or not piece.startswith(self.wanted):
                return False
            self.wanted = None
            return True
