"""Fills the centre's SQLite store as years of use would: pods, policies, networks, ports, and what pods have of them.

Usage: fill.py FILE [--pods N] [--policies N] [--networks N] [--ports N] [--places N]

The file is a store that central has made, and no process uses it. Objects are in the tables as the API puts them there,
in one project; their ids are as scattered as random ones. Each network bears a policy and is in `places` pods, bound
there to a copy; a port is in one pod of its network's, and each tenth bears a policy of its own. All is at rest.
"""
import argparse
import sqlite3

NOW = 1_767_225_600_000_000
KINDS = {"pod": 1, "policy": 2, "network": 3, "subnet": 4, "port": 5, "rule": 6, "local": 7}
COUNT = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "


def object_id(kind, number):
    """The id of the kind's number-th object."""
    return f"{number * 2654435761 & 0xffffffff:08x}-0000-4000-a{KINDS[kind]:03x}-{number:012x}"


def sql_id(kind, number):
    """The same in SQL."""
    return (f"printf('%08x-0000-4000-a{KINDS[kind]:03x}-%012x', (({number}) * 2654435761) & 4294967295, {number})")


class Filler:
    def __init__(self, store, project, **counts):
        self.store, self.counts = store, {**counts, "project": project, "now": NOW}

    def put(self, table, count, **columns):
        """`count` rows whose columns are SQL over n.i. A mistake in a name or a column left out is SQLite's error."""
        names = ", ".join(f'"{name.replace("__", ":")}"' for name in columns)
        self.store.execute(f"INSERT INTO {table} ({names}) {COUNT} SELECT {', '.join(columns.values())} FROM n",
                           {**self.counts, "count": count})

    def pods(self, url):
        self.put("pods", self.counts["pods"], pod_id=sql_id("pod", "i"), region_name="printf('pod-%04d', i + 1)",
                 az_name="printf('az-%04d', i + 1)", pod_az_name="''", dc_name="''",
                 neutron_url=f"printf('{url}/pod-%04d', i + 1)", embedded="0", created_at=":now")

    def policies(self):
        count = self.counts["policies"]
        self.put("qos_policies", count, id=sql_id("policy", "i"), project_id=":project",
                 name="printf('policy %d', i)", description="''", is_default="0", revision_number="2",
                 created_at=":now", updated_at=":now")
        self.put("qos_rules", count, id=sql_id("rule", "2 * i"), qos_policy_id=sql_id("policy", "i"),
                 type="'bandwidth_limit'", direction="'egress'", max_kbps="1000 + i", max_burst_kbps="100")
        self.put("qos_rules", count, id=sql_id("rule", "2 * i + 1"), qos_policy_id=sql_id("policy", "i"),
                 type="'dscp_marking'", direction="''", dscp_mark="26")

    def networks(self):
        count = self.counts["networks"]
        self.put("networks", count, id=sql_id("network", "i"), project_id=":project", name="printf('net %d', i)",
                 description="''", admin_state_up="1", status="'ACTIVE'", router__external="0", mtu="1500",
                 port_security_enabled="1", availability_zone_hints="'[]'",
                 qos_policy_id=f"CASE WHEN :policies > 0 THEN {sql_id('policy', 'i % :policies')} END",
                 revision_number="2", created_at=":now", updated_at=":now")
        self.put("subnets", count, id=sql_id("subnet", "i"), network_id=sql_id("network", "i"), project_id=":project",
                 name="''", description="''", ip_version="4", cidr="'10.0.0.0/16'", gateway_ip="'10.0.0.1'",
                 enable_dhcp="1", allocation_pools="""'[{"start":"10.0.0.2","end":"10.0.255.254"}]'""",
                 dns_nameservers="'[]'", host_routes="'[]'", service_types="'[]'", revision_number="0",
                 created_at=":now", updated_at=":now")

    def ports(self):
        """The i-th is on network i % networks."""
        address = "printf('10.0.%d.%d', 1 + i / :networks / 250, 2 + i / :networks % 250)"
        subnet = sql_id("subnet", "i % :networks")
        self.put("ports", self.counts["ports"], id=sql_id("port", "i"), network_id=sql_id("network", "i % :networks"),
                 project_id=":project", name="''", description="''", admin_state_up="1", status="'ACTIVE'",
                 mac_address="printf('fa:16:%02x:%02x:%02x:%02x', i >> 24, (i >> 16) & 255, (i >> 8) & 255, i & 255)",
                 fixed_ips=f"""'[{{"subnet_id":"' || {subnet} || '","ip_address":"' || {address} || '"}}]'""",
                 device_id="printf('vm-%d', i)", device_owner="'compute:nova'", binding__host_id="'host-1'",
                 binding__profile="'{}'", binding__vnic_type="'normal'", binding__vif_type="'ovs'",
                 binding__vif_details="'{}'", allowed_address_pairs="'[]'", extra_dhcp_opts="'[]'",
                 port_security_enabled="1", revision_number="2", created_at=":now", updated_at=":now",
                 qos_policy_id=f"CASE WHEN :every > 0 AND i % :every = 0 THEN {sql_id('policy', 'i % :policies')} END")
        self.put("ip_allocations", self.counts["ports"], subnet_id=subnet, port_id=sql_id("port", "i"),
                 ip_address="printf('%08x', (10 << 24) + ((1 + i / :networks / 250) << 8) + 2 + i / :networks % 250)")

    def in_pods(self):
        """Network j is in pods j, j + 1, ... (modulo their number), the port in the first of its network's."""
        network, place = "i / :places", "(i / :places + i % :places) % :pods"
        each = self.counts["networks"] * self.counts["places"]
        self.routed(each, "network", sql_id("network", network), sql_id("pod", place))
        self.routed(self.counts["ports"], "port", sql_id("port", "i"), sql_id("pod", "i % :networks % :pods"))
        policy = sql_id("policy", f"{network} % :policies")
        rules = f"""printf('[{{"type":"bandwidth_limit","direction":"egress","id":"%s","refused":false,"error":"",
            "because":"pod","values":{{"max_kbps":%d,"max_burst_kbps":100}}}}]',
            {sql_id('local', 'i')}, 1000 + {network} % :policies)"""
        self.put("copies", each, policy_id=policy, pod_id=sql_id("pod", place), project_id=":project",
                 mark=sql_id("local", "i"), rules=rules,
                 attributes=f"""printf('{{"name":"policy %d","description":"","shared":false}}',
                 {network} % :policies)""", ready="1", tagged="1", intent="1", state="'in_sync'",
                 last_error="''", since=":now")
        self.routed(each, "qos_policy", policy, sql_id("pod", place))
        self.bound(each, "network", sql_id("network", network), sql_id("pod", place), policy)
        if self.counts["every"]:
            number = "(i * :every)"
            self.bound(self.counts["ports"] // self.counts["every"], "port", sql_id("port", number),
                       sql_id("pod", f"{number} % :networks % :pods"), sql_id("policy", f"{number} % :policies"))

    def routed(self, count, kind, central, pod):
        self.put("resource_routings", count, central_id=central, local_id=sql_id("local", "i"), pod_id=pod,
                 project_id=":project", resource_type=f"'{kind}'", created_at=":now", updated_at=":now")

    def bound(self, count, kind, central, pod, policy):
        self.put("bindings", count, resource_type=f"'{kind}'", central_id=central, pod_id=pod, project_id=":project",
                 policy_id=policy, intent="1", state="'in_sync'", last_error="''", since=":now")


def fill(path, pods=0, policies=1, networks=0, ports=0, places=0, every=10, project="admin",
         url="http://127.0.0.1:9"):
    """`every`-th port with a policy of its own, 0 = none; `places` = 0: no pod has any of it."""
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA synchronous = OFF")
    store.execute("PRAGMA cache_size = -500000")
    store.execute("BEGIN")
    filler = Filler(store, project, pods=pods, policies=policies, networks=networks, ports=ports, places=places,
                    every=every)
    if pods:
        filler.pods(url)
    filler.policies()
    if networks:
        filler.networks()
    if ports:
        filler.ports()
    if places:
        filler.in_pods()
    store.execute("COMMIT")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file")
    for name, usual in (("pods", 1000), ("policies", 10_000), ("networks", 10_000), ("ports", 1_000_000),
                        ("places", 10)):
        arguments.add_argument(f"--{name}", type=int, default=usual)
    options = vars(arguments.parse_args())
    fill(options.pop("file"), **options)


if __name__ == "__main__":
    main()
