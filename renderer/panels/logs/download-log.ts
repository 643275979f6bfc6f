/** Saves a container's stored log as a text file. */
import { plainText } from '../../lib/ansi.ts'
import type { Client } from '../../rpc/client.ts'

/** Reads up to the newest 100,000 lines and hands them to the browser as `<name>.log`. */
export async function downloadLog(client: Client, engine: string, id: string, name: string): Promise<void> {
  const parts: string[] = []
  for await (const message of await client.logs.follow({ engine, id, tail: 100_000, follow: false })) {
    if (message.type === 'lines') {
      for (const line of message.lines) parts.push(`${line.at} ${line.stream} ${plainText(line.text)}\n`)
    }
  }
  const address = URL.createObjectURL(new Blob(parts, { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${name}.log`
  link.click()
  URL.revokeObjectURL(address)
}
