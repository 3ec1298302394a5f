"""A Keystone in memory: it gives one service user its token, and knows the tokens that a test hands to its users."""
import contextlib
import http.server
import json
import secrets
import threading


class Keystone:
    """`with Keystone() as keystone`; `token(project, *roles)` is a new user's. `config` is what a server of ours needs to
    ask it, with `password` for its own user."""

    def __init__(self):
        self.password, self.own = secrets.token_hex(16), "gAAAA" + secrets.token_hex(32)
        self.owners = {}
        keystone = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version, wbufsize = "HTTP/1.1", 65536

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
                user = asked["auth"]["identity"]["password"]["user"]
                if user["password"] != keystone.password:
                    return self.reply(401, {"error": {"code": 401, "title": "Unauthorized", "message": "no"}})
                self.reply(201, keystone.shown("tricircle", "service", ["admin", "service"]), keystone.own)

            def do_GET(self):
                owner = keystone.owners.get(self.headers["X-Subject-Token"])
                if self.headers["X-Auth-Token"] != keystone.own or owner is None:
                    return self.reply(404, {"error": {"code": 404, "title": "Not Found", "message": "no such token"}})
                self.reply(200, keystone.shown(*owner))

            def reply(self, status, body, token=None):
                text = json.dumps(body).encode()
                self.send_response(status)
                if token:
                    self.send_header("X-Subject-Token", token)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v3"
        self.config = (f"[keystone_authtoken]\nauth_url = {self.url}\nusername = tricircle\npassword = {self.password}\n"
                       "project_name = service\nuser_domain_id = default\nproject_domain_id = default\n")

    def token(self, project, *roles):
        token = "gAAAA" + secrets.token_hex(64)
        self.owners[token] = ("user-of-" + project, project, roles)
        return token

    @staticmethod
    def shown(user, project, roles):
        return {"token": {"user": {"id": user}, "project": {"id": project}, "expires_at": "2100-01-01T00:00:00.000000Z",
                          "roles": [{"name": role} for role in roles]}}

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.server.shutdown()
        self.server.server_close()
        self.thread.join()
