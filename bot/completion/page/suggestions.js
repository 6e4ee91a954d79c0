// What is suggested at the cursor: alternatives, best first, and which of them is shown in grey.
import { Decoration, EditorView, StateEffect, StateField, WidgetType, showTooltip } from "./codemirror.js";

const LIST_ID = "alternatives";

/** Show alternatives, or none: `{place, alternatives: [{text, probability}], chosen, listed}` or null. */
export const setSuggestions = StateEffect.define();

export const suggestionField = StateField.define({
  create: () => null,
  update: updateSuggestions,
  provide: (field) => [
    EditorView.decorations.from(field, drawShown),
    showTooltip.from(field, describeList),
    EditorView.contentAttributes.compute([field], (state) => describeFocus(state.field(field))),
  ],
});

/** Read the alternative that is shown; an empty text where there is none. */
export function readShown(state) {
  const suggestions = state.field(suggestionField);
  return suggestions ? suggestions.alternatives[suggestions.chosen].text : "";
}

function updateSuggestions(suggestions, transaction) {
  for (const effect of transaction.effects) {
    if (effect.is(setSuggestions)) return effect.value;
  }
  if (suggestions && transaction.docChanged) return keepTyped(suggestions, transaction);
  return transaction.selection ? null : suggestions;
}

/** Keep what goes on with the text that was typed at the place, so that nothing flickers. */
function keepTyped(suggestions, transaction) {
  const typed = readInsertion(transaction, suggestions.place);
  if (typed === null) return null;
  const goesOn = ({ text }) => text.length > typed.length && text.startsWith(typed);
  const shown = suggestions.alternatives[suggestions.chosen];
  const kept = suggestions.alternatives.filter(goesOn);
  if (kept.length === 0) return null;
  return {
    place: suggestions.place + typed.length,
    alternatives: kept.map(({ text, probability }) => ({ text: text.slice(typed.length), probability })),
    chosen: Math.max(kept.indexOf(shown), 0),
    listed: suggestions.listed,
  };
}

/** Read the text that a change put at the place; null where it did anything else. */
function readInsertion(transaction, place) {
  const insertions = [];
  transaction.changes.iterChanges((from, to, _newFrom, _newTo, text) => {
    insertions.push(from === place && to === place ? text.toString() : null);
  });
  return insertions.length === 1 ? insertions[0] : null;
}

class GreyText extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  get lineBreaks() {
    return this.text.split("\n").length - 1;
  }

  toDOM() {
    const element = document.createElement("span");
    element.className = "suggestion";
    element.textContent = this.text;
    element.setAttribute("aria-hidden", "true"); // it is not in the file; a live region says it
    return element;
  }
}

function drawShown(suggestions) {
  if (!suggestions) return Decoration.none;
  const widget = new GreyText(suggestions.alternatives[suggestions.chosen].text);
  return Decoration.set([Decoration.widget({ widget, side: 1 }).range(suggestions.place)]);
}

function describeList(suggestions) {
  if (!suggestions?.listed) return null;
  return { pos: suggestions.place, create: createList };
}

/** Tell screen readers which line of the list is chosen while the cursor stays in the text. */
function describeFocus(suggestions) {
  if (!suggestions?.listed) return { "aria-haspopup": "listbox" };
  return {
    "aria-haspopup": "listbox",
    "aria-controls": LIST_ID,
    "aria-activedescendant": `${LIST_ID}-${suggestions.chosen}`,
  };
}

function createList(view) {
  const list = document.createElement("ul");
  list.className = "alternatives";
  list.id = LIST_ID;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Alternatives");
  const fill = () => list.replaceChildren(...createLines(view));
  fill();
  return { dom: list, update: fill, offset: { x: 0, y: 4 } };
}

function createLines(view) {
  const suggestions = view.state.field(suggestionField);
  if (!suggestions) return [];
  return suggestions.alternatives.map((alternative, index) => {
    const line = createLine(alternative, index, index === suggestions.chosen);
    line.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the editor keeps the focus
      takeText(view, alternative.text);
    });
    return line;
  });
}

function createLine({ text, probability }, index, isChosen) {
  const line = document.createElement("li");
  line.id = `${LIST_ID}-${index}`;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", String(isChosen));
  const code = document.createElement("code");
  code.textContent = text.replaceAll("\n", "⏎\n");
  const share = document.createElement("span");
  share.textContent = `${Math.round(100 * probability)} %`;
  line.append(code, share);
  return line;
}

/** Put a suggested text where the cursor is. */
export function takeText(view, text) {
  const { head } = view.state.selection.main;
  view.dispatch({
    changes: { from: head, insert: text },
    selection: { anchor: head + text.length },
    userEvent: "input.complete",
    scrollIntoView: true,
  });
}
