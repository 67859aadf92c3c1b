import type { Detector } from '../drift/detector.ts'
import { MillraceError } from '../errors.ts'
import type { Learner } from '../learners/learner.ts'
import type { GateOptions, ModelOptions, RetrainOptions } from './events.ts'
import { FeatureNode } from './feature-node.ts'
import type { LabelPlan, ModelPlan, RowColumn } from './graph.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { modelSchema, modelTarget } from './model-schema.ts'
import { nearest } from './nearest.ts'

/** Scores that every model has beside it, so that no baseline may have their names. */
const ALWAYS = ['served', 'prior', 'lastLabel']

/** What `rows.predict(label, options)` says, checked. Throws MILLRACE_STREAM_MODEL. */
export function modelPlan(
  graph: GraphBuilder,
  events: number,
  columns: readonly RowColumn[],
  label: LabelPlan,
  options: ModelOptions<any, any, any, any>,
): ModelPlan {
  const names = ['model', 'challengers', 'baselines', 'slices', 'drift', 'retrain', 'gate']
  graph.known(options, names, 'predict')
  graph.known(options.drift ?? {}, ['loss'], 'predict, drift')
  const { model, challengers = [], drift, retrain } = options
  if (!Array.isArray(challengers)) {
    throw wrong(
      graph,
      'challengers',
      'are no list of learners',
      'Give one, such as challengers: [gaussianNaiveBayes()]',
    )
  }
  const learners: readonly Learner<any, any>[] = [model, ...challengers]
  learners.forEach((learner, i) =>
    checkLearner(graph, learner, columns, label, i === 0 ? 'model' : `challengers.${i - 1}`),
  )
  if (drift?.loss !== undefined && !isDetector(drift.loss)) {
    throw wrong(graph, 'predict, drift', 'loss has no detector', 'Give one, such as adwin()')
  }
  if (retrain?.on?.includes('loss') && drift?.loss === undefined) {
    throw wrong(
      graph,
      'predict',
      "retrain.on names 'loss', but drift.loss has no detector",
      'Add drift: { loss: adwin() }',
    )
  }
  return {
    columns,
    model,
    challengers,
    baselines: baselinesOf(graph, events, label, options.baselines ?? {}),
    slices: slicesOf(graph, columns, options.slices),
    drift: { loss: drift?.loss },
    retrain: retrain && retrainOf(graph, retrain),
    gate: gateOf(graph, options.gate ?? {}),
  }
}

/** Builds the learner once on these rows, so that what it can't learn from is said at start. */
function checkLearner(
  graph: GraphBuilder,
  learner: Learner<any, any> | undefined,
  columns: readonly RowColumn[],
  label: LabelPlan,
  path: string,
): void {
  if (!Array.isArray(learner?.problems)) {
    throw wrong(graph, path, 'is no learner', 'Give one, such as logisticRegression() or a pipeline that ends in it')
  }
  if (!learner.problems.includes(label.problem)) {
    throw wrong(
      graph,
      path,
      `${learner.algorithm} learns ${learner.problems.join(' or ')}, but the label makes a ${label.problem} problem`,
      'A boolean label is binary, a string multiclass, a number regression: change the label or the model',
    )
  }
  try {
    learner.build(modelSchema(columns), modelTarget(label.problem))
  } catch (cause) {
    if (!(cause instanceof MillraceError)) throw cause
    throw new MillraceError(
      'MILLRACE_STREAM_MODEL',
      graph.place(path),
      `the model can't learn from these rows (${cause.message.replace(/\.$/, '')})`,
      'Change the features or the model',
      { cause },
    )
  }
}

function isDetector(given: Detector): boolean {
  return (
    typeof given.algorithm === 'string' &&
    typeof given.build === 'function' &&
    typeof given.build()?.update === 'function'
  )
}

