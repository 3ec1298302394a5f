"""What the makers may give for each resource: attribute -> values. Only what both servers have as an extension."""
from .values import (DHCP_OPTIONS, DIRECTION, DSCP, KBPS, PAIRS, SERVICE_TYPES, Addresses, Choice, Flag, Number,
                     PolicyId, Raw, Routes, Text)

VNIC_TYPES = Choice("normal", "direct", "macvtap", "baremetal", "virtio-forwarder")
# A VLAN's or tunnel's number outside the ranges from which the pod gives them to others.
VLAN = {"provider:network_type": "vlan", "provider:physical_network": "physnet1"}

NETWORK = {"name": Text(), "admin_state_up": Flag(), "description": Text(), "qos_policy_id": PolicyId(),
           "port_security_enabled": Flag(), "mtu": Number(68, 65535, good=[1400, 1280, "1300", 0, 68])}
NETWORK_ADMIN = {"shared": Flag(), "router:external": Flag()}

SUBNET = {"name": Text(), "description": Text(), "enable_dhcp": Flag(), "dns_nameservers": Addresses(),
          "host_routes": Routes(), "service_types": SERVICE_TYPES}

PORT = {"name": Text(), "admin_state_up": Flag(), "description": Text(), "device_id": Text(),
        "device_owner": Raw(["", "compute:nova", "baremetal:none", "my:own"], [5, None, "x" * 256, [], True]),
        "allowed_address_pairs": PAIRS, "extra_dhcp_opts": DHCP_OPTIONS, "qos_policy_id": PolicyId(),
        "binding:vnic_type": VNIC_TYPES}
PORT_ADMIN = {"binding:profile": Raw([{}, {"key": "value"}, {"a": {"b": [1, 2]}}, None], ["text", 5, [1]])}

POLICY = {"name": Text(), "description": Text(), "shared": Flag(), "is_default": Flag()}

RULES = {
    "bandwidth_limit": {"max_kbps": KBPS, "max_burst_kbps": KBPS, "direction": DIRECTION},
    "dscp_marking": {"dscp_mark": DSCP},
    "minimum_bandwidth": {"min_kbps": KBPS, "direction": DIRECTION},
    "packet_rate_limit": {"max_kpps": KBPS, "max_burst_kpps": KBPS, "direction": DIRECTION},
    "minimum_packet_rate": {"min_kpps": KBPS, "direction": Choice("egress", "ingress", "any")},
}
REQUIRED_OF_RULES = {"bandwidth_limit": "max_kbps", "dscp_marking": "dscp_mark", "minimum_bandwidth": "min_kbps",
                     "packet_rate_limit": "max_kpps", "minimum_packet_rate": "min_kpps"}

QUOTAS = {"network": Number(-1, 2147483647, good=[-1, 5, 20, 100]), "subnet": Number(-1, 2147483647, good=[-1, 20]),
          "port": Number(-1, 2147483647, good=[-1, 30, 500]),
          "rbac_policy": Number(-1, 2147483647, good=[-1, 10, 12])}

# For lists: what clients ask for, filterable or not.
SEARCHED = {
    "network": ["name", "description", "id", "project_id", "tenant_id", "admin_state_up", "status", "shared", "mtu",
                "router:external", "provider:network_type", "provider:physical_network",
                "port_security_enabled", "qos_policy_id", "created_at", "subnets"],
    "subnet": ["name", "description", "id", "project_id", "network_id", "ip_version", "enable_dhcp", "gateway_ip",
               "cidr", "ipv6_ra_mode", "ipv6_address_mode", "revision_number", "service_types", "dns_nameservers",
               "allocation_pools", "host_routes"],
    "port": ["name", "description", "id", "project_id", "network_id", "mac_address", "admin_state_up", "status",
             "device_id", "device_owner", "binding:vnic_type", "binding:host_id",
             "port_security_enabled", "qos_policy_id", "fixed_ips", "allowed_address_pairs", "binding:vif_type"],
    "policy": ["name", "description", "id", "project_id", "tenant_id", "shared", "is_default",
               "rules", "created_at"],
    "rbac": ["id", "project_id", "object_type", "object_id", "action", "target_tenant"],
}
