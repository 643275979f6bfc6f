/** Marks of lines as Monaco's decorations. Pure. */
import type { editor } from 'monaco-editor'
import type { LineMark } from './editor-props.ts'

/** One decoration a mark. */
export function decorationsOf(marks: readonly LineMark[]): editor.IModelDeltaDecoration[] {
  return marks.map((mark) => {
    const tone = `mark-${mark.tone}`
    return {
      range: {
        startLineNumber: mark.line,
        startColumn: 1,
        endLineNumber: mark.to ?? mark.line,
        // Past the end: what is told stands after the text.
        endColumn: 10_000,
      },
      options: {
        isWholeLine: true,
        linesDecorationsClassName: `mark-bar ${tone}`,
        ...(mark.wash ? { className: `mark-wash ${tone}` } : {}),
        ...(mark.about === undefined
          ? {}
          : { hoverMessage: { value: mark.about }, linesDecorationsTooltip: mark.about }),
        ...(mark.note === undefined
          ? {}
          : { after: { content: mark.note, inlineClassName: `mark-note ${tone}` } }),
      },
    }
  })
}
