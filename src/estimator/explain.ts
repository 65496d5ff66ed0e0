import type { Kind } from '../trajectories/argument.ts'
import { hasParts, refuseArgument } from '../trajectories/argument.ts'
import type { Formula } from '../weighting/formula.ts'
import type { Reason } from '../weighting/reason.ts'
import type { Coupling, Objective, Word } from '../weighting/weighting.ts'
import type { Composition, Estimator, Reduced } from './estimator.ts'
import { finished } from './estimator.ts'
import { poolsWith } from './unreadFacts.ts'

/** What is to be known of an estimator before any data: for reading, for tables, for pages. */
export interface Explanation {
  /** The pipeline in the words of its JSON form, a line each. */
  readonly pipeline: readonly string[]
  /** W_it, the weight of grad log pi(a_it|s_it). */
  readonly weight: Formula
  /** The estimate as a whole. */
  readonly estimate: Formula
  readonly objective: { readonly name: Objective; readonly formula: Formula }
  /** Facts that a batch must carry. */
  readonly needs: readonly string[]
  /** Whether the weights of one trajectory depend on the others. */
  readonly coupling: Coupling
  /** Words that pool over the whole batch, whatever groups it has; none where the estimator reads groups. */
  readonly pooled: readonly string[]
  /** Whether it is biased, in a sentence, and under which condition that holds. */
  readonly verdict: string
  /** Why the expectation is not the gradient of the objective; empty: it is. */
  readonly bias: readonly Reason[]
  /** The exact expectation, where one is known: unbiased, a claimed scale, or that of a single reason. */
  readonly expectation: Formula | null
  readonly sources: readonly string[]
}

const objectives: { readonly [O in Objective]: Formula } = {
  discounted: { text: 'J = E sum_t gamma^t r_t', latex: 'J = \\mathbb E \\textstyle\\sum_t \\gamma^t r_t' },
  undiscounted: { text: 'J = E sum_t r_t', latex: 'J = \\mathbb E \\textstyle\\sum_t r_t' },
}

/** What the coupling means for the trajectories of a batch. */
const couplings: { readonly [C in Coupling]: string } = {
  none: 'trajectories are independent',
  exchangeable: 'the weights of a trajectory depend on the others of its batch, in whatever order',
  ordered: 'the weights of a trajectory depend on the others of its batch, and on their order',
}

/** What the coupling is, and that groups do not matter to it where somebody may think so. */
export const couplingText = ({ coupling, pooled }: Pick<Explanation, 'coupling' | 'pooled'>): string =>
  pooled.length === 0 ? couplings[coupling] : `${couplings[coupling]}; group is not read, ${pooled.join(' and ')} ${pooled.length === 1 ? 'pools' : 'pool'} over all of them`

/** JSON has no Infinity; the JSON form of pipelines writes it as a word. */
const json = (argument: unknown): string => JSON.stringify(argument, (_key, value: unknown) => (value === Infinity ? 'Infinity' : value))

const wordText = ({ word, argument }: Word): string => (argument === undefined ? word : `${word} ${json(argument)}`)

const lines = (composition: Composition): readonly string[] =>
  composition._tag === 'pipeline'
    ? composition.words.map(wordText)
    : [
        composition.argument === undefined ? composition.word : `${composition.word} ${json(composition.argument)}`,
        ...composition.parts.flatMap((part, k) => [`  part ${k + 1}`, ...lines(part).map((line) => `    ${line}`)]),
      ]

const isMixed = (composition: Composition): boolean =>
  composition._tag === 'combination' && (composition.word === 'mix' || composition.parts.some(isMixed))

/** A claim is made in words; what is no arithmetic of N and T stands in a formula as text. */
const claimLatex = (words: string): string => (/^[\dNT+\-/().\s]*$/.test(words) ? words : `\\text{${words.replace(/[\\{}$&#_%^~]/g, ' ')}}`)

const expectationOf = <N, B extends string>(e: Estimator<N, B>): Formula | null => {
  if (e.claim !== null) return { text: `${e.claim.text} grad J`, latex: `${claimLatex(e.claim.text)}\\, \\nabla J` }
  if (e.reasons.length === 0) return { text: 'grad J', latex: '\\nabla J' }
  // A mean of estimators of which one has a reason has neither expectation.
  return e.reasons.length === 1 && !isMixed(e.composition) ? e.reasons[0].expectation : null
}

