"""The pod's message broker goes away and comes back. Alone on the lab: meanwhile the pods answer nobody who changes
something there."""
import threading

from agents import bulk, linked, told
from broker import start_broker, stop_broker
from harness.api import wait_until
from harness.metrics import moved, series
from harness.notifications import Listener


def test_nothing_is_missed_over_a_restart_of_the_broker(lab, cloud, agent, pod):
    network, local = linked(cloud, pod)
    vms = bulk(cloud, pod, local, 10)
    for vm in vms:
        told(cloud, vm)
    heard = series(agent.metrics)
    stop_broker(lab)
    wait_until(lambda: "broker_lost" in agent.log_text(), what="the agent hears nothing any more")
    assert {"tricircle_broker_connected"} <= moved(heard, series(agent.metrics))
    made = []
    boots = threading.Thread(target=lambda: made.extend(bulk(cloud, pod, local, 40)))
    boots.start()  # the pod answers when it can tell others of it
    start_broker(lab)
    boots.join()
    with Listener(lab, "RegionOne") as listener:
        made += bulk(cloud, pod, local, 50)
        ids = {told(cloud, vm).id for vm in made}
        wait_until(lambda: {vm.id for vm in made[40:]} <= listener.heard("port.create.end"),
                   what="the other consumer has heard of them all")
    assert {"tricircle_agent_notifications_total"} <= moved(heard, series(agent.metrics))
    assert ids == {vm.id for vm in made} and len(ids) == 90
    assert len(list(cloud.net.ports(network_id=network.id))) == 100
