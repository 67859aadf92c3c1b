/** An arrow of the stream file threw, or returned what it must not: the fault of the stream or its data, not of the engine. */
export class ArrowFailure extends Error {
  /** `place` names the arrow, as in 'features.visits, step'. */
  constructor(place: string, cause: unknown) {
    super(`${place} threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.name = 'ArrowFailure'
  }
}
