/** FROM: names, platforms and arguments. */
import { ExpansionError, expandWord, type Lookup } from '../expand.ts'
import { toWarning } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type { Dockerfile, Problem, Stage, Word } from '../tree.ts'
import { PLATFORM_ARGUMENTS } from '../variables.ts'

export function lintStages(file: Dockerfile): readonly Problem[] {
  const globals = globalDefaults(file)
  return [
    ...lintNames(file.stages),
    ...lintDescriptions(file),
    ...file.stages.flatMap((stage) => [
      ...lintPlatform(stage),
      ...lintArguments(stage, globals),
      ...lintDefaults(stage, globals),
    ]),
  ]
}

function lintNames(stages: readonly Stage[]): readonly Problem[] {
  const seen = new Set<string>()
  return stages.flatMap((stage) => {
    const word = stage.from.name
    if (stage.name === null || word === null) return []
    const problems: Problem[] = []
    if (stage.name === 'scratch' || stage.name === 'context') {
      const message = `Stage name should not use the same name as reserved stage "${stage.name}"`
      problems.push(toWarning('ReservedStageName', message, word.range))
    }
    if (seen.has(stage.name)) {
      const message = `Duplicate stage name "${stage.name}", stage names should be unique`
      problems.push(toWarning('DuplicateStageName', message, word.range))
    }
    seen.add(stage.name)
    return problems
  })
}

function lintPlatform({ from, name }: Stage): readonly Problem[] {
  const { platform } = from
  if (platform === null) return []
  if (platform.text === '$TARGETPLATFORM' || platform.text === '${TARGETPLATFORM}') {
    const message = `Setting platform to predefined ${platform.text} in FROM is redundant as this is the default behavior`
    return [toWarning('RedundantTargetPlatform', message, platform.range)]
  }
  if (platform.text.includes('$')) return []
  // A stage that is named for its platform is meant to have it.
  const parts = platform.text.toLowerCase().split('/').slice(0, 2)
  if (parts.some((part) => part !== '' && name?.includes(part))) return []
  const message = `FROM --platform flag should not use constant value "${platform.text}"`
  return [toWarning('FromPlatformFlagConstDisallowed', message, platform.range)]
}

function lintArguments({ from }: Stage, globals: ReadonlyMap<string, string>): readonly Problem[] {
  const known = [...globals.keys(), ...PLATFORM_ARGUMENTS]
  return [from.image, from.platform].flatMap((word) => {
    if (word === null) return []
    const lookup: Lookup = (name) => globals.get(name) ?? (PLATFORM_ARGUMENTS.includes(name) ? '' : undefined)
    return [...undefinedIn(word, lookup)].map((name) => {
      const message = `FROM argument '${name}' is not declared`
      return toWarning('UndefinedArgInFrom', message, word.range, suggest(name, known))
    })
  })
}

function lintDefaults({ from }: Stage, globals: ReadonlyMap<string, string>): readonly Problem[] {
  const { image } = from
  if (!image.text.includes('$')) return []
  let reference: string
  try {
    const expanded = expandWord(image.text, (name) => globals.get(name))
    // What a build gives is not known here; only defaults that the file has are judged.
    if ([...expanded.unmatched].some((name) => PLATFORM_ARGUMENTS.includes(name))) return []
    reference = expanded.text
  } catch {
    return []
  }
  const form =
    /^(?:[\w.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?(?:@\w+:[a-f0-9]+)?$/
  if (form.test(reference)) return []
  const message = `Default value for ARG ${image.text} results in empty or invalid base image name`
  return [toWarning('InvalidDefaultArgInFrom', message, image.range)]
}

function lintDescriptions(file: Dockerfile): readonly Problem[] {
  const check = (what: string, names: readonly Word[], comment: readonly string[]): readonly Problem[] => {
    const [first] = names
    const last = comment.at(-1)
    if (first === undefined || last === undefined) return []
    const word = last.split(' ')[0] ?? ''
    if (names.some((name) => name.text === word)) return []
    const example = names.length > 1 ? '<arg_key>' : first.text
    const message = `Comment for ${what} should follow the format: \`# ${example} <description>\``
    return [toWarning('InvalidDefinitionDescription', message, first.range, `# ${example} ${last}`)]
  }
  const names = (pairs: readonly { readonly name: Word }[]) => pairs.map((pair) => pair.name)
  const args = [
    ...file.globalArgs,
    ...file.stages.flatMap((stage) => stage.instructions.filter((one) => one.kind === 'arg')),
  ]
  return [
    ...args.flatMap(({ pairs, comment }) => check('ARG', names(pairs), comment)),
    ...file.stages.flatMap(({ from }) =>
      from.name === null ? [] : check('FROM', [from.name], from.comment),
    ),
  ]
}

/** Arguments before the first FROM with their defaults; one without default is empty. */
function globalDefaults(file: Dockerfile): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const { name, value } of file.globalArgs.flatMap((arg) => arg.pairs)) {
    values.set(name.text, value === null ? '' : expanded(value, (key) => values.get(key)))
  }
  return values
}

function expanded(word: Word, lookup: Lookup): string {
  try {
    return expandWord(word.text, lookup).text
  } catch {
    return word.text
  }
}

function undefinedIn(word: Word, lookup: Lookup): ReadonlySet<string> {
  try {
    return expandWord(word.text, lookup).undefined
  } catch (error) {
    if (error instanceof ExpansionError) return new Set()
    throw error
  }
}
