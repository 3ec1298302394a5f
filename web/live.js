// Keeps the board true: reads it, follows the events, and begins anew when the connection breaks. Views listen here.
import {get} from './api.js';
import {Board} from './board.js';
import {readEvents} from './stream.js';

export const board = new Board();
const listeners = new Map();
const kLongestPause = 8000;
let stopped = null;
export let connection = 'away';  // away, live
export let jobs = {open: null, failed: null};

// kind: cells (ids of policies), board, pods, jobs, connection.
export function listen(kind, run, signal) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(run);
  signal?.addEventListener('abort', () => listeners.get(kind).delete(run));
}

function tell(kind, what) {
  for (const run of listeners.get(kind) ?? []) run(what);
}

function become(state) {
  if (connection === state) return;
  connection = state;
  tell('connection', state);
}

async function readBoard(signal) {
  const {board: read} = await get('/v1.0/board', {}, signal);
  board.take(read);
  tell('board');
}

// One reading at a time; whoever asks meanwhile has another one afterwards.
let reading = null, wanted = false;
function rereadBoard(signal) {
  wanted = true;
  reading ??= (async () => {
    while (wanted && !signal.aborted) {
      wanted = false;
      await readBoard(signal);
    }
  })().finally(() => { reading = null; });
  return reading;
}

function take({event, data}, signal) {
  const said = JSON.parse(data);
  if (event === 'cells') {
    const changed = board.takeRows(said);
    if (changed.length) tell('cells', changed);
  } else if (event === 'pods') {
    // Another list of pods is another board.
    if (said.pods.length !== board.width) rereadBoard(signal).catch(() => {});
    board.takePods(said.pods);
    tell('pods');
  } else if (event === 'board') {
    rereadBoard(signal).catch(() => {});
  } else if (event === 'jobs') {
    jobs = said;
    tell('jobs', said);
  }
}

async function follow(signal) {
  let pause = 0;
  while (!signal.aborted) {
    try {
      await rereadBoard(signal);
      await readEvents(`/v1.0/events?version=${board.version}`, {signal, found: (event) => take(event, signal), opened: () => {
        pause = 0;
        become('live');
      }});
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) return become('away');
    }
    become('away');
    pause = Math.min(kLongestPause, Math.max(250, pause * 2));
    // Not all pages of a server that comes back at the same moment.
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

export function start() {
  stop();
  stopped = new AbortController();
  follow(stopped.signal);
}

export function stop() {
  stopped?.abort();
  stopped = null;
  become('away');
}
