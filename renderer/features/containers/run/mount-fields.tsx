/** The volumes and folders of the run form. */
import { ArrowRight, X } from 'lucide-react'
import { IconButton } from '../../../ui/button.tsx'
import { Checkbox } from '../../../ui/checkbox.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import { type MountField, nextKey } from './run-form.ts'
import { AddLine } from './section.tsx'

export function MountFields(props: {
  readonly mounts: readonly MountField[]
  /** Paths that the image keeps in a volume. */
  readonly declared: readonly string[]
  readonly name: string
  readonly onChange: (mounts: readonly MountField[]) => void
}) {
  const { mounts, onChange } = props
  const put = (mount: MountField) => onChange(mounts.map((each) => (each.key === mount.key ? mount : each)))
  const add = (source: string, destination: string) =>
    onChange([...mounts, { key: nextKey(), kind: 'volume', source, destination, readOnly: false }])
  const free = props.declared.filter((path) => !mounts.some((mount) => mount.destination === path))
  return (
    <>
      {mounts.map((mount, index) => (
        <div key={mount.key} className="flex items-center gap-2">
          <Select
            label={`Kind of mount ${index + 1}`}
            value={mount.kind}
            choices={[
              { value: 'volume', label: 'Volume' },
              { value: 'bind', label: 'Folder' },
            ]}
            onChange={(kind) => put({ ...mount, kind })}
            className="w-24"
          />
          <TextInput
            mono
            aria-label={`Source of mount ${index + 1}`}
            placeholder={mount.kind === 'volume' ? 'name, or a new one' : '/folder/here'}
            value={mount.source}
            onChange={(event) => put({ ...mount, source: event.target.value })}
            className="flex-1"
          />
          <ArrowRight aria-hidden="true" className="size-4 shrink-0 text-muted" />
          <TextInput
            mono
            aria-label={`Path in the container of mount ${index + 1}`}
            placeholder="/data"
            value={mount.destination}
            onChange={(event) => put({ ...mount, destination: event.target.value })}
            className="flex-1"
          />
          <Checkbox
            checked={mount.readOnly}
            onChange={(readOnly) => put({ ...mount, readOnly })}
            className="whitespace-nowrap text-soft"
          >
            read only
          </Checkbox>
          <IconButton
            label={`Leave out mount ${index + 1}`}
            size="small"
            onClick={() => onChange(mounts.filter((each) => each.key !== mount.key))}
          >
            <X />
          </IconButton>
        </div>
      ))}
      {free.map((path) => (
        <p key={path} className="text-12 text-muted">
          The image keeps <code className="font-mono">{path}</code> in a volume without a name.{' '}
          <button
            type="button"
            className="rounded font-medium text-link hover:underline"
            onClick={() => add(`${props.name || 'container'}_${path.split('/').at(-1) ?? 'data'}`, path)}
          >
            Give it one
          </button>
        </p>
      ))}
      <AddLine onAdd={() => add('', '')}>Add volume or folder</AddLine>
    </>
  )
}
