import { toProblem } from '../problem.ts'
import { suggest } from '../suggest.ts'
import type { Problem, Word } from '../tree.ts'
import { RULES } from './rules.ts'

/** What `# check=` asks for. */
interface CheckOptions {
  readonly skip: ReadonlySet<string>
  readonly experimental: ReadonlySet<string>
  /** Warnings stop the build. */
  readonly error: boolean
}

/**
 * The problems that remain under a `check` directive, as `skip=RuleA,RuleB;experimental=all;error=true`, and what is
 * wrong with the directive itself.
 */
export function applyCheck(directive: Word | null, found: readonly Problem[]): readonly Problem[] {
  const problems: Problem[] = []
  const options = readCheck(directive, problems)
  for (const problem of found) {
    if (problem.severity === 'error') problems.push(problem)
    else if (isOn(problem.rule, options)) {
      problems.push(options.error ? { ...problem, severity: 'error' } : problem)
    }
  }
  return problems
}

function readCheck(directive: Word | null, problems: Problem[]): CheckOptions {
  const options = { skip: new Set<string>(), experimental: new Set<string>(), error: false }
  const keys = ['skip', 'experimental', 'error']
  for (const part of directive?.text.split(';') ?? []) {
    const [key = '', value] = part.split('=', 2).map((text) => text.trim())
    const names = (value ?? '').split(',').map((name) => name.trim().toLowerCase())
    if (key === 'skip' || key === 'experimental') for (const name of names) options[key].add(name)
    else if (key === 'error' && /^(?:true|false|0|1)$/i.test(value ?? '')) {
      options.error = /^(?:true|1)$/i.test(value ?? '')
    } else if (directive !== null) {
      problems.push(toProblem(`invalid check option "${part}"`, directive.range, suggest(key, keys)))
    }
  }
  return options
}

function isOn(name: string, options: CheckOptions): boolean {
  const has = (names: ReadonlySet<string>) => names.has('all') || names.has(name.toLowerCase())
  if (has(options.skip)) return false
  const rule = RULES.find((one) => one.name === name)
  return rule?.experimental !== true || has(options.experimental)
}
