"""A gate in front of a pod: every request goes through to the real server, unless a test has asked for something else."""
import contextlib
import http.client
import http.server
import json
import threading
import urllib.parse


class Gate:
    """`rule(method, path)` is asked of each request: None lets it through, a Refusal answers in the pod's place,
    LOSE_ANSWER lets it through and then hangs up, so that its end is not seen. `answers`: (method, path, status) of all
    that the pod itself has answered."""

    LOSE_ANSWER = object()

    class Refusal:
        def __init__(self, status, error_type, message, **headers):
            self.status = status
            self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
            self.body = {"NeutronError": {"type": error_type, "message": message, "detail": ""}}

    def __init__(self, url):
        self.target = urllib.parse.urlsplit(url)
        self.rule = lambda method, path: None
        self.answers, self.pauses = [], []
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                verdict = gate.rule(self.command, self.path)
                if isinstance(verdict, Gate.Refusal):
                    return self.reply(verdict.status, json.dumps(verdict.body).encode(), verdict.headers)
                status, answer = gate.forward(self.command, self.path, self.headers, body)
                if verdict is Gate.LOSE_ANSWER:
                    self.close_connection = True
                    return self.connection.shutdown(2)
                self.reply(status, answer)

            do_GET = do_POST = do_PUT = do_DELETE = handle_one

            def reply(self, status, body, headers=()):
                self.send_response(status)
                for name in headers:
                    self.send_header(name, headers[name])
                self.send_header("Content-Type", "application/json")
                if status != 204:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        for pause in self.pauses:
            pause.go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def forward(self, method, path, headers, body):
        connection = http.client.HTTPConnection(self.target.hostname, self.target.port, timeout=30)
        with contextlib.closing(connection):
            passed = {name: value for name, value in headers.items() if name.lower() not in ("host", "connection")}
            connection.request(method, path, body or None, passed)
            reply = connection.getresponse()
            self.answers.append((method, path, reply.status))
            return reply.status, reply.read()


class Pause:
    """The first write through the gate for which `which(method, path)` is true stands still until `go` is set, or the
    gate closes. `calls`: (method, path) of all that has come to the gate since."""

    def __init__(self, gate, which):
        self.reached, self.go = threading.Event(), threading.Event()
        self.which, self.calls = which, []
        gate.rule = self.rule
        gate.pauses.append(self)

    def rule(self, method, path):
        self.calls.append((method, path))
        if method != "GET" and self.which(method, path) and not self.reached.is_set():
            self.reached.set()
            assert self.go.wait(60)
