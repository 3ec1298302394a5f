"""Processes that are killed, and come back."""


class Mortal:
    """`process()` is the one that runs now; `start(environment)` starts another, which may be dead by its end."""

    def __init__(self, kind, process, start):
        self.kind, self.process, self.start = kind, process, start

    @classmethod
    def of_xjob(cls, cloud):
        return cls("XJob", lambda: cloud.xjob, cloud.launch_xjob)

    @classmethod
    def of_server(cls, kind, server):
        def start(environment):
            server.environment = environment
            try:
                server.start()
            except AssertionError:
                if server.process.running() or environment is None:
                    raise
        return cls(kind, lambda: server.process, start)

    def come_back(self, armed=None):
        """`armed`: it kills itself when it has passed so many fault points. Without, it lives until it is killed."""
        self.process().kill9()
        self.start({"TRICIRCLE_DIE_AT": str(armed)} if armed else None)
