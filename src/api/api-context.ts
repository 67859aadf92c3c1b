import type { Clock } from '../log/clock.ts'
import type { ServiceMetrics } from '../telemetry/service-metrics.ts'
import type { Followers } from './followers.ts'
import type { StreamView } from './stream-view.ts'

/** What the routes work on. */
export interface ApiContext {
  readonly version: string
  readonly clock: Clock
  readonly metrics: ServiceMetrics
  readonly followers: Followers
  readonly heartbeatMs: number
  readonly stallMs: number
  streams(): readonly StreamView[]
  /** Throws MILLRACE_API_UNKNOWN_STREAM. */
  stream(name: string): StreamView
}
