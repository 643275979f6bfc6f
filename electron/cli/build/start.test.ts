import { describe, expect, test } from 'vitest'
import { readBuildOptions } from './options.ts'
import { buildStart, type Prepared } from './start.ts'

const PREPARED: Prepared = {
  sources: { context: { kind: 'folder', path: '/ctx' }, dockerfile: {}, namedContexts: {}, body: null },
  ...{ secrets: [], ssh: [] },
}

const start = (line: string) => {
  const options = readBuildOptions(line.split(' '), {})
  if (options === null) throw new Error('it asked for help')
  return buildStart(options, PREPARED, { cwd: '/src', ownPlatform: 'linux/amd64' })
}

describe('what the engine is asked for', () => {
  test('is called by its first name, else by its folder', () => {
    expect(start('-t app:1 -t other /some/shop').title).toBe('app:1')
    expect(start('/some/shop').title).toBe('shop')
    expect(start('-').title).toBe('standard input')
    expect(start('https://example.com/x.git').title).toBe('https://example.com/x.git')
  })

  test('files come back as streams, a folder as its tar', () => {
    expect(start('-o out -o type=oci,dest=x.tar .').outputs).toEqual([
      { kind: 'tar', to: { kind: 'stream' } },
      { kind: 'oci', names: [], to: { kind: 'stream' } },
    ])
  })

  test('annotations for another platform are for nothing here', () => {
    const flags = '--annotation manifest[linux/amd64]:a=1 --annotation manifest[linux/arm64]:b=2'
    expect(start(`${flags} .`).annotations).toEqual([{ on: 'manifest', key: 'a', value: '1' }])
    expect(start(`${flags} --platform linux/arm64 .`).annotations).toEqual([
      { on: 'manifest', key: 'b', value: '2' },
    ])
  })

  test('folders of caches are told in full', () => {
    expect(start('--cache-to type=local,dest=c --cache-from type=local,src=../c .')).toMatchObject({
      cacheTo: [{ type: 'local', fields: { dest: '/src/c' } }],
      cacheFrom: [{ type: 'local', fields: { src: '/c' } }],
    })
  })
})
