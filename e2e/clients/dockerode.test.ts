/** dockerode, as it comes from npm: the flow of its own README, and what testcontainers do with it. */
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import Docker from 'dockerode'
import { expect, test } from 'vitest'
import { onEachEngine } from '../api/suite.ts'

onEachEngine('dockerode', (subject) => {
  test('pulls, runs, attaches, executes, copies and prunes [01.01]', async () => {
    const docker = new Docker({ socketPath: subject.engine.socket })
    const progress = await docker.pull(subject.busybox)
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
    )

    const output = new PassThrough()
    const [{ StatusCode }, once] = await docker.run(
      subject.busybox,
      ['sh', '-c', 'echo to-both; exit 4'],
      output,
      {
        HostConfig: { AutoRemove: false },
        Tty: true,
      },
    )
    output.end()
    expect(StatusCode).toBe(4)
    expect(await text(output)).toBe('to-both\r\n')
    await once.remove()

    const container = await docker.createContainer({
      Image: subject.busybox,
      Cmd: ['cat'],
      OpenStdin: true,
      StdinOnce: true,
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } },
      Labels: { 'org.testcontainers': 'true' },
    })
    const stream = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    })
    const echoed = new PassThrough()
    container.modem.demuxStream(stream, echoed, echoed)
    await container.start()
    const { NetworkSettings } = await container.inspect()
    expect(Number(NetworkSettings.Ports['80/tcp']?.[0]?.HostPort)).toBeGreaterThan(0)

    const exec = await container.exec({
      Cmd: ['sh', '-c', 'cat; echo done'],
      AttachStdin: true,
      AttachStdout: true,
    })
    const shell = await exec.start({ hijack: true, stdin: true })
    const said = new PassThrough()
    exec.modem.demuxStream(shell, said, said)
    shell.end('through exec ')
    await new Promise((resolve) => shell.on('end', resolve))
    said.end()
    expect(await text(said)).toBe('through exec done\n')
    expect((await exec.inspect()).ExitCode).toBe(0)

    const ended = new Promise((resolve) => stream.on('end', resolve))
    stream.end('through attach')
    await Promise.all([container.wait(), ended])
    echoed.end()
    expect(await text(echoed)).toBe('through attach')

    const archive = await container.getArchive({ path: '/etc/passwd' })
    expect(await text(archive)).toContain('root:x:0:0')
    await container.remove()
    const filters = { label: ['org.testcontainers=true'] }
    expect(await docker.listContainers({ all: true, filters })).toEqual([])
    expect((await docker.pruneVolumes()).VolumesDeleted ?? []).toEqual([])
  })
})
