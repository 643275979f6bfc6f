/** The editor, which is loaded when one is first shown: it is as large as all the rest of the page. */
import { lazy, Suspense } from 'react'
import type { EditorProps } from './editor-props.ts'

const CodeEditor = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeEditor }))

/** Fills its place. Text, completion, problems and marks are the caller's. */
export function Editor(props: EditorProps) {
  return (
    <div className="relative flex min-h-0 min-w-0 flex-1 bg-raised">
      <Suspense fallback={<pre className="p-4 font-mono text-12 leading-5 text-muted">{props.value}</pre>}>
        <CodeEditor {...props} />
      </Suspense>
    </div>
  )
}
