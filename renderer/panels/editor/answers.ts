/** Completion and hover of every editor on screen: Monaco asks by language, the answer is that of the text's owner. */
import type { editor, IRange, languages } from 'monaco-editor'
import type { Completion, EditorLanguage, EditorProps } from './editor-props.ts'

type Owner = Pick<EditorProps, 'complete' | 'hover'>
type Monaco = typeof import('monaco-editor')

const owners = new Map<string, () => Owner>()

/** Who answers for a text, as long as it is shown; answers how to stop. */
export function answerFor(model: editor.ITextModel, owner: () => Owner): () => void {
  const key = model.uri.toString()
  owners.set(key, owner)
  return () => owners.delete(key)
}

const LANGUAGES: readonly EditorLanguage[] = ['yaml', 'dotenv', 'dockerfile', 'plaintext']

/** Asks the owners. Stands once. */
export function provideAnswers(monaco: Pick<Monaco, 'languages'>): void {
  for (const language of LANGUAGES) {
    monaco.languages.registerCompletionItemProvider(language, {
      triggerCharacters: [' ', ':', '-', '.', '/', '$', '{', '"', '='],
      async provideCompletionItems(model, position) {
        const complete = owners.get(model.uri.toString())?.().complete
        const place = { line: position.lineNumber, column: position.column }
        // A text that is answered for late is answered for not at all: the next letter asks again.
        const found = await complete?.(model.getValue(), place).catch(() => null)
        if (!found) return { suggestions: [] }
        const range = {
          startLineNumber: position.lineNumber,
          endLineNumber: position.lineNumber,
          startColumn: found.from,
          endColumn: position.column,
        }
        return {
          suggestions: found.items.map((item, index) => suggestion(monaco, item, index, range)),
        }
      },
    })
    monaco.languages.registerHoverProvider(language, {
      async provideHover(model, position) {
        const hover = owners.get(model.uri.toString())?.().hover
        const place = { line: position.lineNumber, column: position.column }
        const found = await hover?.(model.getValue(), place).catch(() => null)
        if (!found) return null
        const word = model.getWordAtPosition(position)
        return {
          contents: found.paragraphs.map((value) => ({ value })),
          range: {
            startLineNumber: position.lineNumber,
            endLineNumber: position.lineNumber,
            startColumn: found.from ?? word?.startColumn ?? position.column,
            endColumn: found.to ?? word?.endColumn ?? position.column,
          },
        }
      },
    })
  }
}

function suggestion(
  monaco: Pick<Monaco, 'languages'>,
  item: Completion,
  index: number,
  range: IRange,
): languages.CompletionItem {
  const { CompletionItemKind, CompletionItemInsertTextRule } = monaco.languages
  const kinds = {
    attribute: CompletionItemKind.Property,
    word: CompletionItemKind.EnumMember,
    name: CompletionItemKind.Value,
    template: CompletionItemKind.Snippet,
  }
  const insert = item.insert ?? item.label
  return {
    label: { label: item.label, ...(item.detail === undefined ? {} : { description: item.detail }) },
    kind: kinds[item.kind],
    insertText: insert,
    range,
    // The order is the owner's.
    sortText: String(index).padStart(4, '0'),
    filterText: item.label,
    ...(insert.includes('$0') ? { insertTextRules: CompletionItemInsertTextRule.InsertAsSnippet } : {}),
    ...(item.about === undefined ? {} : { documentation: item.about }),
    ...(item.goesOn ? { command: { id: 'editor.action.triggerSuggest', title: 'Suggest' } } : {}),
  }
}
