"""What differs between two answers in symbols."""
import dataclasses
import itertools

ABSENT = "<absent>"


@dataclasses.dataclass
class Difference:
    """`path` is where: "status", "header content-type", "network.mtu", "ports[].name". `subject` is the object it is
    about, if one."""
    path: str
    pod: object
    ours: object
    subject: str = None


class Comparer:
    """Remembers what it has found on an object: the same in a later answer is no second finding."""

    def __init__(self):
        self.seen = {}

    def compare(self, pod, ours, request):
        """The differences of two answers whose `clean` is set; new ones and such as were seen before."""
        if pod.status != ours.status:
            return [Difference("status", pod.status, ours.status)], []
        found = [Difference("header " + name, pod.headers.get(name, ABSENT), ours.headers.get(name, ABSENT))
                 for name in ("content-type", "www-authenticate")
                 if pod.headers.get(name) != ours.headers.get(name)]
        if ("x-openstack-request-id" in pod.headers) != ("x-openstack-request-id" in ours.headers):
            found.append(Difference("header x-openstack-request-id", "x-openstack-request-id" in pod.headers,
                                    "x-openstack-request-id" in ours.headers))
        if pod.body == ours.body:  # what looks like an address that one of them has chosen may be none
            return found, []
        by = [value for name, value in request.query if name == "sort_key"]
        found += list(differences(tied(pod.clean, by), tied(ours.clean, by)))
        fresh = [one for one in found if not self._seen_before(one)]
        return fresh, [one for one in found if one not in fresh]

    def forget(self, subject, attribute):
        self.seen.pop((subject, attribute), None)

    def _seen_before(self, one):
        attribute = one.path.rsplit(".", 1)[-1]
        if one.subject is None:
            return False
        pair = (one.pod, one.ours)
        if attribute == "revision_number" and isinstance(one.pod, int) and isinstance(one.ours, int):
            pair = one.pod - one.ours
        before, self.seen[one.subject, attribute] = self.seen.get((one.subject, attribute)), pair
        return before == pair


def common(keys):
    """The sort keys that both sides understand alike: up to the first of ids that each has made for itself."""
    return list(itertools.takewhile(lambda key: key in ("project_id", "tenant_id") or not key.endswith("id"), keys))


def tied(body, asked):
    """Lists that were asked for in an order: the objects that are equal by it, in the order of their names."""
    if not asked or not isinstance(body, dict):
        return body
    keys = common(asked)
    ordered = {}
    for name, value in body.items():
        if isinstance(value, list) and not name.endswith("_links") and all(isinstance(item, dict) for item in value):
            groups = []
            for item in value:
                place = [item.get(key) for key in keys]
                if not groups or groups[-1][0] != place:
                    groups.append((place, []))
                groups[-1][1].append(item)
            value = [item for _, group in groups for item in sorted(group, key=lambda one: str(one.get("id")))]
        ordered[name] = value
    return ordered


def differences(pod, ours, path="", subject=None):
    if isinstance(pod, dict) and isinstance(ours, dict):
        subject = pod.get("id", subject) if pod.get("id") == ours.get("id") else subject
        for key in sorted({*pod, *ours}):
            where = f"{path}.{key}" if path else key
            yield from differences(pod.get(key, ABSENT), ours.get(key, ABSENT), where, subject)
    elif isinstance(pod, list) and isinstance(ours, list):
        yield from _of_lists(pod, ours, path, subject)
    elif pod != ours or type(pod) is not type(ours):
        yield Difference(path, pod, ours, subject)


def _of_lists(pod, ours, path, subject):
    """Objects of the same id with each other; the rest as a whole."""
    theirs, mine = _by_id(pod), _by_id(ours)
    if theirs is None or mine is None:
        if len(pod) == len(ours) and all(isinstance(item, dict) for item in pod + ours):
            for left, right in zip(pod, ours):
                yield from differences(left, right, path + "[]", subject)
        elif pod != ours:
            yield Difference(path, pod, ours, subject)
        return
    both = [one for one in theirs if one in mine]
    if list(theirs) != list(mine):
        yield Difference(path + "[]", list(theirs), list(mine), subject)
    for one in both:
        yield from differences(theirs[one], mine[one], path + "[]", one)


def _by_id(things):
    if not things or not all(isinstance(thing, dict) and "id" in thing for thing in things):
        return None if things else {}
    return {thing["id"]: thing for thing in things}
