"""The sequence of requests: each the next draw of a kind of case, by weight."""
from . import (make_extras, make_networks, make_policies, make_ports, make_protocol, make_reads, make_rules,
               make_subnets)
from .draw import Draw

WEIGHTS = {
    make_networks.make: 6, make_networks.make_several: 1, make_networks.change: 6, make_networks.remove: 2.5,
    make_networks.share: 1, make_networks.unknown: 1.5,
    make_subnets.make: 8, make_subnets.make_several: 0.7, make_subnets.change: 4, make_subnets.remove: 1.5,
    make_ports.make: 10, make_ports.make_several: 1, make_ports.change: 8, make_ports.remove: 4,
    make_policies.make: 6, make_policies.in_bulk: 0.3, make_policies.change: 5, make_policies.remove: 2.5,
    make_policies.put_on: 7,
    make_rules.make: 10, make_rules.make_several: 1.5, make_rules.change: 6, make_rules.show: 3, make_rules.remove: 3,
    make_extras.tag_all: 3, make_extras.tag_one: 3, make_extras.tags_seen: 2, make_extras.share: 4,
    make_extras.change_share: 1.5, make_extras.look_at_share: 2, make_extras.quotas: 2, make_extras.set_quotas: 1.5,
    make_reads.show: 6, make_reads.search: 12, make_reads.pages: 5, make_reads.rules_of: 3, make_reads.about_itself: 1,
    make_protocol.broken_body: 1.5, make_protocol.broken_update: 1, make_protocol.wrong_method: 1,
    make_protocol.wrong_path: 0.8, make_protocol.no_token: 0.8, make_protocol.body_in_delete: 0.3,
    make_protocol.content_type: 0.4,
}


class Generator:
    """An endless sequence; what follows depends on the seed and on what the world has come to hold."""

    def __init__(self, seed, world):
        self.draw, self.waiting = Draw(seed, world), []

    def next(self):
        while not self.waiting:
            self.waiting = self.draw.weighted(WEIGHTS)(self.draw) or []
        return self.waiting.pop(0)
