// What the page takes from CodeMirror; all else is left out of the bundle.
export { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
export { pythonLanguage } from "@codemirror/lang-python";
export { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, WidgetType, keymap, lineNumbers, showTooltip } from "@codemirror/view";
export { classHighlighter } from "@lezer/highlight";
