import { toProblem, toWarning } from '../problem.ts'
import type { FromInstruction, Word } from '../tree.ts'
import { splitBlanks } from '../words.ts'
import { fail, type Line, readFlags } from './line.ts'

/** `FROM [--platform=p] image [AS name]`. */
export function readFrom(line: Line): FromInstruction | null {
  const flags = readFlags(line, { platform: 'text' })
  const [image, as, name = null, ...more] = splitBlanks(line.args)
  if (image === undefined || (as !== undefined && name === null) || more.length > 0) {
    return fail(line, 'FROM requires either one or three arguments', guess(image, as))
  }
  if (as !== undefined) {
    if (as.text.toLowerCase() !== 'as') {
      line.problems.push(
        toProblem(
          `FROM requires either one or three arguments: expected AS, found ${as.text}`,
          as.range,
          'AS',
        ),
      )
      return null
    }
    checkCasing(line, as)
  }
  if (name !== null && !/^[a-z][a-z0-9\-_.]*$/.test(name.text.toLowerCase())) {
    const message = `invalid name for build stage: "${name.text}", name can't start with a number or contain symbols`
    line.problems.push(toProblem(message, name.range, toStageName(name.text)))
    return { ...line.base, kind: 'from', image, platform: flags.text('platform'), name: null }
  }
  return { ...line.base, kind: 'from', image, platform: flags.text('platform'), name }
}

function checkCasing(line: Line, as: Word): void {
  const from = line.base.keyword.text
  const isUpper = (text: string) => text === text.toUpperCase()
  const isLower = (text: string) => text === text.toLowerCase()
  if ((isUpper(from) && isUpper(as.text)) || (isLower(from) && isLower(as.text))) return
  if (from !== from.toUpperCase() && from !== from.toLowerCase()) return
  const message = `'${as.text}' and '${from}' keywords' casing do not match`
  line.problems.push(toWarning('FromAsCasing', message, as.range, isUpper(from) ? 'AS' : 'as'))
}

function guess(image: Word | undefined, second: Word | undefined): string | null {
  if (image === undefined) return null
  return second === undefined ? `FROM ${image.text}` : `FROM ${image.text} AS ${toStageName(second.text)}`
}

function toStageName(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9\-_.]+/g, '-')
  return /^[a-z]/.test(name) ? name : `stage-${name.replace(/^[^a-z0-9]+/, '')}`
}
