/** Which words of a Dockerfile a build expands, and what is wrong with them whatever the variables hold. */
import { ExpansionError, expandWord } from './expand.ts'
import { toProblem } from './problem.ts'
import type { Dockerfile, MountFlag, Problem, StageInstruction, Word } from './tree.ts'

/** Errors of words that cannot be read: quotes and braces that nothing closes, modifiers that there are not. */
export function checkExpansions({ directives, globalArgs, stages }: Dockerfile): readonly Problem[] {
  const words = [
    ...globalArgs.flatMap(expandedWords),
    ...stages.flatMap(({ from, instructions }) => [
      ...[from.image, from.platform].filter((word) => word !== null),
      ...instructions.flatMap(expandedWords),
    ]),
  ]
  return words.flatMap((word) => checkWord(word, directives.escape))
}

function checkWord(word: Word, escapeSign: '\\' | '`'): readonly Problem[] {
  if (!/["'$]/.test(word.text)) return []
  try {
    // Every variable has a value: what only one without is an error of is for the build to tell.
    expandWord(word.text, () => 'value', { escape: escapeSign })
    return []
  } catch (error) {
    if (!(error instanceof ExpansionError)) throw error
    return [toProblem(error.message, word.range)]
  }
}

/** The words of an instruction in which variables are expanded. */
export function expandedWords(instruction: StageInstruction): readonly Word[] {
  switch (instruction.kind) {
    case 'env':
    case 'label':
      return instruction.pairs.flatMap((pair) => [pair.name, pair.value])
    case 'copy':
    case 'add': {
      const paths = instruction.sources.flatMap((one) => (one.kind === 'path' ? [one.word] : []))
      const flags = [instruction.chown, instruction.chmod, ...instruction.exclude]
      return [...paths, instruction.destination, ...flags.filter((word) => word !== null)]
    }
    case 'run':
      return instruction.mounts.flatMap(mountWords)
    case 'workdir':
      return [instruction.path]
    case 'user':
      return [instruction.user]
    case 'stopsignal':
      return [instruction.signal]
    case 'expose':
      return instruction.ports
    case 'volume':
      return instruction.paths
    case 'arg':
      return instruction.pairs.flatMap((pair) => (pair.value === null ? [] : [pair.value]))
    case 'cmd':
    case 'entrypoint':
    case 'shell':
    case 'healthcheck':
    case 'maintainer':
    case 'onbuild':
      return []
  }
}

function mountWords(mount: MountFlag): readonly Word[] {
  return mount.fields.flatMap((field) => (field.value === null ? [] : [field.value]))
}
