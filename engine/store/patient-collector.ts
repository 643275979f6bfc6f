/**
 * Garbage collection while bulk passes through. V8 counts the buffers that pass as growth of its heap and collects all
 * of it every 14 MB: a quarter of the time of a pull. While work of this kind is under way the heap may grow to
 * several times its size before it is looked through; buffers are short-lived, and what they hold is bounded by the
 * streams themselves.
 */
import { setFlagsFromString } from 'node:v8'

/** Growth in percent of what is alive before the next collection; 0 is V8's own choice. */
const PATIENT = 300

let working = 0

/** Does `work` with a patient collector. */
export async function withPatientCollector<T>(work: () => Promise<T>): Promise<T> {
  if (working++ === 0) setFlagsFromString(`--heap-growing-percent=${PATIENT}`)
  try {
    return await work()
  } finally {
    if (--working === 0) setFlagsFromString('--heap-growing-percent=0')
  }
}
