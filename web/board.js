// What the page knows of all cells: a byte for each policy in each pod. A million cells are one megabyte, and an event
// costs the rows that it names.
import {kInSync, kNone, stateOfCode, states} from './states.js';

export class Board {
  constructor() {
    this.take({version: 0, pods: [], policies: [], cells: []});
  }

  // The whole of it, as GET /v1.0/board tells it.
  take({version, pods, policies, cells}) {
    Object.assign(this, {version, pods, policies});
    this.width = pods.length;
    this.height = policies.length;
    this.cells = new Uint8Array(this.width * this.height);
    this.counts = new Uint32Array(states.length);
    this.podAt = new Map(pods.map((pod, index) => [pod.pod_id, index]));
    this.policyAt = new Map(policies.map((policy, index) => [policy.id, index]));
    // Put together with no copies, then each row as an event would bring it.
    this.counts[kNone] = this.cells.length;
    cells.forEach((row, index) => this.takeRow(index, row));
  }

  takeRow(index, text) {
    const from = index * this.width, length = Math.min(this.width, text.length);
    let changed = false;
    for (let column = 0; column < length; ++column) {
      const state = stateOfCode(text.charCodeAt(column)), before = this.cells[from + column];
      if (state === before) continue;
      this.cells[from + column] = state;
      --this.counts[before];
      ++this.counts[state];
      changed = true;
    }
    return changed;
  }

  // Rows of an event. What is older than what we have is nothing new; the numbers of two processes that serve the same
  // cloud say nothing about each other. Returns the ids of policies that changed.
  takeRows({version, rows}) {
    const changed = [], life = (number) => Math.floor(number / 2 ** 32);
    if (version <= this.version && life(version) === life(this.version)) return changed;
    this.version = version;
    for (const [id, text] of rows) {
      const index = this.policyAt.get(id);
      if (index === undefined || !this.takeRow(index, text)) continue;
      changed.push(id);
    }
    return changed;
  }

  takePods(pods) {
    for (const pod of pods) {
      const index = this.podAt.get(pod.pod_id);
      if (index !== undefined) this.pods[index] = pod;
    }
  }

  state(policy, pod) {
    return this.cells[policy * this.width + pod];
  }

  // How often each state is in a row or in a column.
  countsOfPolicy(index) {
    const counts = new Uint32Array(states.length);
    for (let at = index * this.width, end = at + this.width; at < end; ++at) ++counts[this.cells[at]];
    return counts;
  }
  countsOfPod(index) {
    const counts = new Uint32Array(states.length);
    for (let at = index; at < this.cells.length; at += this.width) ++counts[this.cells[at]];
    return counts;
  }

  worstOfPolicy(index) {
    let worst = kNone;
    for (let at = index * this.width, end = at + this.width; at < end; ++at) {
      if (this.cells[at] > worst) worst = this.cells[at];
    }
    return worst;
  }

  // The cells that are neither in sync nor empty, the worst first, at most `most`.
  troubles(most) {
    const found = states.map(() => []);
    for (let at = 0; at < this.cells.length; ++at) {
      const state = this.cells[at];
      if (state > kInSync && found[state].length < most) {
        found[state].push({policy: Math.floor(at / this.width), pod: at % this.width, state});
      }
    }
    return found.reverse().flat().slice(0, most);
  }
}
