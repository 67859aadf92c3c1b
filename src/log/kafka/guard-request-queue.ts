import { type KafkajsRequestQueue, kafkajsInternals } from './kafkajs-internals.ts'

const CHECK_MS = 10

/**
 * kafkajs sets a timer after each response, for requests that wait; with nothing waiting its delay is negative, which
 * Node 24 warns of and takes as 1 ms: a loop that never ends, for each connection. Here it is set only where requests
 * wait, and for a time that lies ahead. Holds for every client of kafkajs in this process; calling it again does nothing.
 */
export function guardRequestQueue(): void {
  kafkajsInternals.RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests
}

function scheduleCheckPendingRequests(this: KafkajsRequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
  const delayMs = Math.max(this.throttledUntil - Date.now(), CHECK_MS)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delayMs)
}
