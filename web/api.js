// One place that talks to the server. The token lives in this module's memory: not in storage, not in a cookie, not in
// an address. Everything goes to the server that the page came from.
let token = null;
let onLost = () => {};

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const useToken = (given) => { token = given; };
export const hasToken = () => token !== null;
// What happens when the server does not know us any more.
export const whenLost = (run) => { onLost = run; };

export function headers(more = {}) {
  return token === null ? more : {...more, 'X-Auth-Token': token};
}

// The server's own words, in whichever shape its two APIs put them.
function wordsOf(status, body) {
  const inner = body && typeof body === 'object' ? Object.values(body)[0] : null;
  const said = inner && typeof inner === 'object' ? inner.message : inner;
  return typeof said === 'string' && said ? said : `The server answered ${status}.`;
}

export async function call(method, path, {query, body, signal} = {}) {
  const asked = new URLSearchParams(Object.entries(query ?? {}).filter(([, value]) => value !== '' && value != null));
  let response;
  try {
    response = await fetch(path + (asked.size ? `${path.includes('?') ? '&' : '?'}${asked}` : ''), {
      method, signal, cache: 'no-store', credentials: 'omit',
      headers: headers(body === undefined ? {} : {'Content-Type': 'application/json'}),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server does not answer.');
  }
  const text = await response.text();
  let parsed = null;
  try {
    parsed = text === '' ? null : JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError(response.status, 'The server’s answer is no JSON.');
  }
  if (response.ok) return parsed;
  if (response.status === 401 && token !== null && path !== '/v1.0/whoami') onLost();
  throw new ApiError(response.status, wordsOf(response.status, parsed));
}

export const get = (path, query, signal) => call('GET', path, {query, signal});

// A list, page after page, up to `most` rows. `more` is true when there are others.
export async function list(path, key, query, signal, most = 1000) {
  const rows = [];
  let next = path, ask = {limit: Math.min(most, 1000), ...query};
  for (;;) {
    const page = await get(next, ask, signal);
    rows.push(...page[key]);
    const link = page[`${key}_links`]?.find((one) => one.rel === 'next');
    if (!link || page[key].length === 0) return {rows, more: false};
    if (rows.length >= most) return {rows: rows.slice(0, most), more: true};
    const address = new URL(link.href, location.origin);
    next = address.pathname + address.search;
    ask = {};
  }
}

export async function metrics(signal) {
  const response = await fetch('/metrics', {signal, cache: 'no-store', credentials: 'omit', headers: headers()});
  if (!response.ok) throw new ApiError(response.status, `The server answered ${response.status}.`);
  return response.text();
}
