/** Capitals: instructions, stages, protocols. */
import { toWarning } from '../problem.ts'
import type { Dockerfile, Problem, Word } from '../tree.ts'

export function lintCasing(file: Dockerfile): readonly Problem[] {
  return [...lintKeywords(file), ...lintStageNames(file), ...lintProtocols(file)]
}

function lintKeywords(file: Dockerfile): readonly Problem[] {
  const keywords = [
    ...file.globalArgs.map((one) => one.keyword),
    ...file.stages.flatMap(({ from, instructions }) => [from, ...instructions].map((one) => one.keyword)),
  ]
  const lower = keywords.filter(({ text }) => text === text.toLowerCase()).length
  const upper = keywords.filter(({ text }) => text === text.toUpperCase()).length
  const isLower = lower > upper
  const wanted = (word: Word) => (isLower ? word.text.toLowerCase() : word.text.toUpperCase())
  const majority = isLower ? 'lowercase' : 'uppercase'
  return keywords
    .filter((word) => word.text !== wanted(word))
    .map((word) => {
      const message = `Command '${word.text}' should match the case of the command majority (${majority})`
      return toWarning('ConsistentInstructionCasing', message, word.range, wanted(word))
    })
}

function lintStageNames(file: Dockerfile): readonly Problem[] {
  return file.stages.flatMap(({ from }) => {
    const { name } = from
    if (name === null || name.text === name.text.toLowerCase()) return []
    const message = `Stage name '${name.text}' should be lowercase`
    return [toWarning('StageNameCasing', message, name.range, name.text.toLowerCase())]
  })
}

function lintProtocols(file: Dockerfile): readonly Problem[] {
  return file.stages
    .flatMap((stage) => stage.instructions)
    .flatMap((instruction) => (instruction.kind === 'expose' ? instruction.ports : []))
    .flatMap((port) => {
      const protocol = /\/([A-Za-z]+)$/.exec(port.text)?.[1]
      if (protocol === undefined || protocol === protocol.toLowerCase()) return []
      const message = `Defined protocol '${port.text}' in EXPOSE instruction should be lowercase`
      return [toWarning('ExposeProtoCasing', message, port.range, port.text.toLowerCase())]
    })
}
