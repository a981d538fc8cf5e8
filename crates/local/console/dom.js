// Small helpers for building the page; texts are always set as text, never as markup.

/** `el('button', { class: 'x', onclick }, 'text', child …)`; null and false children are left out. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name === 'class' ? 'class' : name, value === true ? '' : value);
  }
  element.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A button that copies a text and says so. */
export function copyButton(text, label) {
  const button = el('button', { class: 'small', type: 'button', title: text, onclick: copy }, label);
  async function copy() {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = label), 1500);
  }
  return button;
}

/** Time of day, with the full date as a tooltip. */
export function clock(value) {
  const date = new Date(value);
  return el(
    'time',
    { dateTime: date.toISOString(), title: date.toLocaleString() },
    date.toLocaleTimeString(),
  );
}

/** JSON with colours, as elements. */
export function json(value) {
  const code = el('code', { class: 'json' });
  const text = JSON.stringify(value, null, 2) ?? '';
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;
  let from = 0;
  for (const match of text.matchAll(token)) {
    const kind = match[2] ? 'key' : match[1] ? 'string' : match[3] ? 'word' : 'number';
    const shown = match[1] ?? match[0];
    code.append(text.slice(from, match.index), el('span', { class: kind }, shown));
    from = match.index + shown.length;
  }
  code.append(text.slice(from));
  return el('pre', { tabIndex: 0 }, code);
}
