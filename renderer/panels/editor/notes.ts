/**
 * What is told of lines, at the right end of the pane. Not part of the text, as Monaco's own injected text would be:
 * that moves the cursor and cannot stand at the right.
 */
import type { editor } from 'monaco-editor'
import type { LineMark } from './editor-props.ts'

type Instance = Pick<
  editor.IStandaloneCodeEditor,
  | 'getTopForLineNumber'
  | 'getScrollTop'
  | 'getLayoutInfo'
  | 'onDidScrollChange'
  | 'onDidLayoutChange'
  | 'onDidContentSizeChange'
>

export class Notes {
  readonly #editor: Instance
  readonly #layer = document.createElement('div')
  readonly #stop: () => void
  #notes: { readonly line: number; readonly element: HTMLElement }[] = []

  /** Stands over `host`, in which the editor is. */
  constructor(instance: Instance, host: HTMLElement) {
    this.#editor = instance
    this.#layer.className = 'editor-notes'
    host.append(this.#layer)
    const place = () => this.#place()
    const all = [
      instance.onDidScrollChange((event) => event.scrollTopChanged && place()),
      instance.onDidLayoutChange(place),
      // Lines that fold or come move those below them.
      instance.onDidContentSizeChange(place),
    ]
    this.#stop = () => {
      for (const each of all) each.dispose()
    }
  }

  show(marks: readonly LineMark[]): void {
    this.#notes = marks.flatMap((mark) => {
      if (mark.note === undefined) return []
      const element = document.createElement('span')
      element.textContent = mark.note
      element.className = `mark-note mark-${mark.tone}${mark.wash ? ' mark-washed' : ''}`
      return [{ line: mark.line, element }]
    })
    this.#layer.replaceChildren(...this.#notes.map(({ element }) => element))
    this.#place()
  }

  dispose(): void {
    this.#stop()
    this.#layer.remove()
  }

  #place(): void {
    const { height, verticalScrollbarWidth } = this.#editor.getLayoutInfo()
    const scrolled = this.#editor.getScrollTop()
    this.#layer.style.right = `${verticalScrollbarWidth}px`
    for (const { line, element } of this.#notes) {
      const top = this.#editor.getTopForLineNumber(line) - scrolled
      element.hidden = top < -20 || top > height
      element.style.top = `${top}px`
    }
  }
}
