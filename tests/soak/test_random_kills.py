"""XJob is killed at random while edits come without pause: at rest every pod equals the centre.

SOAK_KILLS (200) and SOAK_SEED (1) in the environment say how often, and which story is told.
"""
import os
import random

from openstack import exceptions

from cloud import FAST, Cloud, wait_until

KILLS, SEED = int(os.environ.get("SOAK_KILLS", "200")), int(os.environ.get("SOAK_SEED", "1"))


class Story:
    """Random edits by one seed; what the centre refuses is counted, never retried."""

    def __init__(self, cloud, seed):
        self.cloud, self.random = cloud, random.Random(seed)
        self.policies = [cloud.policy(f"P{i}") for i in range(5)]
        self.networks = [cloud.network(f"n{i}") for i in range(5)]
        for network in self.networks:
            cloud.appear(network)
        self.edits = self.refusals = 0

    def edit(self):
        self.edits += 1
        try:
            self.random.choice([self.rename, self.bind, self.bind, self.change_rule, self.change_rule,
                                self.add_or_remove_rule, self.replace])()
        except exceptions.HttpException:
            self.refusals += 1

    def rename(self):
        self.cloud.net.update_qos_policy(self.random.choice(self.policies).id, name=f"name {self.edits}")

    def bind(self):
        policy = self.random.choice(self.policies + [None])
        self.cloud.net.update_network(self.random.choice(self.networks), qos_policy_id=policy and policy.id)

    def rules(self, policy):
        return {rule["type"]: rule["id"] for rule in self.cloud.net.get_qos_policy(policy.id).rules}

    def change_rule(self):
        policy = self.random.choice(self.policies)
        rule = self.rules(policy).get("bandwidth_limit")
        if rule:
            self.cloud.net.update_qos_bandwidth_limit_rule(rule, policy, max_kbps=self.random.randrange(1, 10**6))

    def add_or_remove_rule(self):
        policy = self.random.choice(self.policies)
        rule = self.rules(policy).get("dscp_marking")
        if rule:
            self.cloud.net.delete_qos_dscp_marking_rule(rule, policy, ignore_missing=False)
        else:
            self.cloud.rule(policy, "dscp_marking", dscp_mark=self.random.choice((8, 10, 26)))

    def replace(self):
        place = self.random.randrange(len(self.policies))
        self.cloud.net.delete_qos_policy(self.policies[place].id, ignore_missing=False)  # 409 while it is bound
        self.policies[place] = self.cloud.policy(f"P{place} at {self.edits}")


def assert_pods_equal_the_centre(cloud, story):
    for region, pod in cloud.pods.items():
        for policy in story.policies:
            if cloud.copy_id(policy, region):
                cloud.assert_copy_is_true(policy, region)
        for network in story.networks:
            policy_id = cloud.net.get_network(network.id).qos_policy_id
            policy = next((p for p in story.policies if p.id == policy_id), None)
            cloud.assert_bound("network", network, policy, region)
        central = {policy.id for policy in story.policies}
        known = {row["bottom_id"] for row in cloud.admin.routings(resource_type="qos_policy")}
        assert {row["top_id"] for row in cloud.admin.routings(resource_type="qos_policy")} <= central
        assert {policy.id for policy in pod.net.qos_policies()} <= known, "a copy that nobody knows"


def test_random_kills_of_xjob_under_edits(tmp_path):
    cloud = Cloud(tmp_path / "cloud", options=FAST)
    try:
        cloud.start()
        story = Story(cloud, SEED)
        for _ in range(KILLS):
            number = story.random.randrange(1, 40)
            cloud.xjob.stop()
            cloud.start_xjob({"TRICIRCLE_DIE_AT": str(number)})
            wait_until(lambda: story.edit() or not cloud.xjob.running(), 120, "XJob reached its end by edits")
            cloud.xjob.kill9()
            cloud.start_xjob()
        cloud.rest(120)
        assert_pods_equal_the_centre(cloud, story)
        jobs = [job for job in cloud.admin.jobs() if job["status"] != "SUCCESS"]
        assert jobs == []
        print(f"seed {SEED}: {KILLS} kills, {story.edits} edits, {story.refusals} refused by the centre")
    finally:
        cloud.stop()
