/** The Dockerfile in the editor: completion, hover and problems by the builder's own parser, marks of a build. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Editor } from '../../panels/editor/editor.tsx'
import type { LineMark, Problem, TextPlace } from '../../panels/editor/editor-props.ts'
import { useClient } from '../../rpc/session.tsx'
import type { DockerfileProblem } from '../../rpc/views.ts'

const REST_MS = 200

export function DockerfileEditor(props: {
  readonly engine: string
  readonly text: string
  readonly readOnly: boolean
  readonly marks: readonly LineMark[]
  readonly problems: readonly DockerfileProblem[]
  readonly reveal: TextPlace | null
  readonly onChange: (text: string) => void
  readonly onBuild: () => void
  readonly onSave: () => void
}) {
  const { engine } = props
  const client = useClient()
  const problems = useMemo(() => props.problems.map(problemOf), [props.problems])
  return (
    <Editor
      label="Dockerfile"
      language="dockerfile"
      value={props.text}
      readOnly={props.readOnly}
      onChange={props.onChange}
      onSave={props.onSave}
      onApply={props.onBuild}
      problems={problems}
      marks={props.marks}
      reveal={props.reveal}
      complete={async (text, place) => {
        const found = await client.builds.complete({ engine, text, ...place })
        return (
          found && {
            from: found.range.start.line === place.line ? found.range.start.column : place.column,
            items: found.items.map(({ label, kind, insert, detail, about }) => ({
              ...{ label, kind: KINDS[kind], insert },
              ...(detail === null ? {} : { detail }),
              ...(about === null ? {} : { about }),
            })),
          }
        )
      }}
      hover={async (text, place) => {
        const found = await client.builds.hover({ text, ...place })
        if (!found) return null
        const { start, end } = found.range
        const here = start.line === place.line && end.line === place.line
        return { paragraphs: [found.about], ...(here ? { from: start.column, to: end.column } : {}) }
      }}
    />
  )
}

const KINDS = {
  instruction: 'attribute',
  flag: 'attribute',
  value: 'word',
  stage: 'name',
  image: 'name',
  variable: 'name',
} as const

function problemOf({ severity, message, range, suggestion }: DockerfileProblem): Problem {
  const { start, end } = range
  return {
    ...{ severity, message, line: start.line, column: start.column },
    ...(suggestion === null ? {} : { remedy: `Write ${suggestion} instead.` }),
    ...(end.line === start.line ? { endColumn: end.column } : {}),
  }
}

/** What is wrong with a text, once the keys rest. */
export function useProblems(text: string): readonly DockerfileProblem[] {
  const client = useClient()
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS)
    return () => clearTimeout(timer)
  }, [text])
  const { data } = useQuery({
    queryKey: ['dockerfile-problems', rested],
    queryFn: () => client.builds.check({ text: rested }),
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  })
  return data ?? NONE
}

const NONE: readonly DockerfileProblem[] = []
