import { describe, expect, test } from 'vitest'
import { readBuildOptions } from './options.ts'

const read = (line: string, environment: Record<string, string> = {}) => {
  const options = readBuildOptions(line.split(' '), environment)
  if (options === null) throw new Error('it asked for help')
  return options
}

describe('flags of build', () => {
  test('a path alone builds an image without a name', () => {
    expect(read('.')).toMatchObject({ path: '.', names: [], file: null, progress: 'auto', noCache: false })
    expect(read('.').outputs).toEqual([{ kind: 'image', names: [], push: false }])
  })

  test('what may be repeated, in any order', () => {
    expect(
      read('-t a -f- --tag b:2 --label x=1 --label=y ctx --no-cache=true --pull --rm=false'),
    ).toMatchObject({
      ...{
        path: 'ctx',
        names: ['a', 'b:2'],
        file: '-',
        labels: { x: '1', y: '' },
        noCache: true,
        pull: true,
      },
    })
  })

  test('build arguments take a value that is left out from the environment', () => {
    expect(read('--build-arg A=1 --build-arg B --build-arg C .', { B: 'env' }).args).toEqual({
      A: '1',
      B: 'env',
    })
  })

  test('secrets: a file, a variable, and the short form', () => {
    const environment = { TOKEN: 't' }
    const secrets = (flags: string) => read(`${flags} .`, environment).secrets
    expect(secrets('--secret id=a,src=f')).toEqual([{ id: 'a', from: { file: 'f' } }])
    expect(secrets('--secret id=a,env=TOKEN')).toEqual([{ id: 'a', from: { env: 'TOKEN' } }])
    expect(secrets('--secret id=TOKEN')).toEqual([{ id: 'TOKEN', from: { env: 'TOKEN' } }])
    expect(secrets('--secret id=file')).toEqual([{ id: 'file', from: { file: 'file' } }])
    expect(secrets('--secret type=env,id=TOKEN')).toEqual([{ id: 'TOKEN', from: { env: 'TOKEN' } }])
    expect(() => secrets('--secret id=a,colour=red')).toThrow(/unexpected key 'colour'/)
  })

  test('ssh: the agent, or what is named', () => {
    expect(read('--ssh default --ssh git=/k1,/k2 .').ssh).toEqual([
      { id: 'default', paths: [] },
      { id: 'git', paths: ['/k1', '/k2'] },
    ])
  })

  test('outputs in all their forms', () => {
    const outputs = (flags: string) => read(`${flags} .`).outputs
    expect(outputs('-o out')).toEqual([{ kind: 'local', to: 'out' }])
    expect(outputs('-o -')).toEqual([{ kind: 'tar', to: '-' }])
    expect(outputs('-o type=tar,dest=x.tar')).toEqual([{ kind: 'tar', to: 'x.tar' }])
    expect(outputs('-t n -o type=oci,dest=x.tar')).toEqual([{ kind: 'oci', names: ['n'], to: 'x.tar' }])
    expect(outputs('-t n -o type=docker')).toEqual([{ kind: 'image', names: ['n'], push: false }])
    expect(outputs('-o type=image,"name=a,b",push=true')).toEqual([
      { kind: 'image', names: ['a', 'b'], push: true },
    ])
    expect(outputs('-t n --push')).toEqual([{ kind: 'image', names: ['n'], push: true }])
    expect(outputs('-t n -o type=registry')).toEqual([{ kind: 'image', names: ['n'], push: true }])
    expect(outputs('-t n --load -o out')).toEqual([
      { kind: 'local', to: 'out' },
      { kind: 'image', names: ['n'], push: false },
    ])
    expect(outputs('-o type=cacheonly')).toEqual([{ kind: 'none' }])
    expect(() => outputs('--push')).toThrow('tag is needed when pushing to registry')
    expect(() => outputs('-o type=tar')).toThrow('dest is required for tar output')
    expect(() => outputs('-o type=what,dest=x')).toThrow('invalid output type "what"')
  })

  test('annotations by their place', () => {
    const annotations = (flag: string) => read(`--annotation ${flag} .`).annotations
    const own = { key: 'k', value: 'v=1', platform: null }
    expect(annotations('k=v=1')).toEqual([{ on: 'manifest', ...own }])
    expect(annotations('index,manifest:k=v=1')).toEqual([
      { on: 'index', ...own },
      { on: 'manifest', ...own },
    ])
    expect(annotations('manifest[linux/arm64]:k=v=1')).toEqual([
      { on: 'manifest', ...own, platform: 'linux/arm64' },
    ])
    expect(() => annotations('k')).toThrow('expected key=value')
  })

  test('caches, limits, hosts and the rest', () => {
    expect(
      read(
        '--cache-from img --cache-to type=local,dest=/c --shm-size 64m --memory 1.5g --ulimit nofile=10:20 --add-host a=::1 --add-host b:1.2.3.4 --allow network.host --no-cache-filter a,b --build-context x=docker-image://y .',
      ),
    ).toMatchObject({
      cacheFrom: [{ type: 'registry', ref: 'img' }],
      cacheTo: [{ type: 'local', dest: '/c' }],
      ...{ shmBytes: 64 * 2 ** 20, memoryBytes: 1.5 * 2 ** 30, noCacheFilter: ['a', 'b'] },
      ulimits: [{ name: 'nofile', soft: 10, hard: 20 }],
      ...{ extraHosts: ['a:::1', 'b:1.2.3.4'], allow: ['network.host'], contexts: { x: 'docker-image://y' } },
    })
  })

  test('processors and swap', () => {
    expect(
      read('-c 512 --cpu-period 100000 --cpu-quota 50000 --cpuset-cpus 0-1 --memory-swap -1 .'),
    ).toMatchObject({
      memorySwapBytes: -1,
      cpus: { cpuShares: 512, cpuPeriod: 100_000, cpuQuota: 50_000, cpusetCpus: '0-1' },
    })
    expect(read('--memory-swap 2g .')).toMatchObject({ memorySwapBytes: 2 ** 31, cpus: {} })
  })

  test('the epoch comes from the environment or an argument', () => {
    expect(read('.', { SOURCE_DATE_EPOCH: '5' }).sourceDateEpoch).toBe(5)
    expect(read('--build-arg SOURCE_DATE_EPOCH=7 .', { SOURCE_DATE_EPOCH: '5' }).sourceDateEpoch).toBe(7)
    expect(() => read('.', { SOURCE_DATE_EPOCH: 'x' })).toThrow(/whole number/)
  })

  test('progress by flag, by environment, and none for -q', () => {
    expect(read('.', { BUILDKIT_PROGRESS: 'plain' }).progress).toBe('plain')
    expect(read('--progress rawjson .').progress).toBe('rawjson')
    expect(read('-q --progress plain .').progress).toBe('quiet')
    expect(() => read('--progress loud .')).toThrow(/there are auto/)
  })

  test('what is wrong or not there is refused', () => {
    expect(() => read('a b')).toThrow('requires exactly 1 argument')
    expect(() => readBuildOptions([], {})).toThrow('requires exactly 1 argument')
    expect(() => read('--sbom=true .')).toThrow(/attestations/)
    expect(read('--provenance=false .').path).toBe('.')
    expect(() => read('--platform linux/amd64,linux/arm64 .')).toThrow(/several platforms/)
    expect(() => read('--no-such .')).toThrow(/no-such/)
    expect(readBuildOptions(['--help'], {})).toBeNull()
  })
})
