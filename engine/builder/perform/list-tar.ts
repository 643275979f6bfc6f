/** For tests: what an archive holds, a line an entry: mode, owner, size, name. */
import { execFileSync } from '../../host/spawn.ts'

/** Without dates, which differ from run to run. */
export async function listTar(tar: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of tar) chunks.push(chunk)
  const text = execFileSync('tar', ['--numeric-owner', '-tvf', '-'], {
    input: Buffer.concat(chunks),
  }).toString()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.replace(/ \d{4}-\d\d-\d\d \d\d:\d\d /, ' ').replace(/ +/g, ' '))
}
