/** The same run as a docker line and as compose, live; what is taken stands out in it. */
import { useEffect, useState } from 'react'
import { breakCommand } from '../../../lib/break-command.ts'
import { maskSecrets } from '../../../lib/mask-secrets.ts'
import { useClient } from '../../../rpc/session.tsx'
import type { RunInput } from '../../../rpc/views.ts'
import { CommandBlock } from '../../../ui/command-block.tsx'
import { Segments } from '../../../ui/segments.tsx'

export function Preview(props: {
  readonly input: RunInput | null
  /** Texts to mark as wrong. */
  readonly wrong: readonly string[]
  readonly notes: readonly string[]
}) {
  const client = useClient()
  const [form, setForm] = useState<'docker run' | 'compose'>('docker run')
  const [texts, setTexts] = useState<{ readonly dockerRun: string; readonly compose: string } | null>(null)
  const key = props.input === null ? null : JSON.stringify(props.input)
  useEffect(() => {
    if (key === null) return
    const abort = new AbortController()
    const timer = setTimeout(() => {
      client.containers.preview(JSON.parse(key) as RunInput, { signal: abort.signal }).then(setTexts, () => {
        // What cannot be said yet stays as it was said last; the form tells what is wrong.
      })
    }, 80)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [client, key])
  const text = texts === null ? '' : form === 'docker run' ? breakCommand(texts.dockerRun) : texts.compose
  return (
    <aside
      aria-label="The same as"
      className="flex min-h-0 w-[380px] shrink-0 flex-col gap-3 overflow-y-auto border-l border-line bg-page px-5 py-4"
    >
      <div className="flex items-center justify-between">
        <h3 className="font-semibold">The same as</h3>
        <Segments
          label="Form of the preview"
          value={form}
          choices={[
            { value: 'docker run', label: 'docker run' },
            { value: 'compose', label: 'compose' },
          ]}
          onChange={setForm}
        />
      </div>
      <CommandBlock text={text || 'docker run'}>
        {text === '' ? (
          <span className="text-term-muted">docker run …</span>
        ) : (
          marked(maskSecrets(text, props.input?.environment ?? []), props.wrong)
        )}
      </CommandBlock>
      {props.notes.length > 0 && (
        <p className="text-12 text-muted">
          {props.notes.map((note) => (
            <span key={note}>{note} </span>
          ))}
        </p>
      )}
    </aside>
  )
}

function marked(text: string, wrong: readonly string[]) {
  const first = wrong.find((each) => text.includes(each))
  if (first === undefined) return text
  const at = text.indexOf(first)
  return (
    <>
      {text.slice(0, at)}
      <span className="text-term-bad">{first}</span>
      {text.slice(at + first.length)}
    </>
  )
}
