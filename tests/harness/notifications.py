"""A second consumer of a pod's notifications, as telemetry or billing would be: it must hear everything."""
import json
import threading

from kombu import Connection, Consumer, Exchange, Queue


def broker_of(lab, region):
    return lab.values[f"POD{list(lab.pods).index(region) + 1}_AMQP_URL"]


def publish(lab, region, *bodies):
    """Puts these bytes among the pod's notifications."""
    with Connection(broker_of(lab, region)) as connection:
        producer = connection.Producer(exchange=Exchange("neutron", type="topic", durable=False, passive=True))
        for body in bodies:
            producer.publish(body, routing_key="notifications.info", content_type="application/json",
                             content_encoding="binary")


class Listener:
    def __init__(self, lab, region):
        self.url = broker_of(lab, region)
        self.events, self.stopping = [], threading.Event()
        self.bound = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.bound.wait(20), "the listener could not bind its queue"
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def heard(self, event):
        """Ids of the ports that events of this kind told of."""
        ids = set()
        for seen in list(self.events):
            if seen["event_type"] == event:
                payload = seen["payload"]
                ids |= {port["id"] for port in payload.get("ports", [payload.get("port")]) if port}
        return ids

    def _run(self):
        exchange = Exchange("neutron", type="topic", durable=False, passive=True)
        queue = Queue("", exchange, routing_key="notifications.info", exclusive=True)
        with Connection(self.url) as connection, Consumer(connection, queue, callbacks=[self._take]):
            self.bound.set()
            while not self.stopping.is_set():
                try:
                    connection.drain_events(timeout=0.2)
                except TimeoutError:
                    continue

    def _take(self, body, message):
        body = body if isinstance(body, dict) else json.loads(body)
        self.events.append(json.loads(body["oslo.message"]))
        message.ack()
