/**
 * A text with what is known of it: completion, hover, problems and marks at lines, all given by whoever shows it. The
 * panel knows of no language but its colours.
 */

/** A place in a text. Lines and columns count from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

export interface Completion {
  readonly label: string
  readonly kind: 'attribute' | 'word' | 'name' | 'template'
  /** What takes the place of the text from `from` to the cursor; `$0` is where the cursor goes. The label by default. */
  readonly insert?: string
  /** A word or two beside the label. */
  readonly detail?: string
  readonly about?: string
  /** Completion is asked for again once it is put in. */
  readonly goesOn?: boolean
}

export interface Completions {
  /** The column at which the word begins that is being written. */
  readonly from: number
  readonly items: readonly Completion[]
}

export interface Hover {
  /** Paragraphs in markdown, without links. */
  readonly paragraphs: readonly string[]
  /** What it is about, on the line; the word under the pointer by default. */
  readonly from?: number
  readonly to?: number
}

/** Something wrong, or worth knowing, at a place. */
export interface Problem extends TextPlace {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** What to write instead. */
  readonly remedy?: string | undefined
  /** The end of it on the same line; the end of the word by default. */
  readonly endColumn?: number | undefined
}

export type MarkTone = 'changed' | 'ok' | 'busy' | 'bad' | 'quiet'

/** A mark at a line: a bar in the gutter, and what is told of the line at its right end. */
export interface LineMark {
  readonly line: number
  /** The last line of it, when it is several. */
  readonly to?: number | undefined
  readonly tone: MarkTone
  readonly note?: string | undefined
  /** Told on hover. */
  readonly about?: string | undefined
  /** The lines have a ground of the tone's colour. */
  readonly wash?: boolean | undefined
}

export type EditorLanguage = 'yaml' | 'dotenv' | 'dockerfile' | 'plaintext'

export interface EditorProps {
  /** Names the text for those who hear it, and tells it from others: one that comes back keeps its undo steps. */
  readonly label: string
  readonly language: EditorLanguage
  readonly value: string
  readonly onChange?: ((text: string) => void) | undefined
  readonly readOnly?: boolean | undefined
  readonly complete?: ((text: string, place: TextPlace) => Promise<Completions | null>) | undefined
  readonly hover?: ((text: string, place: TextPlace) => Promise<Hover | null>) | undefined
  readonly problems?: readonly Problem[] | undefined
  readonly marks?: readonly LineMark[] | undefined
  /** Ctrl S. */
  readonly onSave?: (() => void) | undefined
  /** Ctrl Enter. */
  readonly onApply?: (() => void) | undefined
  /** A place to go to; another object goes there again. */
  readonly reveal?: TextPlace | null | undefined
  readonly onCursor?: ((place: TextPlace) => void) | undefined
}
