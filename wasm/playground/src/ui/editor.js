/** A code editor in a shadow root: there its styles are adopted style sheets, which the page's policy allows. */

import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language';
import { nextDiagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState, StateEffect, StateField, Transaction } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { indentation, switchIndentation } from './indent.js';

const headerLanguage = StreamLanguage.define({
  token(stream) {
    if (stream.sol() && stream.match(/^[^:\s]+(?=:)/)) return 'propertyName';
    if (stream.match(/^:\s*/)) return 'punctuation';
    stream.skipToEnd();
    return 'string';
  },
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--code-word)' },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: 'var(--code-mark)' },
]);

const wavy = (colour) => ({
  backgroundImage: 'none',
  textDecoration: `underline wavy ${colour} 1.5px`,
  textUnderlineOffset: '3px',
  textDecorationSkipInk: 'none',
});

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--ink)', backgroundColor: 'var(--field)', fontSize: 'var(--code-size)' },
  // The host shows the focus; here the gutter would cover a part of it.
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 10px 0 6px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--field)', color: 'var(--quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 2px 0 8px', minWidth: '26px' },
  '.cm-foldGutter .cm-gutterElement': { padding: '0 3px', cursor: 'pointer' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--line-now)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--selection)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--selection)', outline: 'none' },
  '.cm-lintRange-error': wavy('var(--refuse)'),
  '.cm-lintRange-warning': wavy('var(--drift)'),
  '.cm-lintRange-info': wavy('var(--note)'),
  '.cm-lintPoint:after': { borderBottomColor: 'var(--refuse)' },
  '.cm-lintRange-active': { backgroundColor: 'var(--selection)' },
  '.cm-flash': { backgroundColor: 'var(--flash)', borderRadius: '2px' },
  '.cm-lit': { backgroundColor: 'var(--lit)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--ink)',
    border: '1px solid var(--edge)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow)',
    maxWidth: 'min(480px, 90vw)',
    fontFamily: 'var(--sans)',
  },
  '.cm-diagnostic': { padding: '8px 12px', borderLeft: 'none', whiteSpace: 'normal' },
  '.cm-diagnosticSource': { fontSize: '0.86em', opacity: '1', color: 'var(--quiet)' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--button)',
    color: 'var(--ink)',
    border: '1px solid var(--edge)',
    borderRadius: '6px',
    padding: '3px 9px',
    margin: '6px 6px 0 0',
    font: 'inherit',
    fontSize: '0.9em',
  },
  '.cm-specialChar': { color: 'var(--drift)' },
  '.cm-break': { whiteSpace: 'pre' },
  '.cm-fold': { cursor: 'pointer', color: 'var(--quiet)', padding: '0 4px' },
  '.cm-fold:hover': { color: 'var(--ink)' },
  // Words about the field, not something that stands in it.
  '.cm-placeholder': { color: 'var(--quiet)', fontFamily: 'var(--sans)', fontStyle: 'italic', whiteSpace: 'pre-wrap' },
  '.cm-panels': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--edge)' },
});

/** @type {import('@codemirror/state').StateEffectType<{ from: number, to: number } | undefined>} */
const flash = StateEffect.define();
const flashed = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(flash)) continue;
      next =
        effect.value && effect.value.from < effect.value.to
          ? Decoration.set([Decoration.mark({ class: 'cm-flash' }).range(effect.value.from, effect.value.to)])
          : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Find is fetched when somebody asks for it. */
const find = {
  key: 'Mod-f',
  run(view) {
    import('@codemirror/search').then(({ openSearchPanel, search, searchKeymap }) => {
      view.dispatch({ effects: StateEffect.appendConfig.of([search({ top: true }), keymap.of(searchKeymap)]) });
      openSearchPanel(view);
    });
    return true;
  },
};

/**
 * An editor in `host`. `onChange` hears of every change, `onPaste(text)` of a paste before it happens and keeps it by
 * returning true, and `onFiles(files)` of files that are dropped or pasted.
 */
export function editor(host, { label, hint, language = undefined, onChange, onPaste, onFiles }) {
  const root = host.attachShadow({ mode: 'open' });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      extensions: [
        // With a fixed line separator a carriage return stays in the text, and with it every byte of the body.
        EditorState.lineSeparator.of('\n'),
        lineNumbers(),
        language === 'json' ? [foldGutter(), indentation] : [],
        language === 'json' ? json() : headerLanguage,
        highlightSpecialChars(),
        history(),
        drawSelection(),
        bracketMatching(),
        highlightActiveLine(),
        syntaxHighlighting(colours),
        flashed,
        theme,
        EditorView.lineWrapping,
        placeholder(hint),
        keymap.of([find, { key: 'F8', run: nextDiagnostic }, ...standardKeymap, ...historyKeymap, ...foldKeymap]),
        EditorView.contentAttributes.of({
          'aria-label': label,
          spellcheck: 'false',
          autocapitalize: 'off',
          tabindex: '0',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update);
        }),
        EditorView.domEventHandlers({
          paste(event) {
            const files = [...(event.clipboardData?.files ?? [])];
            if (files.length > 0) return onFiles(files);
            const text = event.clipboardData?.getData('text/plain') ?? '';
            if (!onPaste(text)) return false;
            event.preventDefault();
            return true;
          },
          drop(event) {
            const files = [...(event.dataTransfer?.files ?? [])];
            if (files.length === 0) return false;
            event.preventDefault();
            return onFiles(files);
          },
        }),
      ],
    }),
  });
  let flashing;
  return {
    view,
    text: () => view.state.doc.sliceString(0, undefined, '\n'),
    /** Puts a whole new text in; one step of undo. */
    set(text) {
      if (text === this.text()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: view.state.toText(text) },
        selection: { anchor: 0 },
      });
      view.scrollDOM.scrollTop = 0;
    },
    change(changes) {
      view.dispatch({
        changes: changes.map(({ from, to, insert }) => ({ from, to, insert: view.state.toText(insert) })),
        annotations: Transaction.userEvent.of('input.fix'),
      });
    },
    /** Marks findings: `{ from, to, severity, message, source, actions }`. */
    mark(diagnostics) {
      const end = view.state.doc.length;
      view.dispatch(
        setDiagnostics(
          view.state,
          diagnostics.map((one) => ({
            ...one,
            from: Math.min(one.from, end),
            to: Math.min(Math.max(one.to, one.from), end),
          })),
        ),
      );
    },
    /** Puts the cursor there, in view, and lights the place up for a moment. */
    show(from, to, { atEnd = false } = {}) {
      const end = view.state.doc.length;
      const range = { from: Math.min(from, end), to: Math.min(to, end) };
      view.dispatch({
        selection: { anchor: atEnd ? range.to : range.from },
        effects: [EditorView.scrollIntoView(range.from, { y: 'center' }), flash.of(range)],
      });
      view.focus();
      clearTimeout(flashing);
      flashing = setTimeout(() => view.dispatch({ effects: flash.of(undefined) }), 1600);
    },
    /** Shows JSON of one line indented; the text stays as it is. */
    setIndented: (isOn) => switchIndentation(view, isOn),
    focus: () => view.focus(),
    isEmpty: () => view.state.doc.length === 0,
    isAllSelected: () => view.state.selection.main.to - view.state.selection.main.from === view.state.doc.length,
  };
}
