// What the keys do with a suggestion. Each gives the key on where there is none.
import { readShown, setSuggestions, suggestionField, takeText } from "./suggestions.js";

/** List the keys. `asker` is asked where somebody wants alternatives and there are none. */
export function createKeys(asker) {
  return [
    { key: "Tab", run: takeAll },
    { key: "Enter", run: (view) => isListed(view) && takeAll(view) },
    { key: "Ctrl-ArrowRight", mac: "Alt-ArrowRight", run: takeWord },
    { key: "Alt-]", run: (view) => choose(view, 1) },
    { key: "Alt-[", run: (view) => choose(view, -1) },
    { key: "ArrowDown", run: (view) => isListed(view) && choose(view, 1) },
    { key: "ArrowUp", run: (view) => isListed(view) && choose(view, -1) },
    { key: "Ctrl-Space", run: (view) => openList(view, asker) },
    { key: "Escape", run: (view) => leave(view, asker) },
  ];
}

function isListed(view) {
  return Boolean(view.state.field(suggestionField)?.listed);
}

function takeAll(view) {
  const text = readShown(view.state);
  if (text) takeText(view, text);
  return Boolean(text);
}

/** Take the next word, or the next run of signs, with the space before it. */
function takeWord(view) {
  const text = readShown(view.state);
  if (!text) return false;
  const [word] = text.match(/^\s*(?:[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]+)/u) ?? [text];
  takeText(view, word);
  return true;
}

function choose(view, step) {
  const suggestions = view.state.field(suggestionField);
  if (!suggestions) return false;
  const count = suggestions.alternatives.length;
  const chosen = (suggestions.chosen + step + count) % count;
  view.dispatch({ effects: setSuggestions.of({ ...suggestions, chosen }) });
  return true;
}

function openList(view, asker) {
  const suggestions = view.state.field(suggestionField);
  if (suggestions) view.dispatch({ effects: setSuggestions.of({ ...suggestions, listed: true }) });
  else asker.ask(view, { listed: true });
  return true;
}

/** Drop the suggestion. Tab then moves the focus on, so that nobody is caught in the editor. */
function leave(view, asker) {
  asker.stop();
  if (view.state.field(suggestionField)) view.dispatch({ effects: setSuggestions.of(null) });
  view.setTabFocusMode(true);
  return true;
}
