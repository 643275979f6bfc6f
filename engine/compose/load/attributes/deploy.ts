/** `deploy` of a service (spec: Compose Deploy). */
import { decimal, integer, listOf, object, orEmpty, type Shape, scalarShape, text, word } from '../shape.ts'
import { reservedDevices } from './service-parts.ts'
import { bytes, duration, namedTexts, written } from './values.ts'

const update = object({
  parallelism: { shape: integer(0), about: 'So many tasks at once; 0 is all.' },
  delay: { shape: duration, about: 'Time between one batch and the next.' },
  failure_action: { shape: word('continue', 'rollback', 'pause'), about: 'What a failure does.' },
  monitor: { shape: duration, about: 'How long a new task is watched for failure.' },
  max_failure_ratio: { shape: decimal(0), about: 'The share of tasks that may fail.' },
  order: { shape: word('start-first', 'stop-first'), about: 'Which goes first, the new or the old.' },
})

/** As text: 0.50 stays 0.50. */
const processors = scalarShape('a number of processors like "0.5"', (tree) =>
  /^(\d+\.?\d*|\.\d+)$/.test(written(tree)) ? written(tree) : undefined,
)

/** `restart` of a service has other words for the same. */
const CONDITIONS: Readonly<Record<string, string>> = { always: 'any', 'unless-stopped': 'any', no: 'none' }
const words = ['none', 'on-failure', 'any']
const condition = scalarShape(
  `one of ${words.join(', ')}`,
  ({ value }) => (words.includes(String(value)) ? value : undefined),
  {
    words,
    remedy: ({ value }) => {
      const meant = CONDITIONS[String(value)]
      return meant === undefined ? undefined : `write ${meant}`
    },
  },
)

const amounts = {
  cpus: { shape: processors, about: 'Processors, as a fraction: "0.5".' },
  memory: { shape: bytes, about: 'Memory: 512m.' },
} as const

const generic = listOf(
  object({
    discrete_resource_spec: {
      shape: object({
        kind: { shape: text, about: 'Its kind.' },
        value: { shape: decimal(), about: 'How many.' },
      }),
      about: 'A resource that is counted.',
    },
  }),
)

/** All of it. What only a swarm does is kept, and the plan says so. */
export const deploy: Shape = orEmpty(
  object({
    mode: {
      shape: word('replicated', 'global', 'replicated-job', 'global-job'),
      about: 'So many tasks, or one a node.',
    },
    endpoint_mode: { shape: word('vip', 'dnsrr'), about: 'One address for all tasks, or each its own.' },
    replicas: { shape: integer(0), about: 'How many containers the service has.' },
    labels: { shape: namedTexts, about: 'Labels of the service, not of its containers.' },
    placement: {
      shape: object({
        constraints: { shape: listOf(text), about: 'What a node must be.' },
        preferences: {
          shape: listOf(
            object({ spread: { shape: text, about: 'A label over whose values tasks are spread.' } }),
          ),
          about: 'How tasks are spread.',
        },
        max_replicas_per_node: { shape: integer(0), about: 'The most on one node.' },
      }),
      about: 'Where tasks may run.',
    },
    resources: {
      shape: object({
        limits: {
          shape: object({ ...amounts, pids: { shape: integer(-1), about: 'Processes.' } }),
          about: 'What a container may use.',
        },
        reservations: {
          shape: object({
            ...amounts,
            generic_resources: { shape: generic, about: 'Counted resources of a swarm.' },
            devices: { shape: reservedDevices, about: 'Devices such as GPUs.' },
          }),
          about: 'What a container can count on.',
        },
      }),
      about: 'Limits and reservations.',
    },
    restart_policy: {
      shape: object({
        condition: { shape: condition, about: 'When a container is started again.' },
        delay: { shape: duration, about: 'How long to wait before.' },
        max_attempts: { shape: integer(0), about: 'How often.' },
        window: { shape: duration, about: 'How long it must run to count as started.' },
      }),
      about: 'What becomes of a container that ended.',
    },
    update_config: { shape: update, about: 'How a service is brought to a new version.' },
    rollback_config: { shape: update, about: 'How it is brought back.' },
  }),
)
