/**
 * What a Dockerfile says, with the place of every word (Dockerfile reference). Nothing is expanded here: which
 * variables there are is known when a build is planned.
 */

/** Lines and columns from 1, columns in UTF-16 units as editors count them. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** `end` is the place after the last character. */
export interface Range {
  readonly start: Position
  readonly end: Position
}

/**
 * One word as written: quotes, escapes and `$` are still in it. Two kinds are read already, as BuildKit does before
 * it expands them: a string of a JSON form is what the JSON means, and the value of a flag has no quotes.
 */
export interface Word {
  readonly text: string
  readonly range: Range
}

/** `<<EOF` and what follows up to `EOF`. */
export interface Heredoc {
  readonly name: string
  /** The lines between, each with its newline; tabs taken off where `<<-` says so. */
  readonly content: string
  /** False where the name was quoted: `$` stays `$`. */
  readonly expand: boolean
  /** `<<-`: the shell takes tabs off; `content` has none at its line starts already. */
  readonly chomp: boolean
  /** `3<<EOF`; 0 where none is written. */
  readonly descriptor: number
  /** The mark, `<<EOF`. */
  readonly range: Range
  /** The lines that follow, up to the end of the line that ends them. */
  readonly body: Range
}

/** A command in JSON (`exec`) or for the shell. Continued lines of a shell command are joined. */
export type Command =
  | { readonly form: 'exec'; readonly args: readonly string[]; readonly range: Range }
  | {
      readonly form: 'shell'
      readonly text: string
      readonly heredocs: readonly Heredoc[]
      readonly range: Range
    }

/** `NAME=value` of ENV, LABEL and ARG. `value` is null for an ARG without default. */
export interface Pair<Value extends Word | null = Word> {
  readonly name: Word
  readonly value: Value
}

/** `--mount=type=cache,target=/x`: its fields in the order written, keys in lower case. */
export interface MountFlag {
  readonly fields: readonly { readonly key: Word; readonly value: Word | null }[]
  readonly range: Range
}

/** A source of COPY and ADD. */
export type Source =
  | { readonly kind: 'path'; readonly word: Word }
  | { readonly kind: 'heredoc'; readonly heredoc: Heredoc }

/** What COPY and ADD have in common. */
export interface CopyFields {
  readonly sources: readonly Source[]
  readonly destination: Word
  readonly chown: Word | null
  readonly chmod: Word | null
  readonly link: boolean
  readonly exclude: readonly Word[]
}

/** Fields of every instruction. */
export interface InstructionBase {
  /** From its first character to the end of its last line, heredocs included. */
  readonly range: Range
  /**
   * The instruction as BuildKit shows it: lines joined without their ends, the blanks of continued lines kept, its
   * name in capitals; without the bodies of heredocs.
   */
  readonly text: string
  /** Lines of comment that stand right above. */
  readonly comment: readonly string[]
  /** Its name as written. */
  readonly keyword: Word
}

export type FromInstruction = InstructionBase & {
  readonly kind: 'from'
  readonly image: Word
  readonly platform: Word | null
  readonly name: Word | null
}
export type ArgInstruction = InstructionBase & {
  readonly kind: 'arg'
  readonly pairs: readonly Pair<Word | null>[]
}
export type EnvInstruction = InstructionBase & { readonly kind: 'env'; readonly pairs: readonly Pair[] }
export type LabelInstruction = InstructionBase & { readonly kind: 'label'; readonly pairs: readonly Pair[] }
export type RunInstruction = InstructionBase & {
  readonly kind: 'run'
  readonly command: Command
  readonly mounts: readonly MountFlag[]
  readonly network: Word | null
  readonly security: Word | null
  readonly devices: readonly Word[]
}
export type CopyInstruction = InstructionBase &
  CopyFields & { readonly kind: 'copy'; readonly from: Word | null; readonly parents: boolean }
export type AddInstruction = InstructionBase &
  CopyFields & {
    readonly kind: 'add'
    readonly checksum: Word | null
    readonly keepGitDir: boolean | null
    readonly unpack: boolean | null
  }
export type WorkdirInstruction = InstructionBase & { readonly kind: 'workdir'; readonly path: Word }
export type UserInstruction = InstructionBase & { readonly kind: 'user'; readonly user: Word }
export type CmdInstruction = InstructionBase & { readonly kind: 'cmd'; readonly command: Command }
export type EntrypointInstruction = InstructionBase & {
  readonly kind: 'entrypoint'
  readonly command: Command
}
export type ShellInstruction = InstructionBase & { readonly kind: 'shell'; readonly args: readonly string[] }
export type ExposeInstruction = InstructionBase & { readonly kind: 'expose'; readonly ports: readonly Word[] }
export type VolumeInstruction = InstructionBase & { readonly kind: 'volume'; readonly paths: readonly Word[] }
export type StopsignalInstruction = InstructionBase & { readonly kind: 'stopsignal'; readonly signal: Word }
export type MaintainerInstruction = InstructionBase & { readonly kind: 'maintainer'; readonly name: Word }
/** `check` is null for NONE. Durations as written. */
export type HealthcheckInstruction = InstructionBase & {
  readonly kind: 'healthcheck'
  readonly check: {
    readonly command: Command
    readonly interval: Word | null
    readonly timeout: Word | null
    readonly startPeriod: Word | null
    readonly startInterval: Word | null
    readonly retries: Word | null
  } | null
}
/** `trigger` is the inner instruction; `source` its text as the image's config keeps it. */
export type OnbuildInstruction = InstructionBase & {
  readonly kind: 'onbuild'
  readonly trigger: StageInstruction
  readonly source: string
}

/** What may stand in a stage. */
export type StageInstruction =
  | ArgInstruction
  | EnvInstruction
  | LabelInstruction
  | RunInstruction
  | CopyInstruction
  | AddInstruction
  | WorkdirInstruction
  | UserInstruction
  | CmdInstruction
  | EntrypointInstruction
  | ShellInstruction
  | ExposeInstruction
  | VolumeInstruction
  | StopsignalInstruction
  | MaintainerInstruction
  | HealthcheckInstruction
  | OnbuildInstruction

export type Instruction = FromInstruction | StageInstruction

/** FROM and what follows it. */
export interface Stage {
  readonly index: number
  /** In lower case; null without AS. */
  readonly name: string | null
  readonly from: FromInstruction
  readonly instructions: readonly StageInstruction[]
  readonly range: Range
}

/** Something to tell the writer of the file. An error stops the build; a warning is one of the lint rules. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** The lint rule's name (`StageNameCasing`), or `syntax`. */
  readonly rule: string
  readonly message: string
  readonly range: Range
  /** What to write instead, where one is near. */
  readonly suggestion: string | null
}

/** A whole file. With errors among its problems it holds what could be understood all the same. */
export interface Dockerfile {
  readonly directives: {
    readonly syntax: Word | null
    readonly escape: '\\' | '`'
    readonly check: Word | null
  }
  /** ARG before the first FROM. */
  readonly globalArgs: readonly ArgInstruction[]
  readonly stages: readonly Stage[]
  readonly problems: readonly Problem[]
}
