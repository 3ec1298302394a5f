"""Attributes by the extension that brings them. A server whose /extensions lack one is not expected to show them, and
what the other one shows of them is not compared."""

OF_EXTENSION = {
    "address-scope": {"network": ["ipv4_address_scope", "ipv6_address_scope"]},
    "allowed-address-pairs": {"port": ["allowed_address_pairs"]},
    "auto-allocated-topology": {"network": ["is_default"]},
    "binding": {"port": ["binding:vnic_type", "binding:profile", "binding:host_id", "binding:vif_type",
                         "binding:vif_details"]},
    "dns-integration": {"port": ["dns_name", "dns_assignment"], "network": ["dns_domain"]},
    "external-net": {"network": ["router:external"]},
    "extra_dhcp_opt": {"port": ["extra_dhcp_opts"]},
    "l3": {"quota": ["router", "floatingip"]},
    "multi-provider": {"network": ["segments"]},
    "net-mtu": {"network": ["mtu"]},
    "network_availability_zone": {"network": ["availability_zone_hints", "availability_zones"]},
    "port-device-profile": {"port": ["device_profile"]},
    "port-numa-affinity-policy": {"port": ["numa_affinity_policy"]},
    "port-resource-request": {"port": ["resource_request"]},
    "port-security": {"network": ["port_security_enabled"], "port": ["port_security_enabled"]},
    "provider": {"network": ["provider:network_type", "provider:physical_network", "provider:segmentation_id"]},
    "qos-default": {"policy": ["is_default"]},
    "qos-port-network-policy": {"port": ["qos_network_policy_id"]},
    "rbac-policies": {"quota": ["rbac_policy"]},
    "security-group": {"port": ["security_groups"], "quota": ["security_group", "security_group_rule"]},
    "standard-attr-description": {kind: ["description"] for kind in ("network", "subnet", "port", "policy")},
    "standard-attr-revisions": {kind: ["revision_number"] for kind in ("network", "subnet", "port", "policy")},
    "standard-attr-tag": {kind: ["tags"] for kind in ("network", "subnet", "port", "policy")},
    "standard-attr-timestamp": {kind: ["created_at", "updated_at"] for kind in ("network", "subnet", "port", "policy")},
    "subnet_allocation": {"quota": ["subnetpool"]},
    "subnet-service-types": {"subnet": ["service_types"]},
}


def hidden(lacking):
    """kind -> attributes of the extensions that a server lacks."""
    found = {}
    for extension in lacking:
        for kind, names in OF_EXTENSION.get(extension, {}).items():
            found.setdefault(kind, set()).update(names)
    return found
