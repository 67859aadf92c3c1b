import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { TaskMetrics } from './task-metrics.ts'

/** All metrics of one service, in a registry of its own: of its tasks, of its API, and of the Node process. */
export class ServiceMetrics {
  readonly registry = new Registry()
  readonly tasks = new TaskMetrics(this.registry)
  readonly requests: Counter
  readonly failedRequests: Counter
  readonly requestTime: Histogram
  readonly appended: Counter
  readonly followers: Gauge
  readonly droppedFollowers: Counter

  /** `version` of Millrace. `process`: also those of Node and its process; default true. */
  constructor(version: string, options: { readonly process?: boolean } = {}) {
    const registers = [this.registry]
    this.requests = new Counter({
      name: 'millrace_http_requests_total',
      help: 'Requests that the API has answered',
      registers,
    })
    this.failedRequests = new Counter({
      name: 'millrace_http_failed_requests_total',
      help: 'Requests that the API answered with a status of 500 or more',
      registers,
    })
    this.requestTime = new Histogram({
      name: 'millrace_http_request_seconds',
      help: 'From a request to its answer, followed topics left out',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    })
    this.appended = new Counter({
      name: 'millrace_http_appended_records_total',
      help: 'Input records that the API has appended',
      registers,
    })
    this.followers = new Gauge({ name: 'millrace_http_followers', help: 'Clients that follow a topic now', registers })
    this.droppedFollowers = new Counter({
      name: 'millrace_http_dropped_followers_total',
      help: 'Clients closed because they took nothing for too long',
      registers,
    })
    const build = new Gauge({
      name: 'millrace_build_info',
      help: 'Versions of Millrace and Node',
      labelNames: ['version', 'node'],
      registers,
    })
    build.set({ version, node: globalThis.process.version }, 1)
    if (options.process ?? true) collectDefaultMetrics({ register: this.registry })
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    await this.tasks.collect()
    return this.registry.metrics()
  }
}
