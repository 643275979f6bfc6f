/** What of a folder a build sees: ignore files as Docker reads them. */
import { expect } from 'vitest'
import { type BuildCase, buildCases } from './harness/cases.ts'

const TREE = {
  ...{
    'keep.txt': '',
    temp1: '',
    'temp.log': '',
    'a/tempa': '',
    'a/keep': '',
    'a/b/temp': '',
    'docs/x.md': '',
  },
  ...{ 'docs/README.md': '', 'README.md': '', 'node_modules/m/i.js': '', '.git/HEAD': '' },
}

/** What is in the context when its ignore file says `lines`, without the Dockerfile and the ignore file. */
function ignoring(title: string, lines: readonly string[], expected: readonly string[]): BuildCase {
  return {
    title: `${title} [10.16]`,
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { ...TREE, '.dockerignore': `${lines.join('\n')}\n` },
    look: ({ files }) => {
      const names = [...files].filter(([, { type }]) => type === 'file').map(([path]) => path.slice(1))
      expect(names.filter((name) => !/^(Dockerfile|\.dockerignore)$/.test(name)).toSorted()).toEqual(expected)
    },
  }
}

const ALL = Object.keys(TREE).toSorted()
const without = (...names: readonly RegExp[]) => ALL.filter((name) => !names.some((each) => each.test(name)))

buildCases('ignore files', [
  ignoring('comments and blank lines say nothing', ['# temp1', '', '   '], ALL),
  ignoring('a name of the root', ['temp1', '/README.md'], without(/^temp1$/, /^README/)),
  ignoring('a folder with all that is in it', ['node_modules', 'a/b/'], without(/^node_modules/, /^a\/b/)),
  ignoring('one folder deep', ['*/temp*'], without(/^a\/temp/)),
  ignoring('two folders deep', ['*/*/temp*'], without(/^a\/b\/temp/)),
  ignoring('one character', ['temp?'], without(/^temp1$/)),
  ignoring('any number of folders', ['**/temp*', '**/*.md'], without(/temp/, /\.md$/)),
  ignoring('characters in brackets', ['temp[0-9]', '[.]git'], without(/^temp1$/, /^\.git/)),
  ignoring(
    'what was left out is let in again, and the last line counts',
    ['*.md', 'docs', '!README.md', '!docs/README.md'],
    without(/^docs\/x/),
  ),
  ignoring(
    'everything but',
    ['*', '!a'],
    ALL.filter((name) => name.startsWith('a/')),
  ),
  ignoring('an exception before the rule is none', ['!README.md', '*.md'], without(/^README/)),
  ignoring('paths are cleaned first', ['./a/../temp1', ' keep.txt '], without(/^temp1$/, /^keep\.txt/)),
  {
    title: 'the Dockerfile may be left out and is read all the same [10.16]',
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { f: '', '.dockerignore': 'Dockerfile\n.dockerignore\n' },
    look: ({ files }) => expect([...files.keys()]).toEqual(['/f']),
  },
  {
    title: 'an ignore file of the Dockerfile’s own wins [10.16]',
    flags: ['-f', 'Own'],
    files: {
      Own: 'FROM scratch\nCOPY . /\n',
      f: '',
      g: '',
      '.dockerignore': 'f\n',
      'Own.dockerignore': 'g\nOwn*\n.d*\n',
    },
    look: ({ files }) => expect([...files.keys()]).toEqual(['/f']),
  },
  {
    title: 'what is left out cannot be copied, and is said to be left out [10.17]',
    dockerfile: 'FROM scratch\nCOPY temp1 /\n',
    files: { ...TREE, '.dockerignore': 'temp*\n' },
    fails: /temp1.*not found|excluded by \.dockerignore/,
  },
  {
    title: 'an exception inside of a folder that is left out [10.17]',
    dockerfile: 'FROM scratch\nCOPY . /\n',
    files: { ...TREE, '.dockerignore': '*\n!docs/README.md\n' },
    look: ({ files }) => expect([...files.keys()]).toEqual(['/docs', '/docs/README.md']),
  },
  {
    title: 'a context that is empty but for the Dockerfile [10.15]',
    dockerfile: 'FROM busybox\nLABEL a=b\n',
    look: ({ config }) => expect(config.config.Labels).toEqual({ a: 'b' }),
  },
])
