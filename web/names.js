// Names are other people's words. They are shown as text and nothing else, apart from the words around them, and what
// cannot be seen in them (control characters, marks that turn the direction of writing) is made visible.
import {h} from './dom.js';

// Joiners within an emoji are part of it; anywhere else they are there to deceive.
const unseen = new RegExp(
    '[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200c\\u200e\\u200f' +
    '\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}]' +
    '|(?<![\\p{Extended_Pictographic}\\ufe0f\\p{Emoji_Modifier}])\\u200d', 'gu');

const longest = 300;  // of what a name is shown of: Neutron's own limit is 255

const sign = (character) => `⟨U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

// Counted in characters, not in halves of them.
function shortened(text, most) {
  const given = String(text ?? '').toWellFormed();
  if (given.length <= most) return given;
  const characters = Array.from(given);
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : given;
}

const whole = (text) => shortened(text, longest);

// For places that take text alone: a title, a label that is drawn or read out. Isolated, so that what is written from
// right to left does not turn its surroundings.
export function plainName(text) {
  return whole(text).replace(unseen, sign);
}
export function isolatedName(text) {
  return `\u2068${plainName(text) || 'no name'}\u2069`;
}

// The name as an element.
export function name(text) {
  const given = whole(text);
  if (given === '') return h('span', {class: 'quiet'}, 'no name');
  const shown = h('bdi', {class: 'name', title: plainName(given)});
  let at = 0;
  for (const found of given.matchAll(unseen)) {
    shown.append(given.slice(at, found.index), h('span', {class: 'unprintable'}, sign(found[0])));
    at = found.index + found[0].length;
  }
  shown.append(given.slice(at));
  return shown;
}

// Words that a pod or an operator wrote, over several lines.
export const words = (text) =>
  h('bdi', {class: 'words'}, shortened(text, 2000).replace(unseen, (character) => (character === '\n' ? character : sign(character))));