function baselinesOf(graph: GraphBuilder, events: number, label: LabelPlan, given: object): ModelPlan['baselines'] {
  const baselines = Object.entries(given)
  if (baselines.length > 0 && label.problem === 'multiclass') {
    throw wrong(
      graph,
      'baselines',
      'a number is no prediction of classes',
      'Leave baselines out: prior and lastLabel run anyway',
    )
  }
  return baselines.map(([name, feature]) => {
    const place = `baseline '${name}'`
    if (ALWAYS.includes(name) || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      throw wrong(
        graph,
        place,
        'the name is not possible',
        `Use letters, digits, _ and -; ${ALWAYS.join(', ')} are taken`,
      )
    }
    if (!(feature instanceof FeatureNode) || feature.divideBy !== undefined || feature.plan.rank > 0) {
      throw wrong(
        graph,
        place,
        'is no feature with state that is a number',
        "Give one such as late.by('origin').ewMean('2h')",
      )
    }
    return { name, node: graph.addKeyed(feature, `baselines.${name}`, events) }
  })
}

function slicesOf(graph: GraphBuilder, columns: readonly RowColumn[], names: readonly string[] | undefined): number[] {
  const categories = columns.flatMap((column, i) => (column.kind === 'category' ? [i] : []))
  if (names === undefined) return categories
  return names.map((name) => {
    const index = categories.find((i) => columns[i].name === name)
    if (index !== undefined) return index
    const known = categories.map((i) => columns[i].name)
    throw wrong(
      graph,
      'predict',
      `slices names '${name}', which is no category among the features`,
      nearest(name, known),
    )
  })
}

function retrainOf(graph: GraphBuilder, retrain: RetrainOptions): ModelPlan['retrain'] {
  graph.known(retrain, ['on', 'every', 'from'], 'retrain')
  for (const reason of retrain.on ?? []) graph.choice(reason, 'retrain.on', ['loss'])
  const { on = [] } = retrain
  if (on.length === 0 && retrain.every === undefined) {
    throw wrong(graph, 'retrain', 'nothing asks for a model', "Add on: ['loss'] or every: '7d'")
  }
  if (retrain.from === undefined) {
    throw wrong(graph, 'retrain', 'nothing says what to train from', 'Add from: { latest: 200_000 }')
  }
  graph.known(retrain.from, ['latest', 'since'], 'retrain.from')
  if (retrain.from.since !== undefined) graph.choice(retrain.from.since, 'retrain.from.since', ['drift'])
  if (retrain.from.since === 'drift' && !on.includes('loss')) {
    throw wrong(
      graph,
      'retrain',
      "from.since is 'drift', but no drift asks for a model",
      "Add on: ['loss'], or leave since out",
    )
  }
  const everyMs =
    retrain.every === undefined ? Number.POSITIVE_INFINITY : graph.duration(retrain.every, 'retrain.every')
  return {
    onLoss: on.includes('loss'),
    everyMs: graph.number(everyMs, 'retrain.every', everyMs > 0, 'more than 0'),
    latest: graph.count(retrain.from.latest, 'retrain.from.latest', 100),
    sinceDrift: retrain.from.since === 'drift',
  }
}

function gateOf(graph: GraphBuilder, gate: GateOptions): ModelPlan['gate'] {
  graph.known(gate, ['margin', 'alpha', 'minLabels', 'cooldown', 'promote'], 'gate')
  const { margin = 0, alpha = 0.05, minLabels = 1000, cooldown = 10_000, promote = 'automatic' } = gate
  return {
    margin: graph.number(margin, 'gate.margin', margin >= 0 && margin < Infinity, '0 or more'),
    alpha: graph.number(alpha, 'gate.alpha', alpha > 0 && alpha < 1, 'a number above 0 and below 1'),
    minLabels: graph.count(minLabels, 'gate.minLabels', 0),
    cooldown: graph.count(cooldown, 'gate.cooldown', 0),
    automatic: graph.choice(promote, 'gate.promote', ['automatic', 'manual']) === 'automatic',
  }
}

function wrong(graph: GraphBuilder, what: string, found: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_STREAM_MODEL', graph.place(what), found, remedy)
}
