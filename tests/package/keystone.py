"""As much of a Keystone as the centre asks for: one service user, one token of an admin."""
import http.server
import json
import secrets
import threading

PASSWORD = "of-the-service-user"


class Keystone:
    def __init__(self):
        self.token, self.service_token = secrets.token_hex(8), secrets.token_hex(8)
        keystone = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                password = asked["auth"]["identity"]["password"]["user"]["password"]
                known = password == PASSWORD
                self.answer(201 if known else 401, {"X-Subject-Token": keystone.service_token} if known else {})

            def do_GET(self):
                if self.headers["X-Auth-Token"] != keystone.service_token:
                    return self.answer(401)
                self.answer(200 if self.headers["X-Subject-Token"] == keystone.token else 404)

            def answer(self, status, headers=None):
                body = json.dumps({"token": {
                    "expires_at": "2100-01-01T00:00:00.000000Z", "user": {"id": "ada"}, "project": {"id": "shop"},
                    "roles": [{"name": "admin"}], "catalog": []}} if status < 300 else
                    {"error": {"code": status, "message": "no"}}).encode()
                self.send_response(status)
                for name, value in {**(headers or {}), "Content-Type": "application/json",
                                    "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v3"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
