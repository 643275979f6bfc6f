/** The `longshore build` line that says what a form says. Pure. */
import type { BuildInput } from '../../contract/builds.ts'
import { line } from '../containers/words.ts'

export function buildLine(input: BuildInput): string {
  const { source, dockerfile, tags, target, platform, noCache, pull } = input
  const words = ['longshore', 'build']
  const option = (name: string, value: string) => {
    if (value !== '') words.push(name, value)
  }
  for (const tag of tags) option('-t', tag)
  // A text that stands in no file comes by stdin.
  option('-f', dockerfile.text !== null ? '-' : dockerfile.path === 'Dockerfile' ? '' : dockerfile.path)
  option('--target', target)
  option('--platform', platform)
  for (const [name, value] of Object.entries(input.arguments)) option('--build-arg', `${name}=${value}`)
  for (const { id, file } of input.secrets) option('--secret', `id=${id},src=${file}`)
  if (noCache) words.push('--no-cache')
  if (pull) words.push('--pull')
  switch (source.kind) {
    case 'folder':
      words.push(source.path)
      break
    case 'git':
      words.push(source.address)
      break
    case 'empty':
      // Without a context, the Dockerfile itself is what comes by stdin.
      if (words.at(-1) === '-') words.splice(-2)
      words.push('-')
  }
  return line(words)
}
