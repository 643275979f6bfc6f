import type { Dockerfile, Problem } from '../tree.ts'
import { lintCasing } from './casing.ts'
import { lintInstructions } from './instructions.ts'
import { lintStages } from './stages.ts'
import { lintVariables } from './variables.ts'

/** What BuildKit's checks say about a file, as far as the file alone tells. Those of its lines are told in reading. */
export function lint(file: Dockerfile): readonly Problem[] {
  return [...lintCasing(file), ...lintStages(file), ...lintInstructions(file), ...lintVariables(file)]
}
