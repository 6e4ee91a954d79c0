// Asks the server for what may follow the cursor, and forgets a question once another key comes.
import { setSuggestions, suggestionField } from "./suggestions.js";

const PAUSE_MS = 20; // keys that come together are one question
// Characters of a file on each side of the cursor that are sent: as many as the model reads and the cut of a suggestion needs,
// and no more than a request may have bytes, though each character has three.
const MOST_BEFORE = 48_000;
const MOST_AFTER = 12_000;
const LEAST = 3_000;
const MOST_SHOWN = 5;

export class Asker {
  /**
   * `reach` is how far the model reads. `show` is told the answer and how long it took, or the sentence that says why there is
   * none.
   */
  constructor(path, reach, show) {
    this.path = path;
    this.reach = Math.max(reach, LEAST);
    this.show = show;
    this.client = createName();
    this.version = 0;
    this.stop();
  }

  /** Forget what was asked. */
  stop() {
    clearTimeout(this.timer);
    this.question?.abort();
    this.version += 1;
  }

  /** Ask after a short pause. */
  askSoon(view) {
    this.stop();
    this.timer = setTimeout(() => this.ask(view), PAUSE_MS);
  }

  /** Ask now, and show the answer where nothing was done in the meantime. */
  async ask(view, { listed = false } = {}) {
    this.stop();
    const { version } = this;
    const { doc, selection } = view.state;
    this.question = new AbortController();
    const began = performance.now();
    try {
      const question = this.createQuestion(doc, selection.main.head, listed);
      const answer = await fetchAnswer(question, this.question.signal);
      if (version !== this.version) return;
      const alternatives = answer.suggestions.filter(({ text }) => text).slice(0, MOST_SHOWN);
      const trouble = listed && alternatives.length === 0 ? "Nothing is suggested here." : "";
      this.show({ answer, milliseconds: performance.now() - began, trouble });
      this.showAlternatives(view, alternatives, listed);
    } catch (error) {
      if (version === this.version) this.show({ trouble: describeTrouble(error) });
    }
  }

  createQuestion(doc, place, explicit) {
    const start = countFar(place, Math.min(this.reach, MOST_BEFORE));
    const end = doc.length - countFar(doc.length - place, Math.min(this.reach, MOST_AFTER));
    return {
      path: this.path,
      before: doc.sliceString(start, place),
      after: doc.sliceString(place, end),
      client: this.client,
      version: this.version,
      explicit,
    };
  }

  showAlternatives(view, alternatives, listed) {
    const place = view.state.selection.main.head;
    const shown = alternatives.length ? { place, alternatives, chosen: 0, listed } : null;
    if (!shown && !view.state.field(suggestionField)) return;
    view.dispatch({ effects: setSuggestions.of(shown) });
    if (shown) view.setTabFocusMode(false);
  }
}

/** Count the characters that are left out, in steps: most keys leave the cut where it was, so that what was read still counts. */
function countFar(length, needed) {
  const step = Math.max(LEAST, needed / 3);
  return Math.max(0, Math.floor((length - needed) / step) * step);
}

async function fetchAnswer(question, signal) {
  const response = await fetch("complete", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  if (!response.ok) throw new Refused(response.status, await readSentence(response));
  return response.json();
}

class Refused extends Error {
  constructor(status, sentence) {
    super(sentence || `The server answered with ${status}.`);
  }
}

/** Read the sentence with which a server refuses; empty where it gave none. */
async function readSentence(response) {
  try {
    const { detail } = await response.json();
    return typeof detail === "string" ? detail : "";
  } catch {
    return "";
  }
}

function describeTrouble(error) {
  if (error instanceof Refused) return `${error.message} Typing goes on.`;
  return "The server does not answer. Typing goes on; the next key asks again.";
}

/** Make a name by which the server knows this page from others; they need not be secret. */
function createName() {
  const numbers = crypto.getRandomValues(new Uint32Array(2));
  return Array.from(numbers, (number) => number.toString(36)).join("-");
}
