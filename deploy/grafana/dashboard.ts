import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { TooltipDisplayMode, VisibilityMode } from '@grafana/grafana-foundation-sdk/common'
import * as common from '@grafana/grafana-foundation-sdk/common'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'

/** A query of Prometheus, and what its series are called. */
type Query = readonly [expression: string, legend: string]

const source = { type: 'prometheus', uid: '${datasource}' }
const of = '{stream=~"$stream"}'
/** Probabilities are judged by log loss, values by mean absolute error: a stream has one of the two. */
const loss = (role: string) =>
  `(millrace_log_loss{stream=~"$stream",${role}} or millrace_mean_absolute_error{stream=~"$stream",${role}})`

/** The board of a running Millrace: serving, learning beside its baselines, drift and swaps, lag and commits. */
export function dashboard(): Dashboard {
  const board = new DashboardBuilder('Millrace')
    .uid('millrace')
    .description('Made by deploy/grafana/dashboard.ts. What each figure means is in docs/monitoring.md.')
    .tags(['millrace'])
    .readonly()
    .refresh('10s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('stream')
        .label('Stream')
        .datasource(source)
        .query('label_values(millrace_task_running, stream)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .multi(true)
        .includeAll(true)
        .allValue('.+'),
    )
  for (const [name, kind, color] of swaps) {
    const expression = `sum by (stream) (increase(millrace_model_steps_total{stream=~"$stream",kind="${kind}"}[$__interval])) > 0`
    board.annotation(
      new AnnotationQueryBuilder().name(name).datasource(source).enable(true).iconColor(color).expr(expression),
    )
  }
  now(board)
  serving(board)
  learning(board)
  drift(board)
  commits(board)
  surroundings(board)
  return board.build()
}

const swaps = [
  ['Promoted', 'promoted', 'green'],
  ['Rolled back', 'rolled_back', 'red'],
] as const

function now(board: DashboardBuilder): void {
  stat(
    board,
    'Streams at work',
    'Streams whose task runs',
    `count(max by (stream) (millrace_task_running${of}) == 1) or vector(0)`,
  )
  stat(
    board,
    'Predictions',
    'A second, over the last minutes',
    `sum(rate(millrace_predictions_total${of}[$__rate_interval]))`,
    'cps',
  )
  stat(
    board,
    'Waiting to be read',
    'Input records not yet committed',
    `sum(millrace_consumer_lag_records${of})`,
    'short',
  )
  stat(
    board,
    'Event to weight',
    '99 of 100 live events are learned within this time of their arrival',
    `histogram_quantile(0.99, sum by (le) (rate(millrace_event_to_weight_seconds_bucket${of}[$__rate_interval])))`,
    's',
  )
  stat(
    board,
    'Loss beside the best baseline',
    'Below 1 the model is better than the best rule without learning',
    `max(max by (stream) (${loss('role="champion"')}) / min by (stream) (${loss('role="baseline"')}))`,
    'none',
  )
  stat(
    board,
    'Swaps today',
    'Promotions in the last 24 hours',
    `sum(increase(millrace_model_steps_total{stream=~"$stream",kind="promoted"}[24h]))`,
    'short',
  )
}

function serving(board: DashboardBuilder): void {
  board.withRow(new RowBuilder('Serving'))
  graph(board, 'Events and predictions', 'A second', 'cps', [
    [`sum by (stream) (rate(millrace_records_total${of}[$__rate_interval]))`, '{{stream}} records'],
    [`sum by (stream) (rate(millrace_predictions_total${of}[$__rate_interval]))`, '{{stream}} predictions'],
  ])
  graph(
    board,
    'From event to weight',
    'From the arrival of a live event to the commit of the weights that learned from it',
    's',
    quantiles('millrace_event_to_weight_seconds'),
  )
  graph(
    board,
    'Records put aside',
    'Dead letters, and events that failed a check and passed all the same, a second',
    'cps',
    [
      [`sum by (stream) (rate(millrace_dead_letters_total${of}[$__rate_interval]))`, '{{stream}} dead letters'],
      [`sum by (stream) (rate(millrace_data_quality_warnings_total${of}[$__rate_interval]))`, '{{stream}} warnings'],
    ],
  )
  graph(board, 'API', 'Time to an answer, and failed requests a second', 's', [
    ['histogram_quantile(0.99, sum by (le) (rate(millrace_http_request_seconds_bucket[$__rate_interval])))', 'p99'],
    ['sum(rate(millrace_http_failed_requests_total[$__rate_interval]))', 'failed a second'],
  ])
}

function learning(board: DashboardBuilder): void {
  board.withRow(new RowBuilder('Learning beside baselines'))
  graph(board, 'Loss over the latest outcomes', 'Log loss, or mean absolute error: lower is better', 'none', [
    [loss('role!="baseline"'), '{{stream}} {{role}} {{model}}'],
    [loss('role="baseline"'), '{{stream}} baseline {{model}}'],
  ])
  graph(board, 'Loss over days of predictions', 'Mean over mature days, all of whose labels had time to come', 'none', [
    [`millrace_cohort_log_loss${of} or millrace_cohort_mean_absolute_error${of}`, '{{stream}} {{role}} {{model}}'],
  ])
  graph(board, 'Labels', 'Learned a second, and events that wait for theirs', 'short', [
    [`sum by (stream) (rate(millrace_labels_learned_total${of}[$__rate_interval]))`, '{{stream}} learned a second'],
    [`sum by (stream) (millrace_pending_labels${of})`, '{{stream}} waiting'],
  ])
  graph(board, 'Labels that did not fit', 'A second', 'cps', [
    [`sum by (stream) (rate(millrace_labels_late_total${of}[$__rate_interval]))`, '{{stream}} late'],
    [`sum by (stream) (rate(millrace_labels_orphaned_total${of}[$__rate_interval]))`, '{{stream}} without event'],
    [
      `sum by (stream) (rate(millrace_events_unlabelled_total${of}[$__rate_interval]))`,
      '{{stream}} event without label',
    ],
    [`sum by (stream) (rate(millrace_events_dropped_total${of}[$__rate_interval]))`, '{{stream}} dropped'],
  ])
}

function drift(board: DashboardBuilder): void {
  board.withRow(new RowBuilder('Drift and swaps'))
  graph(board, 'Signals', 'Drift, warnings, improvement, data quality', 'short', [
    [`sum by (stream, kind) (increase(millrace_signal_kinds_total${of}[$__rate_interval]))`, '{{stream}} {{kind}}'],
  ])
  graph(board, 'Steps of models', 'Trained, on trial, promoted, rolled back, retired', 'short', [
    [`sum by (stream, kind) (increase(millrace_model_steps_total${of}[$__rate_interval]))`, '{{stream}} {{kind}}'],
  ])
  graph(board, 'Models at work', 'Who serves, and who may come to', 'none', [
    [`sum by (stream, role, model) (millrace_model_info${of})`, '{{stream}} {{role}} {{model}}'],
  ])
  graph(board, 'Outcomes that figures stand on', 'A model on trial is judged by few at first', 'short', [
    [
      `max by (stream, role, model) (millrace_scored_outcomes{stream=~"$stream",role!="baseline"})`,
      '{{stream}} {{role}} {{model}}',
    ],
  ])
}

function commits(board: DashboardBuilder): void {
  board.withRow(new RowBuilder('Lag and commits'))
  graph(board, 'Lag', 'Input records that are readable and not yet committed', 'short', [
    [`sum by (stream) (millrace_consumer_lag_records${of})`, '{{stream}}'],
  ])
  graph(
    board,
    'Commits',
    'From the first row’s computing to the acknowledgement',
    's',
    quantiles('millrace_commit_seconds'),
  )
  graph(board, 'Since the last commit', 'Grows while a stream is quiet, too', 's', [
    [`time() - max by (stream) (millrace_last_commit_timestamp_seconds${of})`, '{{stream}}'],
  ])
  graph(board, 'What a start would replay', 'Transactions since the newest snapshot', 'short', [
    [`max by (stream) (millrace_transactions_since_snapshot${of})`, '{{stream}}'],
  ])
  graph(board, 'Processes', 'One has the task of a stream, others may stand by', 'short', [
    [`sum by (stream, role) (millrace_task_role${of})`, '{{stream}} {{role}}'],
  ])
  graph(board, 'Troubles and restarts', 'Got over, and ends of the task by an error', 'short', [
    [`sum by (stream) (increase(millrace_troubles_total${of}[$__rate_interval]))`, '{{stream}} troubles'],
    [`sum by (stream) (increase(millrace_task_failures_total${of}[$__rate_interval]))`, '{{stream}} failures'],
  ])
}

function surroundings(board: DashboardBuilder): void {
  board.withRow(new RowBuilder('Process and Redis'))
  graph(board, 'CPU', 'Cores in use', 'none', [
    ['rate(process_cpu_seconds_total{job="millrace"}[$__rate_interval])', '{{instance}}'],
  ])
  graph(board, 'Memory', 'Resident', 'bytes', [['process_resident_memory_bytes{job="millrace"}', '{{instance}}']])
  graph(board, 'Event loop', 'How late it is, 99 of 100 times', 's', [
    ['nodejs_eventloop_lag_p99_seconds{job="millrace"}', '{{instance}}'],
  ])
  graph(
    board,
    'Redis',
    'Keys that wait to be written, and were given up a second; nothing where no Redis is named',
    'short',
    [
      [`millrace_projection_pending_keys${of}`, '{{stream}} waiting'],
      [`rate(millrace_projection_dropped_keys_total${of}[$__rate_interval])`, '{{stream}} given up a second'],
    ],
  )
}

function quantiles(histogram: string): Query[] {
  return [0.5, 0.99].map((quantile) => [
    `histogram_quantile(${quantile}, sum by (le, stream) (rate(${histogram}_bucket${of}[$__rate_interval])))`,
    `{{stream}} p${quantile * 100}`,
  ])
}

function stat(board: DashboardBuilder, title: string, description: string, expression: string, unit = 'none'): void {
  const panel = new StatPanel().title(title).description(description).datasource(source).unit(unit).height(4).span(4)
  const options = new common.ReduceDataOptionsBuilder().calcs(['lastNotNull'])
  board.withPanel(panel.reduceOptions(options).withTarget(new DataqueryBuilder().refId('A').expr(expression).instant()))
}

function graph(
  board: DashboardBuilder,
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
): void {
  const panel = new TimeseriesPanel()
    .title(title)
    .description(description)
    .datasource(source)
    .unit(unit)
    .height(8)
    .span(12)
    .fillOpacity(0)
    .lineWidth(1)
    .showPoints(VisibilityMode.Never)
    .tooltip(new common.VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
  queries.forEach(([expression, legend], i) => {
    panel.withTarget(new DataqueryBuilder().refId('ABCDEFGH'[i]).expr(expression).legendFormat(legend).range())
  })
  board.withPanel(panel)
}

/** The board as Grafana reads it. */
export function dashboardJson(): string {
  return `${JSON.stringify(dashboard(), null, 2)}\n`
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, 'dashboards/millrace.json'), dashboardJson())
