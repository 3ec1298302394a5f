"""What a run found, for people: a table of known differences, and each unexplained one once."""
import collections
import json
import re

from .compare import ABSENT
from .known_differences import KNOWN


def signature(exchange, difference):
    """Alike differences have the same: what was asked of what, where they differ and how, without names and numbers.
    An attribute that one side lacks is one finding, wherever it is seen."""
    place = re.sub(r"s?\[\]", "", difference.path)
    if ABSENT in (difference.pod, difference.ours):
        return (place, difference.pod == ABSENT)
    path = re.sub(r"\{[^}]*\}", "{}", exchange.request.path)
    values = (difference.pod, difference.ours)
    if difference.path == "status":
        values += (message_of(exchange.pod), message_of(exchange.ours))
    return (exchange.request.method, path, place, _without_names(values))


def _without_names(value):
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    text = re.sub(r"\{[a-z_]+\d*[^}\" ]*\}", "{}", text)
    return re.sub(r"\d+", "0", shortened(text))


def shortened(text):
    """The long values that stand for "too long" are no help to readers."""
    return re.sub(r"(.)\1{20,}", lambda match: f"{match[1]}*{len(match[0])}", text)


def message_of(answer):
    body = answer.clean if answer.clean is not None else answer.body
    inner = next(iter(body.values()), None) if isinstance(body, dict) else None
    return inner.get("message") if isinstance(inner, dict) and "message" in inner else None


def findings(history):
    """signature -> the exchanges that show it, with the difference."""
    found = collections.OrderedDict()
    for exchange in history:
        for difference in exchange.new:
            found.setdefault(signature(exchange, difference), []).append((exchange, difference))
    return found


def summary(history):
    total = len(history)
    succeeded = sum(exchange.pod.succeeded for exchange in history)
    plain = sum(not (exchange.new or exchange.known or exchange.repeated) for exchange in history)
    wrong = sum(bool(exchange.new) for exchange in history)
    again = sum(bool(exchange.repeated) and not exchange.new for exchange in history)
    seconds = {side: sum(getattr(exchange, side).seconds for exchange in history) for side in ("pod", "ours")}
    return (f"{total} requests, {succeeded} succeeded at the pod ({100 * succeeded / max(total, 1):.0f} %); "
            f"{plain} alike in all, {total - plain - wrong - again} but for known differences, {wrong} not explained, "
            f"{again} only as an earlier one; "
            f"{seconds['pod']:.0f} s at the pod, {seconds['ours']:.0f} s at the centre")


def known_table(history):
    counts = collections.Counter(entry.name for exchange in history for entry, _ in exchange.known)
    lines = [f"{'known difference':24} {'times':>6}"]
    for entry in KNOWN:
        lines.append(f"{entry.name:24} {counts[entry.name]:6}" + ("" if counts[entry.name] else "   unused"))
    return "\n".join(lines)


def shown(value, most=1500):
    text = shortened(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return text if len(text) <= most else text[:most] + "..."


def request_text(request):
    query = "&".join(f"{name}={value}" for name, value in request.query)
    text = f"{request.user}: {request.method} {request.path}" + ("?" + query if query else "")
    for name, value in request.headers.items():
        text += f"\n      {name}: {value}"
    if request.body is not None or request.raw is not None:
        text += "\n      " + shown(request.body if request.raw is None else request.raw)
    return text


def finding_text(exchange, difference, times, seed):
    lines = [f"[{times} times, first {exchange.number}] {exchange.request.what}",
             f"   {request_text(exchange.request)}",
             f"   differs: {difference.path}: pod {shown(difference.pod, 600)}",
             f"            ours {shown(difference.ours, 600)}"]
    for name, answer in (("pod", exchange.pod), ("ours", exchange.ours)):
        lines.append(f"   {name}: {answer.status} {shown(answer.clean)}")
    lines.append(f"   again: --seed {seed} --count {exchange.number}")
    return "\n".join(lines)


def before(history, exchange):
    """The writes that led to the objects which the request speaks of."""
    names, lines = set(exchange.request.symbols()), []
    for earlier in reversed(history[:exchange.number - 1]):
        made = set(re.findall(r'"id": "\{(\w+)\}"', json.dumps(earlier.pod.clean)))
        spoken = earlier.request.symbols()
        if earlier.request.writes() and earlier.pod.succeeded and names & (made | spoken - {
                "project_a", "project_b", "project_c"}):
            if names & made:
                names |= spoken
            lines.append(f"      {earlier.number}: {earlier.pod.status} " + request_text(earlier.request))
    return "\n".join(["   after:", *reversed(lines[:25])]) if lines else ""


def brief(history):
    """One paragraph for each finding, the most frequent first."""
    lines = []
    for shows in sorted(findings(history).values(), key=len, reverse=True):
        exchange, difference = shows[0]
        pair = [difference.pod, difference.ours]
        if difference.path == "status":
            pair = [f"{answer.status} {message_of(answer) or shown(answer.clean, 150)}"
                    for answer in (exchange.pod, exchange.ours)]
        lines.append(f"* {len(shows)} x, first {exchange.number}: {shown(request_text(exchange.request), 400)}\n"
                     f"      {difference.path}: pod  {shown(pair[0], 300)}\n"
                     f"      {' ' * len(difference.path)}  ours {shown(pair[1], 300)}")
    return "\n".join(lines)


def report(history, seed):
    found = findings(history)
    parts = [summary(history), "", known_table(history), "", f"{len(found)} differences not explained", ""]
    for shows in sorted(found.values(), key=len, reverse=True):
        exchange, difference = shows[0]
        parts += [finding_text(exchange, difference, len(shows), seed), before(history, exchange), ""]
    return "\n".join(parts)
