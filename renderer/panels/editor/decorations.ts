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
        endColumn: 1,
      },
      options: {
        isWholeLine: true,
        linesDecorationsClassName: `mark-bar ${tone}`,
        ...(mark.wash ? { className: `mark-wash ${tone}` } : {}),
        ...(mark.about === undefined
          ? {}
          : { hoverMessage: { value: mark.about }, linesDecorationsTooltip: mark.about }),
      },
    }
  })
}
