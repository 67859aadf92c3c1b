export { lastLabel } from './baselines/last-label.ts'
export { priorClass } from './baselines/prior-class.ts'
export { priorMean } from './baselines/prior-mean.ts'
export { bernoulliNaiveBayes, type BernoulliNaiveBayesOptions } from './bayes/bernoulli-naive-bayes.ts'
export { categoricalNaiveBayes, type CategoricalNaiveBayesOptions } from './bayes/categorical-naive-bayes.ts'
export { complementNaiveBayes, type ComplementNaiveBayesOptions } from './bayes/complement-naive-bayes.ts'
export { gaussianNaiveBayes, type GaussianNaiveBayesOptions } from './bayes/gaussian-naive-bayes.ts'
export { multinomialNaiveBayes, type MultinomialNaiveBayesOptions } from './bayes/multinomial-naive-bayes.ts'
export { adaptiveConformalIntervals } from './calibration/adaptive-conformal-intervals.ts'
export { adaptiveConformalSets } from './calibration/adaptive-conformal-sets.ts'
export { betaCalibration } from './calibration/beta-calibration.ts'
export type { AdaptiveConformalOptions } from './calibration/conformal-bound.ts'
export { isotonicCalibration, type IsotonicCalibrationOptions } from './calibration/isotonic-calibration.ts'
export type { LogOddsCalibrationOptions } from './calibration/log-odds-calibration.ts'
export { plattScaling } from './calibration/platt-scaling.ts'
export type { Learner, Problem, RunningLearner, Target } from './learner.ts'
export { adaptiveRegularization, type AdaptiveRegularizationOptions } from './linear/adaptive-regularization.ts'
export {
  bayesianLinearRegression,
  type BayesianLinearRegressionOptions,
} from './linear/bayesian-linear-regression.ts'
export type { BinaryLoss } from './linear/binary-loss.ts'
export { ftrlProximal, type FtrlProximalOptions } from './linear/ftrl-proximal.ts'
export type { LinearOptions, Optimizer } from './linear/linear-options.ts'
export { linearRegression, type LinearRegressionOptions } from './linear/linear-regression.ts'
export { logisticRegression, type LogisticRegressionOptions } from './linear/logistic-regression.ts'
export {
  normalizedAdaptiveGradient,
  type NormalizedAdaptiveGradientOptions,
} from './linear/normalized-adaptive-gradient.ts'
export { passiveAggressiveClassifier } from './linear/passive-aggressive-classifier.ts'
export {
  passiveAggressiveRegressor,
  type PassiveAggressiveRegressorOptions,
} from './linear/passive-aggressive-regressor.ts'
export type { PassiveAggressiveOptions } from './linear/passive-aggressive-rule.ts'
export { perceptron, type PerceptronOptions } from './linear/perceptron.ts'
export { recursiveLeastSquares, type RecursiveLeastSquaresOptions } from './linear/recursive-least-squares.ts'
export type { RegressionLoss } from './linear/regression-loss.ts'
export { softConfidenceWeighted, type SoftConfidenceWeightedOptions } from './linear/soft-confidence-weighted.ts'
export { softmaxRegression, type SoftmaxRegressionOptions } from './linear/softmax-regression.ts'
export { pipeline } from './pipeline.ts'
export { adaptiveRandomForest } from './ensembles/adaptive-random-forest.ts'
export { adwinBagging } from './ensembles/adwin-bagging.ts'
export { adwinBoosting } from './ensembles/adwin-boosting.ts'
export type {
  AdwinBaggingOptions,
  AdwinBoostingOptions,
  BaggingOptions,
  TreeBoostingOptions,
} from './ensembles/bagging-parameters.ts'
export { bole } from './ensembles/bole.ts'
export type { BoostingOptions } from './ensembles/boosting-parameters.ts'
export {
  exponentiallyWeightedAverage,
  type WeightedAverageOptions,
} from './ensembles/exponentially-weighted-average.ts'
export type { ForestOptions, ValueForestOptions } from './ensembles/forest-parameters.ts'
export { leveragingBagging } from './ensembles/leveraging-bagging.ts'
export { onlineBagging } from './ensembles/online-bagging.ts'
export { oneVersusRest } from './ensembles/one-versus-rest.ts'
export { stacking } from './ensembles/stacking.ts'
export { streamingGradientBoostedTrees } from './ensembles/streaming-gradient-boosted-trees.ts'
export { streamingGradientBoostedTreesRegressor } from './ensembles/streaming-gradient-boosted-trees-regressor.ts'
export { streamingRandomPatches } from './ensembles/streaming-random-patches.ts'
export { streamingRandomPatchesRegressor } from './ensembles/streaming-random-patches-regressor.ts'
export { extremelyFastDecisionTree, type ReconsideringTreeOptions } from './trees/extremely-fast-decision-tree.ts'
export { type AdaptiveTreeOptions, hoeffdingAdaptiveTree } from './trees/hoeffding-adaptive-tree.ts'
export {
  type AdaptiveValueTreeOptions,
  hoeffdingAdaptiveTreeRegressor,
} from './trees/hoeffding-adaptive-tree-regressor.ts'
export { hoeffdingTree } from './trees/hoeffding-tree.ts'
export { hoeffdingTreeRegressor } from './trees/hoeffding-tree-regressor.ts'
export type { SplitCriterion } from './trees/split-criterion.ts'
export type { LeafPrediction, NumberSplitter, TreeOptions } from './trees/tree-parameters.ts'
export type { ValuePrediction, ValueTreeOptions } from './trees/value-tree-parameters.ts'
