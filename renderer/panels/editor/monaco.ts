/** Monaco, with what of it is used and no more; the only importer of it. Its worker is a file of the page. */
import * as monaco from 'monaco-editor/editor/editor.api.js'
import EditorWorker from 'monaco-editor/editor/editor.worker.js?worker'
// The feature named suggest is only what stands grey in the line: this is the list.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController.js'
import 'monaco-editor/features/codeEditor/register.js'
import 'monaco-editor/features/codicon/register.js'
import 'monaco-editor/features/bracketMatching/register.js'
import 'monaco-editor/features/caretOperations/register.js'
import 'monaco-editor/features/clipboard/register.js'
import 'monaco-editor/features/comment/register.js'
import 'monaco-editor/features/contextmenu/register.js'
import 'monaco-editor/features/cursorUndo/register.js'
import 'monaco-editor/features/find/register.js'
import 'monaco-editor/features/folding/register.js'
import 'monaco-editor/features/gotoError/register.js'
import 'monaco-editor/features/hover/register.js'
import 'monaco-editor/features/indentation/register.js'
import 'monaco-editor/features/linesOperations/register.js'
import 'monaco-editor/features/multicursor/register.js'
import 'monaco-editor/features/snippet/register.js'
import 'monaco-editor/features/toggleTabFocusMode/register.js'
import 'monaco-editor/features/wordHighlighter/register.js'
import 'monaco-editor/features/wordOperations/register.js'
import 'monaco-editor/languages/definitions/dockerfile/register.js'
import 'monaco-editor/languages/definitions/yaml/register.js'
import { provideAnswers } from './answers.ts'
import { followTheme } from './theme.ts'

self.MonacoEnvironment = { getWorker: () => new EditorWorker() }

monaco.languages.register({ id: 'dotenv' })
monaco.languages.setLanguageConfiguration('dotenv', {
  comments: { lineComment: '#' },
  autoClosingPairs: [
    { open: '"', close: '"' },
    { open: "'", close: "'" },
    { open: '${', close: '}' },
  ],
})
monaco.languages.setMonarchTokensProvider('dotenv', {
  tokenizer: {
    root: [
      [/^\s*#.*$/, 'comment'],
      // Monarch wants every group to have matched.
      [/^(\s*)([A-Za-z_][\w.-]*)(\s*)(=)/, ['white', 'type', 'white', 'operators']],
      [/^(\s*export)(\s+)([A-Za-z_][\w.-]*)(\s*)(=)/, ['keyword', 'white', 'type', 'white', 'operators']],
      [/\$\{[^}]*\}|\$\w+/, 'variable'],
      [/\s#.*$/, 'comment'],
      [/./, 'string'],
    ],
  },
})
provideAnswers(monaco)
followTheme(monaco)

export { monaco }
