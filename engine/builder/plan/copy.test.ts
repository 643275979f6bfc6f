import { describe, expect, it } from 'vitest'
import {
  type Case,
  digestOf,
  failureOf,
  filesOf,
  historyOf,
  operationsOf,
  planOf,
  warningsOf,
} from './plan-case.ts'
import { printOperation } from './print.ts'

const ON_ALPINE = (instruction: string) => `FROM alpine\nWORKDIR /w\n${instruction}\n`

/** The last operation of an instruction on alpine, in /w. */
async function copy(instruction: string, given: Case = {}): Promise<string> {
  return (await operationsOf(ON_ALPINE(instruction), given)).at(-1) as string
}

/** What the plan wants of the context. */
async function wanted(file: string): Promise<unknown> {
  const { steps } = await planOf(file)
  const found = steps.find(({ operation }) => operation.kind === 'context')?.operation
  return found?.kind === 'context' ? found.wanted : 'no context'
}

describe('COPY and ADD', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['COPY a b', 'copy 1:a(local) to /w/b', '08.16'],
    ['COPY a b/', 'copy 1:a(local) to /w/b/', '08.16'],
    ['COPY a .', 'copy 1:a(local) to /w/', '08.16'],
    ['COPY . /', 'copy 1:.(local) to /', '08.16'],
    ['COPY ./src/ /x/..', 'copy 1:src(local) to /', '08.16'],
    ['COPY ../../etc/passwd /x', 'copy 1:etc/passwd(local) to /x', '08.16'],
    ['COPY a*.txt b? /d/', 'copy 1:a*.txt(local) 1:b?(local) to /d/', '08.16'],
    ['COPY ["a b", "c d/"]', 'copy 1:a b(local) to /w/c d/', '08.16'],
    ['ENV S=src D=/dst\nCOPY $S ${D}/', 'copy 1:src(local) to /dst/', '08.37'],
    [
      'COPY --chown=app:1 --chmod=u=rw,go=r a b',
      'copy 1:a(local) to /w/b chown=app:1 chmod=u=rw,go=r',
      '08.13',
    ],
    ['ARG M=0700\nCOPY --chmod=$M a b', 'copy 1:a(local) to /w/b chmod=0700', '08.13'],
    ['ARG U\nCOPY --chown=$U a b', 'copy 1:a(local) to /w/b', '08.13'],
    ['COPY --exclude=*.md --exclude=x a b', 'copy 1:a(local) to /w/b exclude=*.md,x', '08.15'],
    ['COPY --parents a/b ./c/./d/*.x /e/', 'copy 1:a/b(local) 1:c/./d/*.x(local) to /e/ parents', '08.16'],
    ['COPY --from=busybox /bin/sh /sh', 'copy 1:bin/sh(stage) to /sh', '08.18'],
    ['COPY --from=scratch /x /y', 'copy 1:x(stage) to /y', '08.17'],
    ['ADD a.tar.gz /x', 'copy 1:a.tar.gz(local) to /x unpack=local-archives', '08.08'],
    ['ADD --unpack=false a.tar /x', 'copy 1:a.tar(local) to /x', '08.08'],
    ['ADD https://h/a/b.txt?x=1 /x/', 'copy 1:b.txt(remote-file) to /x/ unpack=local-archives', '08.09'],
    ['ADD --unpack https://h/a.tgz /x/', 'copy 1:a.tgz(remote-file) to /x/ unpack=always', '08.09'],
    ['ADD https://h/ /x', 'copy 1:__unnamed__(remote-file) to /x unpack=local-archives', '08.09'],
    ['ADD https://h/x.git#v1:d /x', 'copy 1:.(git) to /x unpack=local-archives', '08.10'],
    ['COPY <<EOF /f\nhi "$HOME" $(x)\nEOF', 'copy EOF="hi \\"\\" $(x)\\n" to /f', '08.19'],
    [
      'ENV A=1\nCOPY <<EOF <<"B" a /d/\n$A\nEOF\n$A\nB',
      'copy EOF="1\\n" B="$A\\n" 1:a(local) to /d/',
      '08.19',
    ],
  ]
  for (const [instruction, operation, row] of cases)
    it(`${JSON.stringify(instruction)} [${row}]`, async () => {
      expect(await copy(instruction)).toBe(operation)
    })

  it('are put on an empty root and merged with --link [08.14]', async () => {
    expect(await operationsOf(ON_ALPINE('COPY --link --chown=5 a b'))).toEqual([
      'mkdir /w',
      'copy 0:a(local) to /w/b chown=5',
      'merge',
    ])
    expect(await operationsOf('FROM scratch\nCOPY --link a b\n')).toEqual(['copy 0:a(local) to /b'])
  })

  it('with --link do not depend on what they are put on [08.14]', async () => {
    const { steps } = await planOf(ON_ALPINE('COPY --link a b'))
    const copied = steps.find(({ operation }) => operation.kind === 'copy')
    expect(copied?.inputs.map((id) => steps.find((step) => step.id === id)?.operation.kind)).toEqual([
      'context',
    ])
  })

  it('read no more of the context than they name [10.01]', async () => {
    expect(await wanted('FROM alpine\nCOPY a/b c*.txt /x/\nADD d https://h/x /y/\n')).toEqual([
      'a/b',
      'c*.txt',
      'd',
    ])
    expect(await wanted('FROM alpine\nCOPY a /x\nCOPY . /y\n')).toBeNull()
    expect(await wanted('FROM alpine\nCOPY --parents ./a/./b /x/\n')).toEqual(['a/b'])
    expect(await wanted('FROM alpine\nRUN x\n')).toBe('no context')
  })

  it('are told of without the passwords of addresses, which fetch [08.09]', async () => {
    const file = 'FROM alpine\nARG PW=SECRET\nADD http://u:$PW@h/x https://u:SECRET@h/y.git /z/\n'
    const { steps } = await planOf(file)
    expect(steps.map(({ name }) => name).join('\n')).not.toContain('SECRET')
    expect(steps.at(-1)?.name).toBe('[2/2] ADD http://***@h/x https://***@h/y.git /z/')
    const operations = await operationsOf(file)
    expect(operations).toContain('http http://u:SECRET@h/x as x')
    expect(operations).toContain(`git https://u:SECRET@h/y.git# at ${'c'.repeat(40)}`)
  })

  it('fail without the passwords of addresses', async () => {
    const failure = await failureOf(ON_ALPINE('ADD --checksum=ddddddd https://u:SECRET@h/y.git /z'))
    expect(failure).toContain('for https://***@h/y.git#')
  })

  it('fetch what is remote in steps of their own [08.09]', async () => {
    const sum = digestOf('x')
    expect((await operationsOf(ON_ALPINE(`ADD --checksum=${sum} https://h/x /y`)))[1]).toBe(
      `http https://h/x as x ${sum}`,
    )
    const c = 'c'.repeat(40)
    const git = async (flags: string, address: string) =>
      (await operationsOf(ON_ALPINE(`ADD ${flags} ${address} /y`)))[1]
    expect(await git('--keep-git-dir', 'https://h/x.git#v1:d')).toBe(
      `git https://h/x.git#v1:d at ${c} with .git`,
    )
    expect(await git('--checksum=ccccccc', 'git@h:x')).toBe(`git git@h:x# at ${c}`)
    expect(await git('', 'https://h/x.git?submodules=0')).toBe(
      `git https://h/x.git# at ${c} without submodules`,
    )
  })

  it('stand in the history as BuildKit writes them [08.16]', async () => {
    const file = `FROM alpine AS b
FROM alpine
ENV S=src
COPY --from=b --chown=1:2 --chmod=0700 $S /dst
COPY --parents a b /c/
ADD --exclude=y x /z
COPY <<EOF one /d/
text
EOF
`
    expect((await historyOf(file)).slice(1)).toEqual([
      'COPY --chown=1:2 --chmod=0700 src /dst # buildkit',
      'COPY --parents a b /c/ # buildkit',
      'ADD x /z # buildkit',
      'COPY one <<EOF /d/ # buildkit',
    ])
  })

  const refused: readonly (readonly [string, string])[] = [
    ['COPY https://h/x /y', "3:1 source can't be a URL for COPY (did you mean ADD?)"],
    ['COPY git@h:x.git /y', "3:1 source can't be a git ref for COPY (did you mean ADD?)"],
    [
      'COPY --from=$X /a /b',
      '3:13 variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    ],
    ['COPY --from=7 /a /b', '3:13 invalid stage index 7'],
    [
      'ARG M=99\nCOPY --chmod=$M a b',
      "4:14 invalid chmod parameter: '99'. it should be octal string and between 0 and 07777",
    ],
    [`ADD --checksum=${digestOf('')} a b`, '3:16 checksum requires HTTP(S) or Git sources'],
    [
      `ADD --checksum=${digestOf('')} https://a https://b c/`,
      "3:16 checksum can't be specified for multiple sources",
    ],
    [
      'ADD --checksum=ddddddd https://h/x.git /y',
      `3:1 expected checksum to match ddddddd, got ${'c'.repeat(40)} for https://h/x.git#`,
    ],
    [
      'ADD --keep-git-dir=false https://h/x.git?keep-git-dir=1 /y',
      '3:1 inconsistent keep-git-dir configuration',
    ],
    ['ADD https://h/x.git#none /y', '3:1 https://h/x.git has no ref none'],
    ['COPY ${X:?needed} /y', '3:6 failed to process "${X:?needed}": X: needed'],
  ]
  for (const [instruction, message] of refused)
    it(`${instruction} is refused [08.16]`, async () => {
      expect(await failureOf(ON_ALPINE(instruction))).toBe(message)
    })

  it('are warned of when they name what is ignored [10.16]', async () => {
    const of = (instruction: string, ignore: string) =>
      warningsOf(`FROM alpine\n${instruction}\n`, { files: { '.dockerignore': ignore } })
    const warning = ['2 CopyIgnoredFile: Attempting to Copy file "a/b" that is excluded by .dockerignore']
    expect(await of('COPY ./a/b /x', 'a')).toEqual(warning)
    expect(await of('COPY . /x', 'a')).toEqual([])
    expect(await of('COPY . /x', '*')).toHaveLength(1)
    expect(await of('COPY a/b /x', 'a\n!a/b')).toEqual([])
    expect(await of('COPY --from=busybox a/b /x', 'a')).toEqual([])
    expect((await of('ADD a /x', 'a'))[0]).toContain('Attempting to Add')
  })

  it('obey the ignore file that belongs to the Dockerfile [10.16]', async () => {
    const files = { '.dockerignore': 'all', 'sub/D.dockerignore': 'own\n# no\n' }
    const ignored = async (dockerfile: { text: string | null; path: string }, from = false) => {
      const beside = { kind: 'files', provider: filesOf({ 'sub/D.dockerignore': 'elsewhere' }) } as const
      const request = { dockerfile: { ...dockerfile, from: from ? beside : null } }
      return (await operationsAll('FROM alpine\nCOPY . /\n', { files, request })).find((line) =>
        line.startsWith('context'),
      )
    }
    expect(await ignored({ text: null, path: 'Dockerfile' })).toBe('context context: all without all')
    expect(await ignored({ text: null, path: 'sub/D' })).toBe('context context: all without own')
    expect(await ignored({ text: 'x', path: 'sub/D' })).toBe('context context: all without all')
    expect(await ignored({ text: null, path: 'sub/D' }, true)).toBe('context context: all without elsewhere')
  })
})

async function operationsAll(file: string, given: Case): Promise<string[]> {
  const { steps } = await planOf(file, given)
  return steps.map(({ operation }) => printOperation(operation))
}
