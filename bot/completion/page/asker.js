// Asks the server for what may follow the cursor, and forgets a question once another key comes.
import { setSuggestions, suggestionField } from "./suggestions.js";

const PAUSE_MS = 20; // keys that come together are one question
const STEP = 32_000; // a long text is cut at multiples of it, so that what the server has read still counts
const MOST_BEFORE = 3 * STEP;
const MOST_AFTER = 20_000;
const MOST_SHOWN = 5;

export class Asker {
  /** `show` is told the answer and how long it took, or the sentence that says why there is none. */
  constructor(path, show) {
    this.path = path;
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
    const start = Math.max(0, Math.ceil((place - MOST_BEFORE) / STEP) * STEP);
    return {
      path: this.path,
      before: doc.sliceString(start, place),
      after: doc.sliceString(place, place + MOST_AFTER),
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
