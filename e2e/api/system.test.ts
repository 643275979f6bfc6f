import { expect, test } from 'vitest'
import { expectError, onEachEngine } from './suite.ts'

onEachEngine('system', ({ api }) => {
  for (const method of ['GET', 'HEAD']) {
    test(`${method} /_ping carries the headers that clients negotiate by`, async () => {
      for (const prefix of ['', '/v1.41']) {
        const answer = await api.version(prefix).request(method, '/_ping')
        expect(answer.status).toBe(200)
        expect(answer.text).toBe(method === 'GET' ? 'OK' : '')
        expect(answer.headers['api-version']).toMatch(/^1\.\d+$/)
        expect(answer.headers.ostype).toBe('linux')
        expect(answer.headers['docker-experimental']).toBe('false')
        expect(answer.headers['builder-version'] ?? '').toMatch(/^[12]?$/)
        expect(answer.headers['cache-control']).toBe('no-cache, no-store, must-revalidate')
        expect(answer.headers.pragma).toBe('no-cache')
        expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
      }
    })
  }

  test('/version says what the CLI prints', async () => {
    const version = (await api.get('/version')).json<Record<string, string>>()
    const ping = await api.get('/_ping')
    expect(version.ApiVersion).toBe(ping.headers['api-version'])
    expect(version.Os).toBe('linux')
    for (const field of ['Version', 'MinAPIVersion', 'GitCommit', 'GoVersion', 'Arch', 'KernelVersion']) {
      expect(version[field], field).toEqual(expect.any(String))
    }
    expect(version.Components).toEqual(
      expect.arrayContaining([expect.objectContaining({ Name: 'Engine', Details: expect.any(Object) })]),
    )
  })

  test('/info counts containers and images', async () => {
    const info = (await api.get('/info')).json<Record<string, unknown>>()
    expect(info).toMatchObject({
      Containers: 0,
      ContainersRunning: 0,
      ContainersPaused: 0,
      ContainersStopped: 0,
      Images: expect.any(Number),
      Driver: expect.any(String),
      DockerRootDir: expect.any(String),
      OSType: 'linux',
      NCPU: expect.any(Number),
      MemTotal: expect.any(Number),
      Plugins: {
        Volume: expect.arrayContaining(['local']),
        Network: expect.arrayContaining(['bridge', 'host']),
      },
      Swarm: expect.objectContaining({ LocalNodeState: 'inactive' }),
      ID: expect.any(String),
      Name: expect.any(String),
    })
  })

  test('versions that do not fit are refused with what would fit', async () => {
    // Before a version is agreed dockerd 20.10 answers errors as plain text, newer ones as JSON: both are read alike.
    const tooNew = await api.version('/v9.99').get('/info')
    expect(tooNew.status).toBe(400)
    expect(tooNew.text).toMatch(/client version 9\.99 is too new\. Maximum supported API version is 1\.\d+/)
    const tooOld = await api.version('/v1.0').get('/info')
    expect(tooOld.status).toBe(400)
    expect(tooOld.text).toMatch(
      /client version 1\.0 is too old\. Minimum supported API version is 1\.\d+, please upgrade/,
    )
  })

  test('an unknown path is "page not found"', async () => {
    expectError(await api.get('/nothing/of/the/kind'), 404, 'page not found')
  })

  test('answers say which API and server gave them', async () => {
    const answer = await api.get('/info')
    expect(answer.headers['api-version']).toMatch(/^1\.\d+$/)
    expect(answer.headers.server).toMatch(/\(linux\)$/)
    expect(answer.headers['content-type']).toBe('application/json')
  })

  test('swarm calls are answered as by an engine outside a swarm', async () => {
    expectError(await api.get('/swarm'), 503, /^This node is not a swarm manager\./)
    expectError(await api.get('/services'), 503, /^This node is not a swarm manager\./)
  })

  test('/info says what the host can hold', async () => {
    const info = (await api.get('/info')).json<Record<string, unknown>>()
    for (const flag of ['MemoryLimit', 'SwapLimit', 'CpuCfsQuota', 'CPUShares', 'CPUSet', 'PidsLimit'])
      expect(info[flag], flag).toEqual(expect.any(Boolean))
    expect(info).toMatchObject({
      SecurityOptions: expect.arrayContaining([expect.stringMatching(/^name=seccomp/)]),
      LiveRestoreEnabled: expect.any(Boolean),
      CgroupDriver: expect.stringMatching(/^(cgroupfs|systemd|none)$/),
      CgroupVersion: expect.stringMatching(/^[12]$/),
      DefaultRuntime: expect.any(String),
      RegistryConfig: { InsecureRegistryCIDRs: expect.arrayContaining(['127.0.0.0/8']) },
    })
    const runtimes = info.Runtimes as Record<string, { path: string }>
    expect(runtimes[String(info.DefaultRuntime)]?.path).toMatch(/./)
  })
})
