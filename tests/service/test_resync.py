"""After a disaster: the centre or a pod was restored from a backup, and `tricircle pod resync` makes them agree again."""
import json

import pytest

from cloud import connect
from harness.drill import Drill, back_up, empty, put_back, restore, resync


class PodDrill(Drill):
    """In embedded pods, which keep central ids."""

    def appear(self, network):
        self.cloud.appear(network)
        return {region: network.id for region in self.regions}

    def boot(self, network, region):
        port = self.cloud.boot(region, network)
        self.local[port.id] = {region: port.id}
        return port


def test_a_centre_restored_from_a_backup_and_its_pods_agree_again(cloud, tmp_path):
    drill = PodDrill(cloud, 1)
    back_up(cloud.store, tmp_path / "backup.db")
    policies = list(drill.policies)
    for _ in range(500):
        drill.edit()
    cloud.rest()
    drill.assert_pods_equal_the_centre()
    restore(cloud, tmp_path / "backup.db")
    drill.policies = policies
    drill.bring_together()
    drill.assert_pods_equal_the_centre()
    assert {policy.id for policy in cloud.net.qos_policies()} == {policy.id for policy in policies}


def test_a_pod_that_was_emptied_is_filled_again(cloud):
    drill = PodDrill(cloud, 3)
    empty(drill, "RegionTwo")
    drill.bring_together()
    drill.assert_pods_equal_the_centre()


def test_a_pod_restored_from_a_backup_agrees_again(cloud, tmp_path):
    drill = PodDrill(cloud, 4)
    pod = cloud.pods["RegionTwo"]
    back_up(pod.folder / "pod.db", tmp_path / "pod.db")
    for _ in range(60):
        drill.edit()
    cloud.rest()
    pod.stop()
    put_back(tmp_path / "pod.db", pod.folder / "pod.db")
    pod.start()
    drill.bring_together()
    drill.assert_pods_equal_the_centre()


def test_a_network_that_a_pod_has_lost_gets_its_policy_when_it_is_there_again(cloud):
    policy, network = cloud.bound_everywhere()
    pod = cloud.pods["RegionTwo"]
    pod.stop()
    for file in pod.folder.glob("pod.db*"):
        file.unlink()
    pod.start()
    cloud.audit("RegionTwo")
    cloud.boot("RegionTwo", network)
    cloud.audit("RegionTwo")
    cloud.assert_bound("network", network, policy, "RegionTwo")


def test_a_silent_pod_is_waited_for_and_the_wait_can_be_given_up(cloud):
    cloud.pods["RegionTwo"].stop()
    code, _, words = resync(cloud, "RegionTwo", "--timeout", "1")
    assert code == 5 and "The centre goes on" in words, words
    (waiting,) = cloud.admin.call("GET", "/resyncs", status="waiting")["resyncs"]
    cloud.admin.call("DELETE", f"/resyncs/{waiting['id']}", expect=204)
    assert cloud.admin.call("GET", "/resyncs")["resyncs"] == []


@pytest.mark.parametrize("body, status", [
    ({"resync": {"pod_id": "nobody"}}, 404),
    ({"resync": {}}, 404),
    ({"resync": {"pod_id": "{pod}", "apply": "yes"}}, 400),
    ({"resync": {"pod_id": "{pod}", "yes_delete": -1}}, 400),
    ({"resync": {"pod_id": "{pod}", "yes_delete": 1.5}}, 400),
    ({"resync": {"pod_id": "{pod}", "force": True}}, 400),
    ({"resync": []}, 400),
    ({}, 400),
])
def test_bad_input_gets_a_clear_word_and_asks_for_nothing(cloud, body, status):
    text = json.dumps(body).replace("{pod}", cloud.pod_id("RegionOne"))
    cloud.admin.call("POST", "/resyncs", json.loads(text), expect=status)
    assert cloud.admin.call("GET", "/resyncs")["resyncs"] == []


def test_only_admins_may_ask(cloud):
    session = connect(cloud.central.url, "acme", roles="member").session
    for method, path in (("GET", "/resyncs"), ("POST", "/resyncs"), ("GET", "/resyncs/x"), ("DELETE", "/resyncs/x")):
        reply = session.request(cloud.central.url + "/v1.0" + path, method, raise_exc=False)
        assert reply.status_code == 403
