/** Opens a shell in a container and shows it in the bottom panel. */
import type { Client } from '../../rpc/client.ts'
import { showTerminal } from './dock-store.ts'

/** Throws the services' typed failure when the container has no shell or does not run. */
export async function openTerminal(
  client: Client,
  engine: string,
  container: string,
  kind: 'exec' | 'attach' = 'exec',
): Promise<void> {
  const terminal = await client.terminals.open({ engine, container, kind, rows: 24, cols: 80 })
  showTerminal(terminal.id)
}
