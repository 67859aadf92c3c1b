import type { ArrayDetector } from './array-detector.ts'
import type { Detector, RunningDetector } from './detector.ts'

/** The description of a detector whose state is one array; `make` gives a new one at work. */
export function describeDetector(
  algorithm: string,
  takes: Detector['takes'],
  parameters: object,
  make: (detector: Detector) => ArrayDetector,
): Detector {
  const detector: Detector = Object.freeze({
    algorithm,
    parameters: parameters as Readonly<Record<string, unknown>>,
    takes,
    build: (snapshot?: Uint8Array): RunningDetector => {
      const running = make(detector)
      if (snapshot !== undefined) running.load(snapshot)
      return running
    },
  })
  return detector
}
