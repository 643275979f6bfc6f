/** The layers of an image: a stacked bar, and for each the instruction that made it. */

import { formatBytes } from '../../lib/bytes.ts'
import type { ImageDetail } from '../../rpc/views.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { plainInstruction } from './reference.ts'

const SERIES = [
  'var(--series-1)',
  'var(--series-2)',
  'var(--series-3)',
  'var(--series-4)',
  'var(--series-5)',
  'var(--series-6)',
]

interface Layer {
  readonly instruction: string
  readonly sizeBytes: number
  readonly color: string
  readonly place: number
}

export function LayersTab(props: { readonly detail: ImageDetail }) {
  const { history } = props.detail
  const layers: Layer[] = []
  const notes: string[] = []
  for (const step of history) {
    if (step.sizeBytes === 0) notes.push(plainInstruction(step.instruction))
    else {
      layers.push({
        instruction: plainInstruction(step.instruction),
        sizeBytes: step.sizeBytes,
        color: SERIES[layers.length % SERIES.length] ?? SERIES[0] ?? '',
        place: layers.length + 1,
      })
    }
  }
  const total = layers.reduce((sum, layer) => sum + layer.sizeBytes, 0)
  return (
    <Scroll label="Layers" className="px-5 py-4">
      {layers.length === 0 ? (
        <p className="text-muted">This image has no layers with files, or its history was not kept.</p>
      ) : (
        <div
          role="img"
          aria-label={`${layers.length} layers, ${formatBytes(total)} together`}
          className="mb-3 flex h-5 gap-px overflow-hidden rounded-control"
        >
          {layers.map((layer) => (
            <div
              key={layer.place}
              title={`${formatBytes(layer.sizeBytes)}  ${layer.instruction}`}
              style={{ flexGrow: layer.sizeBytes / total, flexBasis: 3, background: layer.color }}
            />
          ))}
        </div>
      )}
      <ol className="flex flex-col gap-2">
        {layers.map((layer) => (
          <li key={layer.place} className="rounded-lg border border-line px-3 py-2.5">
            <div className="flex items-center gap-2.5">
              <span
                aria-hidden="true"
                className="size-2.5 shrink-0 rounded-xs"
                style={{ background: layer.color }}
              />
              <span className="font-medium">{layer.place === 1 ? 'Base' : `Layer ${layer.place}`}</span>
              <span className="text-12 text-muted">{share(layer.sizeBytes, total)}</span>
              <span className="figures ml-auto text-soft">{formatBytes(layer.sizeBytes)}</span>
            </div>
            <code
              className="mt-0.5 line-clamp-3 block break-words pl-5 font-mono text-12 text-soft"
              title={layer.instruction}
            >
              {layer.instruction || 'not told'}
            </code>
          </li>
        ))}
        {notes.length > 0 && (
          <li className="rounded-lg border border-line px-3 py-2.5">
            <div className="flex items-center gap-2.5">
              <span aria-hidden="true" className="size-2.5 shrink-0 rounded-xs border border-line-strong" />
              <span className="font-medium">Settings without files</span>
              <span className="figures ml-auto text-soft">0 B</span>
            </div>
            {notes.map((note, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an instruction may come twice and has but its place
              <code key={index} className="block break-words pl-5 font-mono text-12 text-soft">
                {note}
              </code>
            ))}
          </li>
        )}
      </ol>
    </Scroll>
  )
}

function share(bytes: number, total: number): string {
  const percent = (bytes / total) * 100
  return percent < 1 ? 'under 1%' : `${Math.round(percent)}%`
}
