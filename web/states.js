// The states of a copy: how the board's characters (`sign`) are called, and which of several counts when one mark stands for
// many cells. A state is a small number everywhere in the page, its place in this list.
export const states = [
  {sign: '.', letter: '', name: 'none', words: 'no copy', why: 'The policy is not wanted there'},
  {sign: '?', letter: '?', name: 'unread', words: 'not read yet', why: 'The centre has not looked yet; it comes by itself'},
  {sign: 'i', letter: 'I', name: 'in_sync', words: 'in sync', why: 'The pod has confirmed the newest wish'},
  {sign: 'p', letter: 'P', name: 'pending', words: 'pending', why: 'The newest wish is on its way'},
  {sign: 'h', letter: 'H', name: 'held', words: 'held', why: 'Deleted at the centre, still used by something of the pod’s own'},
  {sign: 'c', letter: 'C', name: 'cancelled', words: 'cancelled', why: 'An operator cancelled the job; the pod is behind'},
  {sign: 'r', letter: 'R', name: 'retrying', words: 'retrying', why: 'The last try failed, the next is to come'},
  {sign: 'f', letter: '≠', name: 'drifted', words: 'drifted', why: 'Changed in the pod by hand'},
  {sign: 'd', letter: 'D', name: 'pod_down', words: 'pod down', why: 'The pod does not answer'},
  {sign: 'x', letter: 'X', name: 'refused', words: 'refused', why: 'The pod left something out, or kept what it had'},
];

export const kNone = 0;
export const kUnread = 1;
export const kInSync = 2;

const numbers = new Map(states.map((state, number) => [state.name, number]));
const byCode = new Uint8Array(128);
states.forEach((state, number) => { byCode[state.sign.charCodeAt(0)] = number; });

// Of a character code; what is not known counts as no copy.
export const stateOfCode = (code) => (code < 128 ? byCode[code] : kNone);
export const stateOfName = (name) => numbers.get(name) ?? kNone;
// Bindings know one more: the pod's own policy, which is let be.
export const wordsOf = (name) => (name === 'foreign' ? 'foreign' : states[stateOfName(name)].words);
export const letterOf = (number) => states[number].letter;
