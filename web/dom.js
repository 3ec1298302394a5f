// Elements are made here and nowhere else: text goes in as text, so no word of anybody's becomes markup.
const kSvg = 'http://www.w3.org/2000/svg';

function made(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key, value);
    else if (key === 'value') element.value = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

// h('button', {class: 'x', click: f}, 'words'): a function among the attributes listens to the event of its name.
export const h = (tag, attributes, ...children) => made(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => made(document.createElementNS(kSvg, tag), attributes, children);

export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

export const section = (title, ...children) => h('section', {}, h('h2', {}, title), children);

// What is read out and not shown.
export function say(text) {
  const said = document.getElementById('said');
  said.textContent = '';
  said.textContent = text;
}

// A sentence above the view, until it is put away or another comes.
export function notice(text, kind = 'bad') {
  const bar = h('div', {class: `notice ${kind}`}, h('span', {}, text),
                h('button', {class: 'plain', 'aria-label': 'Put this message away', click: () => bar.remove()}, '×'));
  fill(document.getElementById('notices'), bar);
}
export const clearNotices = () => fill(document.getElementById('notices'));

// Asks before something that cannot be taken back. Resolves to true or false.
export function ask(title, text, verb) {
  return new Promise((resolve) => {
    const dialog = h('dialog', {'aria-labelledby': 'asked', close: () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    }}, h('form', {method: 'dialog'}, h('h2', {id: 'asked'}, title), h('p', {}, text),
          h('div', {class: 'actions'}, h('button', {value: 'no'}, 'Leave it'),
            h('button', {value: 'yes', class: 'strong'}, verb))));
    // The property of a button is not its attribute, which the form needs.
    dialog.querySelectorAll('button').forEach((button) => button.setAttribute('value', button.value));
    document.body.append(dialog);
    dialog.showModal();
  });
}

// A button that does something at the server; while it does, it cannot be pressed again, and what fails is told. Its name
// says more than its face, and begins with it: who steers by voice says what he sees.
export function act(label, what, does) {
  const button = h('button', {'aria-label': `${label}: ${what}`, 'data-act': label, click: async () => {
    button.disabled = true;
    try {
      await does();
    } catch (error) {
      if (error.name !== 'AbortError') notice(`${label}: ${error.message}`);
    } finally {
      button.disabled = false;
    }
  }}, label);
  return button;
}

// Runs at once, then at most each `ms`, never twice at a time; the last call is never lost.
export function atMostEach(ms, run, signal) {
  let waiting = false, again = false, timer = 0;
  const go = async () => {
    waiting = true;
    again = false;
    const began = performance.now();
    try {
      await run();
    } catch (error) {
      if (error.name !== 'AbortError') notice(error.message);
    }
    timer = setTimeout(() => {
      waiting = false;
      if (again && !signal.aborted) go();
    }, Math.max(0, ms - (performance.now() - began)));
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  return () => {
    if (signal.aborted) return;
    if (waiting) again = true;
    else go();
  };
}
