/** What a build is asked for beside its Dockerfile, with the line that says the same. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { useId } from 'react'
import { useClient } from '../../rpc/session.tsx'
import type { BuildInput } from '../../rpc/views.ts'
import { Autocomplete } from '../../ui/autocomplete.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { CommandBlock } from '../../ui/command-block.tsx'
import { Field, TextInput } from '../../ui/field.tsx'
import { Scroll } from '../../ui/scroll.tsx'

export function OptionsTab(props: {
  readonly input: BuildInput
  /** Names of the file's stages and of its build arguments. */
  readonly stages: readonly string[]
  readonly args: readonly string[]
  readonly onChange: (input: BuildInput) => void
}) {
  const { input, onChange } = props
  const client = useClient()
  const tags = useId()
  const target = useId()
  const command = useQuery({
    queryKey: ['build-line', input],
    queryFn: () => client.builds.command(input),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  })
  const set = (change: Partial<BuildInput>) => onChange({ ...input, ...change })
  const args = Object.entries(input.arguments)
  return (
    <Scroll label="Options" className="flex flex-col gap-4 px-4 py-3.5">
      <div className="flex flex-col gap-1">
        <label htmlFor={tags} className="text-12 text-soft">
          Names of the image
        </label>
        <TextInput
          id={tags}
          mono
          value={input.tags.join(' ')}
          placeholder="shop-api:dev"
          onChange={(event) => set({ tags: event.target.value.split(/[\s,]+/).filter((tag) => tag !== '') })}
        />
      </div>
      <div className="grid grid-cols-2 gap-3">
        <div className="flex min-w-0 flex-col gap-1">
          <label htmlFor={target} className="text-12 text-soft">
            Up to the stage
          </label>
          <Autocomplete
            id={target}
            value={input.target}
            onChange={(value) => set({ target: value })}
            proposals={props.stages.map((value) => ({ value }))}
            placeholder="the last one"
          />
        </div>
        <Field label="Platform">
          {(ids) => (
            <TextInput
              {...ids}
              mono
              value={input.platform}
              placeholder="this machine’s"
              onChange={(event) => set({ platform: event.target.value.trim() })}
            />
          )}
        </Field>
      </div>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-12 text-soft">Build arguments</legend>
        {args.map(([name, value], index) => (
          <ArgumentRow
            // biome-ignore lint/suspicious/noArrayIndexKey: the name is what is being typed
            key={index}
            name={name}
            value={value}
            onChange={(nextName, nextValue) =>
              set({
                arguments: Object.fromEntries(
                  args.map((arg, at) => (at === index ? [nextName, nextValue] : arg)),
                ),
              })
            }
            onRemove={() => set({ arguments: Object.fromEntries(args.filter((_, at) => at !== index)) })}
          />
        ))}
        <div className="flex flex-wrap gap-1.5">
          {props.args
            .filter((name) => !(name in input.arguments))
            .map((name) => (
              <Button
                key={name}
                size="small"
                onClick={() => set({ arguments: { ...input.arguments, [name]: '' } })}
              >
                <Plus /> {name}
              </Button>
            ))}
          {props.args.length === 0 && args.length === 0 && (
            <p className="text-muted">The Dockerfile asks for none.</p>
          )}
        </div>
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-1 text-12 text-soft">Cache</legend>
        <Checkbox
          checked={input.noCache}
          onChange={(noCache) => set({ noCache })}
          hint="What was built before is not used; it stays."
        >
          Run every step anew
        </Checkbox>
        <Checkbox
          checked={input.pull}
          onChange={(pull) => set({ pull })}
          hint="Also where they are here already."
        >
          Ask registries for newer base images
        </Checkbox>
      </fieldset>
      {command.data !== undefined && <CommandBlock text={command.data} />}
    </Scroll>
  )
}

function ArgumentRow(props: {
  readonly name: string
  readonly value: string
  readonly onChange: (name: string, value: string) => void
  readonly onRemove: () => void
}) {
  return (
    <div className="flex items-center gap-2">
      <TextInput
        mono
        aria-label="Name of the argument"
        className="w-2/5"
        value={props.name}
        onChange={(event) => props.onChange(event.target.value, props.value)}
      />
      <TextInput
        mono
        aria-label={`Value of ${props.name}`}
        className="flex-1"
        value={props.value}
        placeholder="value"
        onChange={(event) => props.onChange(props.name, event.target.value)}
      />
      <IconButton size="small" label={`Remove ${props.name}`} onClick={props.onRemove}>
        <X />
      </IconButton>
    </div>
  )
}
