/** The environment of the run form: a line a variable, a whole .env by paste, secrets hidden. */
import { Eye, EyeOff, X } from 'lucide-react'
import { type ClipboardEvent, useState } from 'react'
import { isSecretName, looksLikeDotenv, parseDotenv } from '../../../lib/dotenv.ts'
import { IconButton } from '../../../ui/button.tsx'
import { TextInput } from '../../../ui/field.tsx'
import { nextKey, type VariableField } from './run-form.ts'
import { AddLine } from './section.tsx'

export function VariableFields(props: {
  readonly variables: readonly VariableField[]
  readonly onChange: (variables: readonly VariableField[]) => void
}) {
  const { variables, onChange } = props
  const [seen, setSeen] = useState<ReadonlySet<number>>(new Set())
  const put = (variable: VariableField) =>
    onChange(variables.map((each) => (each.key === variable.key ? variable : each)))
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text')
    if (!looksLikeDotenv(text) && !(variables.length === 0 && /^\s*[A-Za-z_]\w*=/.test(text))) return
    event.preventDefault()
    const fresh = parseDotenv(text)
    const kept = variables.filter(
      (variable) =>
        (variable.name !== '' || variable.value !== '') && !fresh.some((each) => each.name === variable.name),
    )
    onChange([...kept, ...fresh.map((variable) => ({ key: nextKey(), ...variable }))])
  }
  const see = (key: number) =>
    setSeen((before) => {
      const next = new Set(before)
      if (!next.delete(key)) next.add(key)
      return next
    })
  return (
    <div onPaste={paste} className="flex flex-col gap-2">
      {variables.map((variable, index) => {
        const secret = isSecretName(variable.name)
        return (
          <div key={variable.key} className="flex items-center gap-2">
            <TextInput
              mono
              aria-label={`Name of variable ${index + 1}`}
              placeholder="NAME"
              value={variable.name}
              onChange={(event) => put({ ...variable, name: event.target.value })}
              className="w-[38%]"
            />
            <span className="relative flex flex-1">
              <TextInput
                mono
                type={secret && !seen.has(variable.key) ? 'password' : 'text'}
                aria-label={`Value of ${variable.name || `variable ${index + 1}`}`}
                placeholder="value"
                value={variable.value}
                onChange={(event) => put({ ...variable, value: event.target.value })}
                className="flex-1 pr-9"
              />
              {secret && (
                <IconButton
                  size="small"
                  label={seen.has(variable.key) ? 'Hide the value' : 'Show the value'}
                  className="absolute right-1 top-[3px]"
                  onClick={() => see(variable.key)}
                >
                  {seen.has(variable.key) ? <EyeOff /> : <Eye />}
                </IconButton>
              )}
            </span>
            <IconButton
              size="small"
              label={`Leave out ${variable.name || `variable ${index + 1}`}`}
              onClick={() => onChange(variables.filter((each) => each.key !== variable.key))}
            >
              <X />
            </IconButton>
          </div>
        )
      })}
      <AddLine onAdd={() => onChange([...variables, { key: nextKey(), name: '', value: '' }])}>
        Add variable
      </AddLine>
    </div>
  )
}
