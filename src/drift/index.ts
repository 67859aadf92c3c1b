export { adwin } from './adwin.ts'
export type { AdwinOptions } from './adwin-window.ts'
export { type Detector, type Evidence, type RunningDetector, Signal } from './detector.ts'
