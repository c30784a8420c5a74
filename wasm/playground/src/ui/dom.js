/** Making elements without a framework. */

/**
 * An element with attributes, listeners (`onclick`), properties that are no attributes (`checked`, `value`) and children.
 * `undefined`, `null` and `false` are left out, as attributes and as children.
 */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (['value', 'checked', 'disabled', 'hidden', 'open', 'className', 'htmlFor'].includes(key))
      element[key] = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false),
  );
  return element;
}

/** @type {(id: string) => any} of whatever kind the page's HTML has there */
export const byId = (id) => document.getElementById(id);

/**
 * Puts new children in place of the old ones, and the focus back on what had it, by its `data-key`. Nothing here asks for a
 * position: that would make the browser lay the page out at once, a keystroke long.
 */
export function fill(element, ...children) {
  const active = element.contains(document.activeElement)
    ? /** @type {HTMLElement} */ (document.activeElement).dataset.key
    : undefined;
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false),
  );
  if (active !== undefined) element.querySelector(`[data-key="${CSS.escape(active)}"]`)?.focus({ preventScroll: true });
}

/** Text with its `code` parts, which stand between backticks. */
export function prose(text) {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith('`') && part.length > 1 ? h('code', {}, part.slice(1, -1)) : part));
}

/** Copies text, also where the page has no secure origin. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h('textarea', { className: 'hidden', value: text, 'aria-hidden': 'true' });
    document.body.append(area);
    area.select();
    // Without a secure origin there is no other way.
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Offers bytes as a file. */
export function save(name, bytes, type = 'application/octet-stream') {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = h('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A line that goes away by itself, read aloud by screen readers. */
export function toast(text, action) {
  const line = h('div', { className: 'toast' }, h('span', { title: text }, text));
  if (action) {
    line.append(
      h(
        'button',
        {
          type: 'button',
          onclick: () => {
            action.run();
            line.remove();
          },
        },
        action.label,
      ),
    );
  }
  byId('toasts').replaceChildren(line);
  setTimeout(() => line.remove(), action ? 12_000 : 4000);
}
