// Server-sent events over fetch: EventSource cannot send a token in a header.
import {headers} from './api.js';

// Takes pieces of text, hands out events: {event, data}. Comments and fields that nobody uses are left out.
export class EventParser {
  constructor(found) {
    Object.assign(this, {found, rest: '', event: '', data: []});
  }

  take(piece) {
    const lines = (this.rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === '') {
      if (this.data.length) this.found({event: this.event || 'message', data: this.data.join('\n')});
      this.event = '';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
  }
}

// A server that is silent for so long is not there any more, whatever the connection says.
const kSilence = 45_000;

// Reads until the stream ends or breaks. Throws what broke it.
export async function readEvents(path, {opened, found, signal}) {
  const own = new AbortController();
  const ended = AbortSignal.any([signal, own.signal]);
  const response = await fetch(path, {signal: ended, cache: 'no-store', credentials: 'omit',
                                      headers: headers({Accept: 'text/event-stream'})});
  if (!response.ok || !response.body) throw Object.assign(new Error('no events'), {status: response.status});
  opened();
  const parser = new EventParser(found);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const timer = setTimeout(() => own.abort(), kSilence);
    const {value, done} = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    parser.take(value);
  }
}
