/** Attachments over a plain program in the place of the native part: what they do with its streams. */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { spawn } from '../host/spawn.ts'
import { attachmentOf } from './attachment.ts'

const shell = (script: string) => spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'pipe'] })

describe('an attachment', () => {
  it('keeps what was written for a reader that comes after the end', async () => {
    const child = shell('echo quick')
    const { output } = attachmentOf(child, false)
    await once(child, 'exit')
    await sleep(50) // by then Node has emptied the pipes of the ended child that nobody read
    expect(await text(output)).toBe('quick\n')
  })

  it('keeps a slow reader from filling memory, and loses nothing', async () => {
    const child = shell('head -c 3000000 /dev/zero')
    const { output } = attachmentOf(child, false)
    await sleep(100)
    expect(output.readableLength).toBeLessThan(1_000_000)
    expect(child.exitCode).toBeNull()
    expect(await text(output)).toHaveLength(3_000_000)
  })

  it('ends its reader and its program when it is let go', async () => {
    const child = shell('cat')
    const { output, detach } = attachmentOf(child, true)
    const closed = once(output, 'close')
    detach()
    await closed
    await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
  })

  it('ends its program when the reader goes', async () => {
    const child = shell('while echo more; do :; done 2>/dev/null')
    const { output } = attachmentOf(child, false)
    await once(output, 'readable')
    output.destroy()
    await once(child, 'exit')
    expect(output.destroyed).toBe(true)
  })
})

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let all = ''
  for await (const chunk of stream) all += (chunk as Buffer).toString('latin1')
  return all
}
