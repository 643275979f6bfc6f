/** The parts of the run form that most runs leave alone: command, network, resources, restart, security. */
import { Checkbox } from '../../../ui/checkbox.tsx'
import { Field, TextInput } from '../../../ui/field.tsx'
import { Select } from '../../../ui/select.tsx'
import type { RunForm } from './run-form.ts'
import { Section, type SectionHead } from './section.tsx'

export function SettingSections(props: {
  readonly form: RunForm
  readonly patch: (part: Partial<RunForm>) => void
  /** The head of a section, folded or not. */
  readonly section: (title: string, summary: string) => SectionHead
}) {
  const { form, patch, section } = props
  const limits = [form.memory && `${form.memory} memory`, form.cpus && `${form.cpus} CPUs`]
    .filter(Boolean)
    .join(', ')
  return (
    <>
      <Section {...section('Command', form.command || form.entrypoint || 'as the image says')}>
        <Field label="Command">
          {(ids) => (
            <TextInput
              {...ids}
              mono
              placeholder="as the image says"
              value={form.command}
              onChange={(event) => patch({ command: event.target.value })}
            />
          )}
        </Field>
        <div className="grid grid-cols-2 gap-2">
          <Field label="Entrypoint">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="as the image says"
                value={form.entrypoint}
                onChange={(event) => patch({ entrypoint: event.target.value })}
              />
            )}
          </Field>
          <Field label="Works in">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="as the image says"
                value={form.workingDirectory}
                onChange={(event) => patch({ workingDirectory: event.target.value })}
              />
            )}
          </Field>
        </div>
        <Checkbox
          checked={form.terminal}
          onChange={(terminal) => patch({ terminal })}
          hint="For programs that one types into, such as a shell (-it)"
        >
          Give it a terminal
        </Checkbox>
      </Section>
      <Section {...section('Network', `${form.network}${form.hostname ? `, as ${form.hostname}` : ''}`)}>
        <div className="grid grid-cols-2 gap-2">
          <Field label="Network" hint={NETWORKS[form.network]}>
            {(ids) => (
              <Select
                id={ids.id}
                label="Network"
                value={form.network}
                choices={[
                  { value: 'bridge', label: 'bridge' },
                  { value: 'host', label: 'host' },
                  { value: 'none', label: 'none' },
                ]}
                onChange={(network) => patch({ network })}
              />
            )}
          </Field>
          <Field label="Host name">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="the container's id"
                value={form.hostname}
                onChange={(event) => patch({ hostname: event.target.value })}
              />
            )}
          </Field>
        </div>
      </Section>
      <Section {...section('Resources', limits || 'no limits')}>
        <div className="grid grid-cols-2 gap-2">
          <Field label="Memory" hint="512m, 2g">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="no limit"
                value={form.memory}
                onChange={(event) => patch({ memory: event.target.value })}
              />
            )}
          </Field>
          <Field label="CPUs" hint="0.5 is half of one">
            {(ids) => (
              <TextInput
                {...ids}
                mono
                placeholder="no limit"
                value={form.cpus}
                onChange={(event) => patch({ cpus: event.target.value })}
              />
            )}
          </Field>
        </div>
      </Section>
      <Section {...section('Restart', form.removeWhenDone ? 'removed when it ends' : form.restart)}>
        <Field label="When it ends">
          {(ids) => (
            <Select
              id={ids.id}
              label="When it ends"
              value={form.restart}
              choices={[
                { value: 'no', label: 'leave it' },
                { value: 'on-failure', label: 'start again if it failed' },
                { value: 'unless-stopped', label: 'start again unless it was stopped' },
                { value: 'always', label: 'always start again' },
              ]}
              onChange={(restart) =>
                patch({ restart, ...(restart === 'no' ? {} : { removeWhenDone: false }) })
              }
            />
          )}
        </Field>
        <Checkbox
          checked={form.removeWhenDone}
          onChange={(removeWhenDone) =>
            patch({ removeWhenDone, ...(removeWhenDone ? { restart: 'no' } : {}) })
          }
          hint="With its volumes that have no name (--rm)"
        >
          Remove it when it ends
        </Checkbox>
      </Section>
      <Section
        {...section(
          'Security',
          [form.user && `as ${form.user}`, form.readOnly ? 'read only' : 'Docker defaults, 14 capabilities']
            .filter(Boolean)
            .join(', '),
        )}
      >
        <Field label="User">
          {(ids) => (
            <TextInput
              {...ids}
              mono
              placeholder="as the image says"
              value={form.user}
              onChange={(event) => patch({ user: event.target.value })}
              className="w-1/2"
            />
          )}
        </Field>
        <Checkbox
          checked={form.readOnly}
          onChange={(readOnly) => patch({ readOnly })}
          hint="It can write to its volumes alone"
        >
          Read-only root filesystem
        </Checkbox>
      </Section>
    </>
  )
}

const NETWORKS: Readonly<Record<RunForm['network'], string>> = {
  bridge: 'Its own address, reached over published ports',
  host: 'Shares the network of this machine; ports are not published',
  none: 'No network at all',
}
