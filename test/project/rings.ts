/** What a folder of src may know. */
export interface Folder {
  readonly ring: 'pure' | 'flow' | 'edge'
  /** The folders of src that it may import; itself and errors.ts always. */
  readonly imports: readonly string[]
  /** Packages that a folder of an inner ring may import; the edge may import all that package.json depends on. */
  readonly packages?: readonly string[]
  /** Whether a folder of an inner ring may be asynchronous. */
  readonly async?: boolean
}

const upToEvaluate = ['stats', 'drift', 'transforms', 'learners', 'features', 'evaluate']
const pure = [...upToEvaluate, 'stream']
const drivers = ['codec', 'log', 'store']
const engine = [...pure, 'operators', ...drivers, 'models', 'task', 'lifecycle']
const service = [...engine, 'backtest', 'config', 'telemetry', 'projection', 'api', 'console', 'service']

/** The folders of src from the inside to the outside: which may import which. docs/architecture.md has the same list in words. */
export const rings: Readonly<Record<string, Folder>> = {
  stats: { ring: 'pure', imports: [] },
  drift: { ring: 'pure', imports: ['stats'] },
  transforms: { ring: 'pure', imports: ['stats'] },
  learners: { ring: 'pure', imports: ['stats', 'drift', 'transforms'], packages: ['ml-matrix'] },
  features: { ring: 'pure', imports: ['stats'] },
  evaluate: { ring: 'pure', imports: ['stats', 'drift', 'transforms', 'learners'] },
  stream: { ring: 'pure', imports: upToEvaluate },
  models: { ring: 'pure', imports: ['stats', 'transforms', 'learners'] },
  operators: { ring: 'flow', imports: [...pure, 'models'], packages: ['rxjs'] },
  log: { ring: 'edge', imports: ['stats'] },
  store: { ring: 'edge', imports: ['stats'] },
  codec: { ring: 'edge', imports: [...pure, 'log', 'store'] },
  backtest: { ring: 'flow', imports: [...pure, 'operators', 'codec'], packages: ['rxjs'], async: true },
  task: { ring: 'edge', imports: [...pure, 'models', 'operators', ...drivers] },
  lifecycle: { ring: 'edge', imports: [...pure, 'operators', ...drivers, 'models', 'task'] },
  config: { ring: 'edge', imports: ['stats', 'stream'] },
  telemetry: { ring: 'edge', imports: ['config', 'stats'] },
  projection: { ring: 'edge', imports: [...engine, 'telemetry'] },
  console: { ring: 'edge', imports: ['config'] },
  api: { ring: 'edge', imports: [...engine, 'config', 'telemetry'] },
  service: { ring: 'edge', imports: [...engine, 'config', 'telemetry', 'projection', 'api', 'console'] },
  testing: { ring: 'edge', imports: [...engine, 'backtest'] },
  cluster: { ring: 'edge', imports: [] },
  cli: { ring: 'edge', imports: [...service, 'testing'] },
}
