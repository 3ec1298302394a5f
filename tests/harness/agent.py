"""The agent of a test's pod, as a process."""
import re

from harness.processes import Process, binary

QUICK = """
[agent]
sweep_interval = 2
poll_interval = 0.2
"""


class Agent(Process):
    def __init__(self, folder, region, central_url, options=QUICK):
        folder.mkdir(parents=True, exist_ok=True)
        config = folder / f"agent-{region}.conf"
        config.touch(0o600)
        config.write_text(options)
        super().__init__(f"agent {region}", [binary(), "agent", "--region", region, "--central", central_url,
                                             "--config", config, "--metrics", "127.0.0.1:0"],
                         folder / f"agent-{region}.log")
        self.metrics = None  # URL, once it is ready

    def start(self):
        super().start()
        self.metrics = re.search(r"metrics=(\S+)", self.wait_ready()).group(1)
        return self

    def sweeps(self):
        """What each sweep has told so far: [(networks, ports, told)]."""
        return [tuple(map(int, found)) for found in
                re.findall(r"swept region=\S+ networks=(\d+) ports=(\d+) told=(\d+)", self.log.read_text())]


def recorded(port):
    """The addresses of a port as text, for comparing."""
    return sorted(fixed_ip["ip_address"] for fixed_ip in port.fixed_ips)
