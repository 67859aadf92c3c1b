const AHEAD_MS = 123_456_789_012 // years and an odd time of day
const ZONE = 'Asia/Kathmandu' // a quarter of an hour off the full hours

/**
 * Runs something at another time and in another time zone, by the global `Date` and the environment's `TZ`: what asks for
 * either comes out different. Both are as before when it resolves; nothing else may run beside it.
 */
export async function inAnotherWorld<Result>(action: () => Promise<Result>): Promise<Result> {
  const { Date: RealDate } = globalThis
  const zone = process.env.TZ
  class LaterDate extends RealDate {
    constructor(...given: unknown[]) {
      if (given.length === 0) super(RealDate.now() + AHEAD_MS)
      else super(...(given as [number]))
    }

    static override now(): number {
      return RealDate.now() + AHEAD_MS
    }
  }
  globalThis.Date = LaterDate as DateConstructor
  process.env.TZ = ZONE
  try {
    return await action()
  } finally {
    globalThis.Date = RealDate
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
  }
}
