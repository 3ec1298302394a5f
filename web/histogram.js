// Durations out of Prometheus' text: counts up to each bound, by method.
const kLine = /^tricircle_http_request_duration_seconds_bucket\{(.*)\} (\S+)/;

// method -> Map(bound in seconds -> requests that took no longer)
export function readHistograms(text) {
  const methods = new Map();
  for (const line of text.split('\n')) {
    const found = kLine.exec(line);
    if (!found) continue;
    const labels = Object.fromEntries([...found[1].matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    const bound = labels.le === '+Inf' ? Infinity : Number(labels.le);
    const method = labels.method ?? 'all';
    if (!methods.has(method)) methods.set(method, new Map());
    const bounds = methods.get(method);
    bounds.set(bound, (bounds.get(bound) ?? 0) + Number(found[2]));
  }
  return methods;
}

export function together(methods) {
  const sum = new Map();
  for (const bounds of methods.values()) {
    for (const [bound, number] of bounds) sum.set(bound, (sum.get(bound) ?? 0) + number);
  }
  return sum;
}

// What came between two readings. A server that was started anew counts from nothing.
export function since(now, before) {
  const total = (bounds) => bounds.get(Infinity) ?? 0;
  if (!before || total(now) < total(before)) return now;
  return new Map([...now].map(([bound, number]) => [bound, number - (before.get(bound) ?? 0)]));
}

export const total = (bounds) => bounds.get(Infinity) ?? 0;

// Between the bounds of its bucket, as Prometheus does it; null when nothing was counted.
export function quantile(bounds, share) {
  const all = total(bounds);
  if (all <= 0) return null;
  const rank = share * all, sorted = [...bounds].sort((a, b) => a[0] - b[0]);
  let low = 0, under = 0;
  for (const [bound, number] of sorted) {
    if (number >= rank) {
      if (bound === Infinity) return low;
      return low + (bound - low) * (number > under ? (rank - under) / (number - under) : 1);
    }
    low = bound;
    under = number;
  }
  return low;
}
