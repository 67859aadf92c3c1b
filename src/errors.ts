/**
 * Every error Millrace throws on purpose, one row each: whether trying again can help, the HTTP status the API answers
 * with, and the exit code of the command line (64 usage, 65 bad data, 66 missing input, 69 unavailable, 70 internal,
 * 73 cannot create, 75 try again later, 78 bad configuration: the BSD sysexits).
 */
export const errors = {
  MILLRACE_STATS_BINARY: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_STATS_PARAMETER: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_LEARNER_PARAMETER: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_LEARNER_SCHEMA: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_LEARNER_LABEL: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_LEARNER_SNAPSHOT: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_DRIFT_PARAMETER: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_EVALUATE_PARAMETER: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_STOPPED: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_STREAM_NAME: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_UNKNOWN_SCHEMA: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_UNKNOWN_FIELD: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_FIELD_TYPE: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_ARROW_TYPE: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_CHECK: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_FEATURE: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_NO_FEATURES: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_LABEL: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_STREAM_MODEL: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_CODEC_SCHEMA: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_CODEC_SCHEMA_FOLDER: { retryable: false, status: 500, exitCode: 66 },
  MILLRACE_CODEC_SCHEMA_INCOMPATIBLE: { retryable: false, status: 409, exitCode: 65 },
  MILLRACE_CODEC_REGISTRY_UNREACHABLE: { retryable: true, status: 503, exitCode: 69 },
  MILLRACE_CODEC_ENCODE: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_CODEC_PARQUET: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_FEATURE_PARAMETER: { retryable: false, status: 400, exitCode: 78 },
  MILLRACE_FEATURE_SLOT: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_LOG_PARAMETER: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_LOG_TOPIC_EXISTS: { retryable: false, status: 409, exitCode: 73 },
  MILLRACE_LOG_UNKNOWN_TOPIC: { retryable: false, status: 404, exitCode: 66 },
  MILLRACE_LOG_OUT_OF_RANGE: { retryable: false, status: 410, exitCode: 66 },
  MILLRACE_LOG_TOO_LARGE: { retryable: false, status: 413, exitCode: 65 },
  MILLRACE_LOG_FENCED: { retryable: false, status: 409, exitCode: 75 },
  MILLRACE_LOG_UNKNOWN_OUTCOME: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_LOG_CONCURRENT_CALL: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_LOG_PRODUCER_FAILED: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_LOG_CLOSED: { retryable: false, status: 503, exitCode: 70 },
  MILLRACE_LOG_IN_USE: { retryable: true, status: 409, exitCode: 75 },
  MILLRACE_LOG_NOT_WRITABLE: { retryable: false, status: 500, exitCode: 73 },
  MILLRACE_LOG_DISK_FULL: { retryable: true, status: 507, exitCode: 75 },
  MILLRACE_LOG_CORRUPT: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_LOG_DENIED: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_LOG_GROUP: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_LOG_UNAVAILABLE: { retryable: true, status: 503, exitCode: 69 },
  MILLRACE_CLUSTER_TOOL: { retryable: false, status: 500, exitCode: 69 },
  MILLRACE_CLUSTER_DOWNLOAD: { retryable: true, status: 503, exitCode: 69 },
  MILLRACE_CLUSTER_IN_USE: { retryable: false, status: 409, exitCode: 69 },
  MILLRACE_CLUSTER_START: { retryable: false, status: 500, exitCode: 69 },
  MILLRACE_STORE_NAME: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_STORE_BLOB_EXISTS: { retryable: false, status: 409, exitCode: 73 },
  MILLRACE_STORE_NOT_WRITABLE: { retryable: false, status: 500, exitCode: 73 },
  MILLRACE_STORE_DISK_FULL: { retryable: true, status: 507, exitCode: 75 },
  MILLRACE_STORE_CORRUPT: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_STORE_DENIED: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_STORE_SUPERSEDED: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_STORE_UNAVAILABLE: { retryable: true, status: 503, exitCode: 69 },
  MILLRACE_STORE_CLOSED: { retryable: false, status: 503, exitCode: 70 },
  MILLRACE_LOG_BATCH_SIZE: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_BACKTEST_INPUT: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_TASK_SNAPSHOT: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_TASK_SNAPSHOT_STATE: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_TASK_SNAPSHOT_WRITE: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_TASK_JOURNAL: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_TASK_SCHEMA_LOST: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_TASK_UNRECOVERABLE: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_TASK_CODE_CHANGED: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_TASK_DIVERGED: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_TASK_PARTITIONS: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_TASK_PARTITIONS_ADDED: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_TASK_NO_TOPIC: { retryable: false, status: 500, exitCode: 66 },
  MILLRACE_TASK_STUCK: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_TASK_SUPERSEDED: { retryable: false, status: 409, exitCode: 75 },
  MILLRACE_TESTING_CRASH: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_CONFIG_FILE: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_CONFIG_KEY: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_CONFIG_VALUE: { retryable: false, status: 500, exitCode: 78 },
  MILLRACE_SERVICE_NO_STREAM: { retryable: false, status: 404, exitCode: 66 },
  MILLRACE_SERVICE_STREAM_FILE: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_SERVICE_STOP_TIMEOUT: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_CLI_USAGE: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_CLI_FILE: { retryable: false, status: 400, exitCode: 66 },
  MILLRACE_CLI_DATA: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_CLI_EXISTS: { retryable: false, status: 409, exitCode: 73 },
  MILLRACE_CLI_CHECK: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_CLI_API: { retryable: false, status: 503, exitCode: 69 },
  MILLRACE_CLI_PAUSED: { retryable: false, status: 409, exitCode: 69 },
  MILLRACE_CLI_RUNNING: { retryable: true, status: 409, exitCode: 75 },
  MILLRACE_CLI_NOTHING: { retryable: false, status: 404, exitCode: 66 },
  MILLRACE_MODEL_FILE: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_MODEL_ROW: { retryable: false, status: 400, exitCode: 65 },
  MILLRACE_LIFECYCLE_ALGORITHM: { retryable: false, status: 500, exitCode: 65 },
  MILLRACE_LIFECYCLE_WORKER: { retryable: true, status: 500, exitCode: 75 },
  MILLRACE_API_REQUEST: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_API_CURSOR: { retryable: false, status: 400, exitCode: 64 },
  MILLRACE_API_UNKNOWN_ROUTE: { retryable: false, status: 404, exitCode: 64 },
  MILLRACE_API_METHOD: { retryable: false, status: 405, exitCode: 64 },
  MILLRACE_API_UNKNOWN_STREAM: { retryable: false, status: 404, exitCode: 66 },
  MILLRACE_API_UNKNOWN_INPUT: { retryable: false, status: 404, exitCode: 66 },
  MILLRACE_API_COMMAND: { retryable: false, status: 409, exitCode: 65 },
  MILLRACE_API_TOO_LARGE: { retryable: false, status: 413, exitCode: 65 },
  MILLRACE_API_MEDIA_TYPE: { retryable: false, status: 415, exitCode: 64 },
  MILLRACE_API_RECORDS: { retryable: false, status: 422, exitCode: 65 },
  MILLRACE_API_INTERNAL: { retryable: false, status: 500, exitCode: 70 },
  MILLRACE_API_NOT_READY: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_API_TOO_MANY_FOLLOWERS: { retryable: true, status: 503, exitCode: 75 },
  MILLRACE_API_ADDRESS: { retryable: false, status: 500, exitCode: 69 },
  MILLRACE_TASK_REBUILD: { retryable: false, status: 400, exitCode: 66 },
  MILLRACE_TASK_MODEL_LOST: { retryable: false, status: 500, exitCode: 65 },
} as const satisfies Record<string, ErrorRow>

/** What an error says to programs. */
export interface ErrorRow {
  readonly retryable: boolean
  readonly status: number
  readonly exitCode: number
}

/** The code of an error: what callers branch on. */
export type ErrorCode = keyof typeof errors

/** An error a person can act on: `<place>: <what is wrong>. <what to do>.`, with the code that callers branch on. */
export class MillraceError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly status: number
  readonly exitCode: number

  constructor(code: ErrorCode, place: string, wrong: string, remedy: string, options?: { cause?: unknown }) {
    super(`${place}: ${wrong}. ${remedy}.`, options)
    this.name = 'MillraceError'
    this.code = code
    this.retryable = errors[code].retryable
    this.status = errors[code].status
    this.exitCode = errors[code].exitCode
  }
}
