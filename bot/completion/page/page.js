// The page: an editor that shows in grey what may follow, and says what it shows.
import {
  EditorState, EditorView, Prec, bracketMatching, classHighlighter, defaultKeymap, history,
  historyKeymap, indentOnInput, indentUnit, indentWithTab, keymap, lineNumbers, pythonLanguage,
  syntaxHighlighting,
} from "./codemirror.js";
import { Asker } from "./asker.js";
import { createKeys } from "./keys.js";
import { SAMPLE } from "./sample.js";
import { readShown, setSuggestions, suggestionField } from "./suggestions.js";

const MOST_BYTES = 1_000_000;
const ROOM_PX = 72; // below the cursor, for grey text of several lines
const QUIET_MS = 600; // a screen reader is told once the typing rests

const getElement = (id) => document.getElementById(id);
const readMeta = (name) => document.querySelector(`meta[name=${name}]`).content;
const asker = new Asker("sample.py", Number(readMeta("model-reach")), showAnswer);
const view = new EditorView({ state: createState(SAMPLE), parent: getElement("editor") });

let opened = view.state.doc; // as it came from the disk

getElement("path").textContent = asker.path;
window.addEventListener("beforeunload", askBeforeLeaving);
getElement("file").addEventListener("change", (event) => openFile(event.target));
startTheme(getElement("theme"));

function createState(text) {
  return EditorState.create({
    doc: text,
    selection: { anchor: EditorState.create({ doc: text }).doc.length },
    extensions: [
      EditorView.cspNonce.of(readMeta("style-nonce")),
      Prec.highest(keymap.of(createKeys(asker))),
      lineNumbers(), history(), indentOnInput(), bracketMatching(), EditorView.lineWrapping,
      pythonLanguage, indentUnit.of("    "), syntaxHighlighting(classHighlighter),
      keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
      EditorView.contentAttributes.of({ "aria-label": "Code", "aria-describedby": "keys" }),
      suggestionField,
      EditorView.scrollMargins.of(() => ({ bottom: ROOM_PX })),
      EditorView.updateListener.of(noticeUpdate),
      EditorView.domEventHandlers({ blur: leaveEditor, compositionend: endComposition }),
    ],
  });
}

function noticeUpdate(update) {
  if (update.docChanged || update.selectionSet) asker.stop();
  if (update.docChanged) noticeChange(update);
  const shown = readShown(update.state);
  if (shown !== readShown(update.startState)) announce(update.state);
}

function noticeChange(update) {
  update.view.setTabFocusMode(false);
  const tookWord = update.transactions.some((change) => change.isUserEvent("input.complete"));
  const hasRest = tookWord && readShown(update.state);
  if (!hasRest && !update.view.composing) asker.askSoon(update.view);
}

/** Show nothing in grey where nobody types. */
function leaveEditor(_event, left) {
  asker.stop();
  if (left.state.field(suggestionField)) left.dispatch({ effects: setSuggestions.of(null) });
}

/** Ask once a letter is put together that takes several keys; until then it is nobody's text. */
function endComposition(_event, composed) {
  asker.askSoon(composed);
}

/** Say what is suggested to those who do not see it, once they pause. */
function announce(state) {
  clearTimeout(announce.timer);
  const shown = readShown(state);
  announce.timer = setTimeout(() => {
    getElement("said").textContent = shown ? describeShown(view.state) : "";
  }, QUIET_MS);
}

function describeShown(state) {
  const suggestions = state.field(suggestionField);
  if (!suggestions) return "";
  const { alternatives, chosen } = suggestions;
  return `Suggestion ${chosen + 1} of ${alternatives.length}: ${alternatives[chosen].text}`;
}

function showAnswer({ answer, milliseconds, trouble = "" }) {
  getElement("trouble").textContent = trouble;
  if (!answer) return;
  const whole = Math.round(milliseconds);
  getElement("latency").textContent =
    `Last answer after ${whole} ms, ${Math.round(answer.milliseconds)} of them the model`;
}

/** Open a file from the disk. It stays in this page. */
async function openFile(input) {
  const [file] = input.files;
  input.value = ""; // the same file may be opened again
  if (!file) return;
  const { text, trouble } = await readFile(file);
  getElement("trouble").textContent = trouble ?? "";
  if (trouble) return;
  asker.path = file.name;
  getElement("path").textContent = file.name;
  // A change as any other, so that what stood there before can be brought back.
  const changes = { from: 0, to: view.state.doc.length, insert: text };
  view.dispatch({ changes, selection: { anchor: 0 }, scrollIntoView: true, userEvent: "input.open" });
  opened = view.state.doc;
  view.focus();
}

/** Have the browser ask before a text is lost that was written here alone. */
function askBeforeLeaving(event) {
  if (!view.state.doc.eq(opened)) event.preventDefault();
}

async function readFile(file) {
  if (file.size > MOST_BYTES) return { trouble: `${file.name} is larger than 1 MB; it was not opened.` };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()) };
  } catch {
    return { trouble: `${file.name} is not text in UTF-8; it was not opened.` };
  }
}

function startTheme(select) {
  const apply = () => {
    document.documentElement.dataset.theme = select.value;
  };
  select.value = exchangeStored((storage) => storage.getItem("theme")) ?? "";
  select.addEventListener("change", () => {
    apply();
    exchangeStored((storage) => storage.setItem("theme", select.value));
  });
  apply();
}

/** Read or write what the browser keeps, where its settings allow that. */
function exchangeStored(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}
