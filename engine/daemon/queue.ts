/** One thing at a time: calls on one container run in the order in which they came. */

export class Queue {
  #tail: Promise<unknown> = Promise.resolve()

  /** Runs `body` when all before it are done, whether they failed or not. */
  run<T>(body: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(body)
    this.#tail = result.catch(() => undefined)
    return result
  }
}
