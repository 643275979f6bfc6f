/** Answers for the editor: which file it is decides who answers. */
import path from 'node:path'
import type { CompletionItem } from '../../contract/projects.ts'
import type { Engine } from '../engines/engine.ts'
import { readText } from '../projects/texts.ts'
import { type Answer, completeCompose, hoverCompose } from './compose.ts'

/** A place in a text that is being written. */
export interface EditedPlace {
  readonly path: string
  readonly text: string
  readonly line: number
  readonly column: number
}

/** What can be written there. */
export async function completeText(engine: Engine, at: EditedPlace): Promise<Answer | null> {
  if (isEnv(at.path)) return completeEnv(at)
  const before = (at.text.split('\n')[at.line - 1] ?? '').slice(0, at.column - 1)
  const variable = /\$\{?(\w*)$/.exec(before)
  if (variable) {
    const env = (await readText(path.join(path.dirname(at.path), '.env')).catch(() => undefined)) ?? ''
    const names = [...env.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/gm)]
    return answer(
      at.column - (variable[1]?.length ?? 0),
      names.map(([, name = '', value = '']) => ({ ...nameItem(name), detail: value.trim().slice(0, 40) })),
    )
  }
  const { images, volumes } = engine.objects
  return completeCompose(at.text, at.line, at.column, {
    images: [...images.rows.values()].flatMap((row) => row.tags),
    volumes: [...volumes.rows.values()].filter((row) => !row.anonymous).map((row) => row.name),
    networks: await networkNames(engine),
  })
}

/** What stands there. */
export function hoverText(at: EditedPlace): ReturnType<typeof hoverCompose> {
  return isEnv(at.path) ? null : hoverCompose(at.text, at.line, at.column)
}

/** In an .env, the names that the compose files beside it ask for. */
async function completeEnv(at: EditedPlace): Promise<Answer | null> {
  const before = (at.text.split('\n')[at.line - 1] ?? '').slice(0, at.column - 1)
  const word = /^\s*(\w*)$/.exec(before)
  if (!word) return null
  const folder = path.dirname(at.path)
  const names = new Set<string>()
  for (const file of ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml']) {
    const text = (await readText(path.join(folder, file)).catch(() => undefined)) ?? ''
    for (const [, name = ''] of text.matchAll(/(?<!\$)\$\{?([A-Za-z_]\w*)/g)) names.add(name)
  }
  const there = new Set(
    [...at.text.matchAll(/^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/gm)].map(([, name]) => name),
  )
  const items = [...names].filter((name) => !there.has(name))
  return answer(
    at.column - (word[1]?.length ?? 0),
    items.map((name) => ({ ...nameItem(name), insert: `${name}=`, detail: 'the compose file asks for it' })),
  )
}

function answer(from: number, items: readonly CompletionItem[]): Answer | null {
  return items.length === 0 ? null : { from, items }
}

function nameItem(label: string): CompletionItem {
  return { label, kind: 'name', insert: null, detail: null, about: null, goesOn: false }
}

/** Networks are in no live list: they are few, and asked for when one is about to be named. */
async function networkNames(engine: Engine): Promise<readonly string[]> {
  try {
    return (await engine.client.networks.list()).map(({ Name }) => Name)
  } catch {
    return []
  }
}

function isEnv(file: string): boolean {
  return path.basename(file).startsWith('.env') || file.endsWith('.env')
}
