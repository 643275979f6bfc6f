/** The editor on screen: one Monaco, kept in line with its props. */
import { useEffect, useEffectEvent, useRef } from 'react'
import { answerFor } from './answers.ts'
import { decorationsOf } from './decorations.ts'
import './editor.css'
import type { EditorProps } from './editor-props.ts'
import { monaco } from './monaco.ts'
import { Notes } from './notes.ts'

type Instance = ReturnType<typeof monaco.editor.create>

const MARKERS = 'longshore'
let models = 0

export function CodeEditor(props: EditorProps) {
  const { value, language, label, problems, marks, reveal } = props
  const host = useRef<HTMLDivElement>(null)
  const instance = useRef<Instance | null>(null)
  const notes = useRef<Notes | null>(null)
  /** Changes that come from `value` are not told back. */
  const putting = useRef(false)
  const onText = useEffectEvent((text: string) => props.onChange?.(text))
  const onSave = useEffectEvent(() => props.onSave?.())
  const onApply = useEffectEvent(() => props.onApply?.())
  const onCursor = useEffectEvent((line: number, column: number) => props.onCursor?.({ line, column }))
  const owner = useEffectEvent(() => ({ complete: props.complete, hover: props.hover }))

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is put in below, as it changes
  useEffect(() => {
    const element = host.current
    if (!element) return
    models += 1
    const model = monaco.editor.createModel(value, language, monaco.Uri.parse(`text://${models}/${language}`))
    model.updateOptions({
      tabSize: 2,
      insertSpaces: true,
      bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false },
    })
    const editor = monaco.editor.create(element, {
      model,
      automaticLayout: true,
      ariaLabel: label,
      fontFamily: '"JetBrains Mono Variable", ui-monospace, monospace',
      fontSize: 12.5,
      lineHeight: 20,
      fontLigatures: false,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      padding: { top: 10, bottom: 10 },
      lineNumbersMinChars: 4,
      lineDecorationsWidth: 14,
      glyphMargin: false,
      folding: true,
      showFoldingControls: 'mouseover',
      guides: { indentation: true, highlightActiveIndentation: false },
      renderLineHighlight: 'none',
      // Its number is as dark as the others.
      renderFinalNewline: 'on',
      overviewRulerLanes: 0,
      hideCursorInOverviewRuler: true,
      wordBasedSuggestions: 'off',
      quickSuggestions: { strings: true, comments: false, other: true },
      suggest: { showIcons: false, showStatusBar: false, insertMode: 'replace' },
      suggestSelection: 'first',
      occurrencesHighlight: 'off',
      stickyScroll: { enabled: false },
      unicodeHighlight: { ambiguousCharacters: false },
      // What floats may leave the pane.
      fixedOverflowWidgets: true,
      contextmenu: true,
      scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    })
    instance.current = editor
    const forget = answerFor(model, () => owner())
    const told = model.onDidChangeContent(() => {
      if (!putting.current) onText(model.getValue())
    })
    const moved = editor.onDidChangeCursorPosition(({ position }) =>
      onCursor(position.lineNumber, position.column),
    )
    const shownNotes = new Notes(editor, element)
    notes.current = shownNotes
    element.addEventListener('keydown', passWindowKeys, true)
    const keys = monaco.KeyMod
    editor.addCommand(keys.CtrlCmd | monaco.KeyCode.KeyS, () => onSave())
    editor.addCommand(keys.CtrlCmd | monaco.KeyCode.Enter, () => onApply())
    return () => {
      instance.current = null
      element.removeEventListener('keydown', passWindowKeys, true)
      forget()
      told.dispose()
      moved.dispose()
      notes.current = null
      shownNotes.dispose()
      editor.dispose()
      model.dispose()
    }
  }, [language, label])

  useEffect(() => {
    const model = instance.current?.getModel()
    if (!model || model.getValue() === value) return
    putting.current = true
    // As an edit, so that it can be taken back.
    model.pushEditOperations([], [{ range: model.getFullModelRange(), text: value }], () => null)
    putting.current = false
  }, [value])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another language or label is another instance
  useEffect(() => {
    instance.current?.updateOptions({ readOnly: props.readOnly ?? false })
  }, [props.readOnly, language, label])

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    const model = instance.current?.getModel()
    if (!model) return
    const severities = monaco.MarkerSeverity
    monaco.editor.setModelMarkers(
      model,
      MARKERS,
      (problems ?? []).map((problem) => {
        const line = Math.min(Math.max(1, problem.line), model.getLineCount())
        const word = model.getWordAtPosition({ lineNumber: line, column: problem.column })
        const end = problem.endColumn ?? word?.endColumn ?? model.getLineMaxColumn(line)
        return {
          severity: problem.severity === 'error' ? severities.Error : severities.Warning,
          message: problem.remedy === undefined ? problem.message : `${problem.message}\n${problem.remedy}`,
          startLineNumber: line,
          endLineNumber: line,
          startColumn: problem.column,
          endColumn: Math.max(end, problem.column + 1),
        }
      }),
    )
  }, [problems, language, label])

  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  useEffect(() => {
    const collection = instance.current?.createDecorationsCollection(decorationsOf(marks ?? []))
    notes.current?.show(marks ?? [])
    return () => collection?.clear()
  }, [marks, language, label])

  useEffect(() => {
    const editor = instance.current
    if (!editor || !reveal) return
    const place = { lineNumber: reveal.line, column: reveal.column }
    editor.setPosition(place)
    editor.revealPositionInCenterIfOutsideViewport(place)
    editor.focus()
  }, [reveal])

  return <div ref={host} className="code-editor absolute inset-0" />
}

/** Monaco has two-part keys that begin with Ctrl K, and would keep the window's own keys to itself. */
function passWindowKeys(event: KeyboardEvent): void {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
  if (!command || !/^[kj1-9]$/.test(event.key) || !(event.currentTarget instanceof HTMLElement)) return
  event.stopPropagation()
  const again = new KeyboardEvent('keydown', event)
  if (!event.currentTarget.parentElement?.dispatchEvent(again)) event.preventDefault()
}