const support = 'given support: mu > 0 wherever pi > 0'

const verdictOf = <N, B extends string>({ claim, reasons }: Estimator<N, B>): string => {
  if (claim !== null) return `exactly ${claim.text} times the gradient, ${support}`
  return reasons.length === 0 ? `unbiased ${support}` : `biased, for ${reasons.length === 1 ? 'one reason' : `${reasons.length} reasons`}`
}

/**
 * What an estimator is, needs, and is biased by, built from its pipeline.
 *
 * In the weight, `a b` is a product, `1/N a` is (1/N) a, and sum, mean and std with an index reach over the product behind them. i is the own
 * trajectory and t the time in its episode; G_jt is 0 where j is over; a mean of none is 0. delta_t is r_t + gamma V_{t+1} - V_t, with the
 * bootstrap value after the last step, and 0 beyond. rho_{0:t} is the product of the ratios from the first step at hand up to t.
 * v[rhoBar, cBar]_t is the corrected value of V-trace, [b_0, b_1]_t the number of time t, and `X from t on` is X of the steps from t on alone.
 *
 * @param estimator  any estimator
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { explain, totalReturn, causality, baseline, constant, reduce, meanOverTrajectories } from 'estimand'
 * const e = explain(pipe(totalReturn, causality, baseline(constant(0.5)), reduce(meanOverTrajectories)))
 * e.weight.text // => '1/N (gamma^t (G_it - 0.5))'
 * e.expectation?.text // => 'grad J'
 * e.verdict // => 'unbiased given support: mu > 0 wherever pi > 0'
 * ```
 */
export const explain = <E>(estimator: Reduced<E>): Explanation => {
  const e = finished('explain', estimator)
  return {
    pipeline: lines(e.composition),
    weight: e.formula,
    estimate: {
      text: 'ghat = sum_i sum_t W_it grad log pi(a_it|s_it)',
      latex: '\\hat g = \\textstyle\\sum_i \\sum_t W_{it}\\, \\nabla\\log\\pi(a_{it}|s_{it})',
    },
    objective: { name: e.objective, formula: objectives[e.objective] },
    needs: e.needs,
    coupling: e.coupling,
    pooled: poolsWith(e),
    verdict: verdictOf(e),
    bias: e.reasons,
    expectation: expectationOf(e),
    sources: [...new Set(e.sources)],
  }
}

/** What `explain` gives, as a kind of argument. */
export const anExplanation: Kind = {
  expected: 'what explain gives: explain(estimator)',
  holds: (x) => hasParts(x) && Array.isArray(x['pipeline']) && hasParts(x['weight']) && typeof x['verdict'] === 'string',
}

const reasonText = ({ name, class: kind, because, expectation, source }: Reason): string =>
  [`${name} (${kind}): ${because}`, `  expectation: ${expectation.text}`, `  source: ${source}`].join('\n             ')

/**
 * An explanation as text for a terminal.
 *
 * @param explanation  what `explain` gives
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { describe, explain, totalReturn, reduce, meanOverTrajectories } from 'estimand'
 * describe(explain(pipe(totalReturn, reduce(meanOverTrajectories)))).split('\n')[2] // => 'weight       W_it = 1/N R_i'
 * ```
 */
export const describe = (explanation: Explanation): string => {
  refuseArgument('describe', explanation, anExplanation)
  const { pipeline, weight, objective, needs, bias, expectation, sources } = explanation
  return [
    `pipeline     ${pipeline.join('\n             ')}`,
    `weight       W_it = ${weight.text}`,
    `estimate     ${explanation.estimate.text}`,
    `objective    ${objective.formula.text}`,
    `needs        ${needs.join(', ') || 'nothing'}`,
    `coupling     ${couplingText(explanation)}`,
    `bias         ${bias.map(reasonText).join('\n             ') || 'none, given support'}`,
    `expectation  ${expectation?.text ?? 'no closed form; compute it with exact'}`,
    `sources      ${sources.join('\n             ')}`,
  ].join('\n')
}
