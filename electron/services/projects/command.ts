/** The `longshore compose` line that says what an act does. Pure. */
import path from 'node:path'
import type { Intent, ProjectRow } from '../../contract/projects.ts'
import { line } from '../containers/words.ts'

/** What comes before the command's own words. `endpoint` null: the embedded engine, which is the default. */
export function composeWords(
  row: Pick<ProjectRow, 'name' | 'directory' | 'files'>,
  endpoint: string | null,
  ownName: string | null,
): readonly string[] {
  const first = row.files[0]
  const ownFolder = first === undefined || row.directory === path.dirname(first)
  return [
    ...['longshore', 'compose', ...(endpoint === null ? [] : ['-H', endpoint])],
    ...(ownName === row.name ? [] : ['-p', row.name]),
    ...(ownFolder || row.directory === null ? [] : ['--project-directory', row.directory]),
    ...row.files.flatMap((file) => ['-f', file]),
  ]
}

/** The words of what is intended. */
export function intentWords(intent: Intent): readonly string[] {
  switch (intent.kind) {
    case 'up':
      return [
        ...['up', '-d'],
        ...(intent.recreate === 'always' ? ['--force-recreate'] : []),
        ...(intent.recreate === 'never' ? ['--no-recreate'] : []),
        ...(intent.removeOrphans ? ['--remove-orphans'] : []),
        ...Object.entries(intent.scale ?? {}).flatMap(([name, count]) => ['--scale', `${name}=${count}`]),
        ...(intent.services ?? []),
      ]
    case 'down':
      return [
        'down',
        ...(intent.volumes ? ['-v'] : []),
        ...(intent.removeOrphans ? ['--remove-orphans'] : []),
      ]
  }
}

/** The whole line. */
export function composeLine(prefix: readonly string[], words: readonly string[]): string {
  return line([...prefix, ...words])
}
