/** Builds of the engine: their cache, which is empty as long as nothing is built. */
import type { BuildPruned } from '../../api/system.ts'
import type { Journal } from '../events/journal.ts'
import { checkFilters, type Filters } from '../filters.ts'

const KNOWN = [
  ...['description', 'id', 'inuse', 'label', 'label!', 'parent', 'private', 'shared', 'type', 'until'],
  'unused-for',
]

export class Builds {
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  async prune({ filters }: { readonly all: boolean; readonly filters: Filters }): Promise<BuildPruned> {
    checkFilters(filters, KNOWN)
    this.#journal.emit('builder', 'prune', '', { reclaimed: '0' })
    return { CachesDeleted: null, SpaceReclaimed: 0 }
  }
}
