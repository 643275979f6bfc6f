import { readFileSync } from 'node:fs'
import path from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { IpcMainEvent, MessagePortMain, WebContents, WebFrameMain } from 'electron'
import { describe, expect, test } from 'vitest'
import { handOverPorts, PORT, PORT_LOST } from './port-handover.ts'

const NONCE = '3f2b8c1e-8d7a-4c55-9a41-0f6f3a2b7c10'

/** A frame as Electron would describe it, and what was sent to it. */
function frameAt(url: string, parent: WebFrameMain | null = null) {
  const sent: { channel: string; nonce: unknown; ports: MessagePort[] }[] = []
  let destroyed = false
  const frame = {
    url,
    parent,
    isDestroyed: () => destroyed,
    postMessage: (channel: string, nonce: unknown, ports: MessagePort[]) =>
      sent.push({ channel, nonce, ports }),
    send: (channel: string, nonce: unknown) => sent.push({ channel, nonce, ports: [] }),
  }
  return {
    frame: frame as unknown as WebFrameMain,
    sent,
    destroy: () => {
      destroyed = true
    },
  }
}

/** The handover with one window of ours, whose id is 1, and services that give channels of worker_threads. */
function handover() {
  const asked: { listener?: (event: IpcMainEvent, nonce: unknown) => void } = {}
  const notes: string[] = []
  const channels: MessageChannel[] = []
  let lost = () => {}
  handOverPorts(
    {
      on: (channel, listener) => {
        expect(channel).toBe(PORT)
        asked.listener = listener
      },
    },
    {
      isOurs: (contents) => contents.id === 1,
      services: {
        connect: async (_id, whenLost) => {
          lost = whenLost
          const channel = new MessageChannel()
          channels.push(channel)
          return channel.port1 as unknown as MessagePortMain
        },
      },
      note: (line) => notes.push(line),
    },
  )
  return {
    notes,
    channels,
    lose: () => lost(),
    ask: async (frame: WebFrameMain | null, nonce: unknown, sender = 1) => {
      asked.listener?.({ sender: { id: sender } as WebContents, senderFrame: frame } as IpcMainEvent, nonce)
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

describe('the handover of ports', () => {
  test('gives the page of our window a port that reaches the services', async () => {
    const { ask, channels, notes } = handover()
    const { frame, sent } = frameAt('app://longshore/#/containers')
    await ask(frame, NONCE)
    expect(notes).toEqual([])
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({ channel: PORT, nonce: NONCE })
    const heard = new Promise((resolve) => channels[0]?.port2.once('message', resolve))
    sent[0]?.ports[0]?.postMessage('hello')
    expect(await heard).toBe('hello')
    for (const { port1 } of channels) port1.close()
  })

  test.each([
    ['another site', 'https://evil.example/'],
    ['another host of the scheme', 'app://other/'],
    ['a host that only begins like ours', 'app://longshore.evil.example/'],
    ['a name before the host', 'app://longshore@evil.example/'],
    ['a file', 'file:///app://longshore/'],
    ['an empty page', 'about:blank'],
    ['no address', ''],
  ])('refuses %s', async (_what, url) => {
    const { ask, channels, notes } = handover()
    const { frame, sent } = frameAt(url)
    await ask(frame, NONCE)
    expect(sent).toEqual([])
    expect(channels).toEqual([])
    expect(notes[0]).toContain('is not our page')
  })

  test('refuses a frame inside the page, a frame that is gone, and a window that is not ours', async () => {
    const { ask, channels, notes } = handover()
    const page = frameAt('app://longshore/').frame
    await ask(frameAt('app://longshore/', page).frame, NONCE)
    await ask(null, NONCE)
    await ask(page, NONCE, 2)
    expect(channels).toEqual([])
    expect(notes.map((line) => line.replace('refused a port: ', ''))).toEqual([
      'app://longshore/ is not the top frame',
      'the frame that asked is gone',
      'the sender is no window of ours',
    ])
  })

  test.each([undefined, null, 7, '', 'x', `${NONCE} `, NONCE.toUpperCase(), { nonce: NONCE }])(
    'refuses the nonce %j',
    async (nonce) => {
      const { ask, channels, notes } = handover()
      await ask(frameAt('app://longshore/').frame, nonce)
      expect(channels).toEqual([])
      expect(notes).toEqual(['refused a port: the nonce is malformed'])
    },
  )

  test('refuses a nonce that was used before', async () => {
    const { ask, channels, notes } = handover()
    const { frame, sent } = frameAt('app://longshore/')
    await ask(frame, NONCE)
    await ask(frame, NONCE)
    expect(sent).toHaveLength(1)
    expect(channels).toHaveLength(1)
    expect(notes).toEqual(['refused a port: the nonce was used before'])
  })

  test('closes the port when the document went away meanwhile', async () => {
    const { ask, channels } = handover()
    const { frame, sent, destroy } = frameAt('app://longshore/')
    const asking = ask(frame, NONCE)
    destroy()
    await asking
    expect(sent).toEqual([])
    const [channel] = channels
    await new Promise<void>((resolve) => channel?.port2.once('close', () => resolve()))
  })

  test('tells the page when the services behind its port end', async () => {
    const { ask, lose } = handover()
    const { frame, sent, destroy } = frameAt('app://longshore/')
    await ask(frame, NONCE)
    lose()
    expect(sent[1]).toMatchObject({ channel: PORT_LOST, nonce: NONCE })
    destroy()
    lose()
    expect(sent).toHaveLength(2)
  })

  test('has the same channels as the preload', () => {
    const preload = readFileSync(path.join(import.meta.dirname, '../preload/preload.ts'), 'utf8')
    expect(preload).toContain(`const PORT = '${PORT}'`)
    expect(preload).toContain(`const PORT_LOST = '${PORT_LOST}'`)
  })
})
