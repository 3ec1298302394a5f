"""The restore drill in a real pod that no other test uses meanwhile: a resync looks at all that a pod has, and takes the
copies of another centre for leftovers."""
import pytest

from harness.drill import Drill, back_up, empty, restore
from real_pods import RealCloud


class RealDrill(Drill):
    def appear(self, network):
        return self.cloud.appear(network)

    def boot(self, network, region):
        port, local_id = self.cloud.port(network, self.local[network.id], region)
        self.local[port.id] = {region: local_id}
        return port


@pytest.fixture
def alone(lab, tmp_path):
    with lab.alone_in_the_reserved():
        cloud = RealCloud(tmp_path / "cloud", lab, regions=[lab.reserved])
        try:
            yield cloud.start()
        finally:
            cloud.stop()


def test_a_restored_centre_or_an_emptied_pod_agree_with_each_other_again(alone, tmp_path):
    drill = RealDrill(alone, 5)
    back_up(alone.store, tmp_path / "backup.db")
    policies = list(drill.policies)
    for _ in range(100):
        drill.edit()
    alone.rest()
    drill.assert_pods_equal_the_centre()
    restore(alone, tmp_path / "backup.db")
    drill.policies = policies
    drill.bring_together()
    drill.assert_pods_equal_the_centre()
    empty(drill, drill.regions[0])
    drill.bring_together()
    drill.assert_pods_equal_the_centre()
