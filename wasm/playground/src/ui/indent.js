/**
 * JSON that came in one line, shown indented and with parts that fold. Line breaks and blanks are decorations: the text, every
 * position in it and every byte stay as they are.
 */

import { codeFolding, foldEffect, foldedRanges, unfoldEffect } from '@codemirror/language';
import { RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, keymap, WidgetType } from '@codemirror/view';

/** A longer line is not drawn as a whole, and then nothing knows how high it is. */
const MAX = 20_000;
/** A shorter one is read as it is. */
const MIN = 60;

/** Whether a text is one line of JSON that an indented view makes sense of. */
export function isOneLine(text) {
  return text.length >= MIN && text.length <= MAX && /^\s*[[{]/.test(text) && !/[\r\n]/.test(text.trimEnd());
}

/** Where lines break, in order: `{ at, level, isClose }`, and every object or list that is not empty as `{ from, to, level }`. */
export function layout(text) {
  const breaks = [];
  const groups = [];
  const open = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      at += 1;
      while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    } else if (character === '{' || character === '[') {
      const isEmpty = /^[{[]\s*[}\]]/.test(text.slice(at, at + 64));
      open.push({ from: at + 1, isEmpty });
      if (!isEmpty) breaks.push({ at: at + 1, level: open.length, isOpen: true });
    } else if (character === '}' || character === ']') {
      const group = open.pop();
      if (group !== undefined && !group.isEmpty) {
        breaks.push({ at, level: open.length, isClose: true });
        groups.push({ from: group.from, to: at });
      }
    } else if (character === ',' && open.length > 0) breaks.push({ at: at + 1, level: open.length });
  }
  return { breaks, groups };
}

class Break extends WidgetType {
  constructor(level, isOpen) {
    super();
    this.level = level;
    this.isOpen = isOpen;
  }

  eq(other) {
    return other.level === this.level && other.isOpen === this.isOpen;
  }

  toDOM(view) {
    const element = document.createElement('span');
    element.className = 'cm-break';
    if (this.isOpen) {
      const fold = document.createElement('span');
      fold.className = 'cm-fold';
      fold.textContent = '⌄';
      fold.title = 'Fold';
      // The keyboard has Ctrl Shift [ for it.
      fold.setAttribute('aria-hidden', 'true');
      fold.addEventListener('mousedown', (event) => {
        event.preventDefault();
        foldAt(view, view.posAtDOM(element));
      });
      element.append(fold);
    }
    element.append(`\n${'  '.repeat(this.level)}`);
    return element;
  }

  ignoreEvent() {
    return true;
  }
}

function decorate(text) {
  /** @type {RangeSetBuilder<Decoration>} */
  const builder = new RangeSetBuilder();
  const { breaks, groups } = layout(text);
  for (const { at, level, isOpen, isClose } of breaks) {
    // The cursor stands at the start of the new line, and in front of a bracket that closes at the end of the old one.
    builder.add(at, at, Decoration.widget({ widget: new Break(level, isOpen === true), side: isClose ? 1 : -1 }));
  }
  return { decorations: builder.finish(), groups };
}

const NOTHING = { isOn: false, decorations: Decoration.none, groups: [] };

/** Switches the view on or off. */
const switched = StateEffect.define();

const view = StateField.define({
  create: () => NOTHING,
  update(now, transaction) {
    const effect = transaction.effects.find((one) => one.is(switched));
    const isOn = effect === undefined ? now.isOn : effect.value;
    if (!isOn) return NOTHING;
    if (effect === undefined && !transaction.docChanged) return now;
    const text = transaction.newDoc.toString();
    return isOneLine(text) ? { isOn, ...decorate(text) } : { ...NOTHING, isOn };
  },
  provide: (field) => EditorView.decorations.from(field, ({ decorations }) => decorations),
});

/** Folds the group that begins at `at`, or unfolds it. */
function foldAt(editor, at) {
  const group = editor.state.field(view).groups.find(({ from }) => from === at);
  if (group) editor.dispatch({ effects: foldEffect.of(group) });
}

/** Folds or unfolds the innermost group around the cursor. */
const foldInner = (isFolding) => (editor) => {
  const { groups } = editor.state.field(view);
  const { head } = editor.state.selection.main;
  let found;
  if (isFolding) found = groups.find(({ from, to }) => from <= head && head <= to);
  else
    foldedRanges(editor.state).between(head, head, (from, to) => {
      found = { from, to };
    });
  if (!found) return false;
  editor.dispatch({ effects: (isFolding ? foldEffect : unfoldEffect).of(found) });
  return true;
};

/** The extension of an editor. */
export const indentation = [
  view,
  codeFolding(),
  keymap.of([
    { key: 'Ctrl-Shift-[', mac: 'Cmd-Alt-[', run: foldInner(true) },
    { key: 'Ctrl-Shift-]', mac: 'Cmd-Alt-]', run: foldInner(false) },
  ]),
];

export function switchIndentation(editor, isOn) {
  editor.dispatch({ effects: switched.of(isOn) });
}
