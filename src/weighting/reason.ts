import { kinds, oneOf } from '../trajectories/argument.ts'
import type { Fields } from '../trajectories/fields.ts'
import { refuseFields } from '../trajectories/fields.ts'
import { aFormula } from './definition.ts'
import type { Formula } from './formula.ts'

/**
 * What a reason does to the expectation.
 * - `scaled`: a known factor times the gradient of the objective
 * - `other objective`: exactly the gradient of something else, which is named
 * - `biased`: neither; `expectation` says what is known
 */
export type ReasonClass = 'scaled' | 'other objective' | 'biased'

/** Why the expectation of an estimator is not the gradient of its objective: a word that stands in its type. */
export interface Reason<out Name extends string = string> {
  readonly name: Name
  readonly class: ReasonClass
  /** One sentence for a reader who asks why. */
  readonly because: string
  /** The exact expectation, or what is known of it. */
  readonly expectation: Formula
  /** Author, year, and section or equation. */
  readonly source: string
}

const fields: Fields<Reason> = {
  name: kinds.text,
  class: oneOf('scaled', 'other objective', 'biased'),
  because: kinds.text,
  expectation: aFormula,
  source: kinds.text,
}

/**
 * Declares a reason of your own, for a credit, modifier, baseline, ratio or reduction of your own.
 *
 * @param declared  name, class, one sentence, what is known of the expectation, source
 *
 * @example
 * ```ts
 * import { reason } from 'estimand'
 * const halved = reason({
 *   name: 'halved', class: 'scaled', because: 'every weight is halved',
 *   expectation: { text: '1/2 grad J', latex: '\\tfrac12 \\nabla J' }, source: 'by definition'
 * })
 * halved.name // => 'halved'
 * ```
 */
export const reason = <const Name extends string>(declared: Reason<Name>): Reason<Name> => {
  refuseFields('reason', declared, fields)
  return declared
}

/**
 * The reason that an option has unless it has its neutral value, in the type for a literal and as a list for any number: gae has
 * 'inexact values' unless lambda is 1.
 */
export function reasonUnless<X extends number, Neutral extends number, Name extends string>(
  x: X,
  neutral: Neutral,
  because: Reason<Name>,
): readonly Reason<X extends Neutral ? never : Name>[]
export function reasonUnless(x: number, neutral: number, because: Reason): readonly Reason[] {
  return x === neutral ? [] : [because]
}

const known = <const Name extends string>(
  name: Name,
  kind: ReasonClass,
  because: string,
  text: string,
  latex: string,
  source: string,
): Reason<Name> => ({ name, class: kind, because, expectation: { text, latex }, source })

const exactly = 'exact enumeration; checked by the laws of this library'

/**
 * The reasons of the built-in words, by name. A reason of your own is as good: see `reason`.
 *
 * @example
 * ```ts
 * import { reasons } from 'estimand'
 * reasons['own sample'].class // => 'scaled'
 * ```
 */
export const reasons = {
  'own sample': known(
    'own sample',
    'scaled',
    'the mean over the batch contains the trajectory that it is subtracted from',
    '(N-1)/N grad J',
    '\\tfrac{N-1}{N} \\nabla J',
    exactly,
  ),
  'own sample among survivors': known(
    'own sample among survivors',
    'biased',
    'the mean over the trajectories still alive contains the own one, and how many are alive depends on the actions',
    '(N-1)/N grad J where all lengths are equal; otherwise not parallel to grad J',
    '\\tfrac{N-1}{N} \\nabla J \\text{ for equal lengths only}',
    exactly,
  ),
  'own sample, reweighted': known(
    'own sample, reweighted',
    'biased',
    'the ratios of a step and of a reward in the same trajectory differ, so the own sample no longer factors out',
    'not parallel to grad J',
    '\\nparallel \\nabla J',
    exactly,
  ),
  'outer discount dropped': known(
    'outer discount dropped',
    'biased',
    'step t counts as much as step 0, although the objective discounts it by gamma^t',
    'E sum_t G_t z_t; can point against grad J',
    '\\mathbb E \\sum_t G_t z_t',
    'Thomas 2014, Bias in natural actor-critic algorithms',
  ),
  'action-dependent': known(
    'action-dependent',
    'biased',
    'the baseline depends on the action, so its product with the score does not vanish',
    'grad J - sum_t E gamma^t sum_a grad pi(a|s_t) b(s_t, a); 0 for b = Q',
    '\\nabla J - \\sum_t \\mathbb E\\, \\gamma^t \\sum_a \\nabla\\pi(a|s_t)\\, b(s_t,a)',
    'Tucker et al. 2018, The mirage of action-dependent baselines, eq. 3',
  ),
  'inexact values': known(
    'inexact values',
    'biased',
    'values stand in for rewards: unbiased only if they are the exact values of the policy at each time',
    'grad J if V(s, t) and Q(s, a, t) are exact',
    '\\nabla J \\text{ if } V = V^\\pi_t',
    'Schulman et al. 2016, High-dimensional continuous control using GAE, section 3',
  ),
  'inexact values at cuts': known(
    'inexact values at cuts',
    'biased',
    'what came after the cut of a trajectory is replaced by its bootstrap value: unbiased on complete episodes, and where that value is exact',
    'grad J on complete episodes, or if the bootstrap values are V(s, t) exactly',
    '\\nabla J \\text{ if } V_L = V^\\pi_L \\text{ at cuts}',
    'Pardo et al. 2018, Time limits in reinforcement learning, section 4',
  ),
  cloning: known(
    'cloning',
    'other objective',
    'every action counts 1, whatever it earned: the log-likelihood of the data',
    'grad E sum_t log pi(a_t|s_t) over the data; 0 on own data',
    '\\nabla\\, \\mathbb E_{\\text{data}} \\sum_t \\log\\pi(a_t|s_t)',
    'Pomerleau 1989; Levine, Finn 2025, CS224R, imitation learning',
  ),
  'divided by a deviation': known(
    'divided by a deviation',
    'biased',
    'the deviation is made from the sample that it divides',
    'no multiple of grad J; its sign can be wrong (N = 2: the gradient of winning more often, not of a higher mean)',
    '\\mathbb E\\left[\\tfrac{\\cdot}{\\hat\\sigma + \\epsilon}\\right]',
    'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
  ),
  'state distribution': known(
    'state distribution',
    'biased',
    'only the ratio of the action itself is corrected: neither how the state was reached nor what followed',
    'sum_t gamma^t E_{s~mu,t} grad pi(a|s) Q^mu_t(s, a), with vtrace Q^pi; equal to grad J at mu = pi or T = 1',
    '\\sum_t \\gamma^t\\, \\mathbb E_{s\\sim d^\\mu_t} \\sum_a \\nabla\\pi(a|s)\\, Q_t(s,a)',
    'Degris, White, Sutton 2012, Off-policy actor-critic, section 2',
  ),
  'behaviour value': known(
    'behaviour value',
    'biased',
    'the ratio of what followed is missing: the action is credited with the return of the behaviour policy',
    'sum_t gamma^t E_{s~pi,t} grad pi(a|s) Q^mu_t(s, a)',
    '\\sum_t \\gamma^t\\, \\mathbb E_{s\\sim d^\\pi_t} \\sum_a \\nabla\\pi(a|s)\\, Q^\\mu_t(s,a)',
    exactly,
  ),
  'ratio taken as one': known(
    'ratio taken as one',
    'biased',
    'the data are used as if the current policy had sampled them',
    'E_mu sum_t A_t z_t; baselines are not neutral, since E_mu z_t is not 0',
    '\\mathbb E_\\mu \\sum_t A_t z_t',
    exactly,
  ),
  truncation: known(
    'truncation',
    'biased',
    'ratios above the bound are cut down to it',
    'E_mu min(rho, c) A z',
    '\\mathbb E_\\mu \\min(\\rho, c) A z',
    'Ionides 2008, Truncated importance sampling; Espeholt et al. 2018, IMPALA, eq. 1',
  ),
  clipping: known(
    'clipping',
    'biased',
    'steps whose ratio has left the band in the direction of their advantage get no weight',
    'gradient of E_mu sum_t min(rho A, clip(rho, 1-e, 1+e) A); equal to the unclipped one at mu = pi',
    '\\nabla\\, \\mathbb E_\\mu \\sum_t \\min(\\rho A, \\mathrm{clip}(\\rho, 1\\pm\\epsilon) A)',
    'Schulman et al. 2017, Proximal policy optimization algorithms, eq. 7',
  ),
  'self-normalised': known(
    'self-normalised',
    'biased',
    'ratios are divided by their own mean over the batch',
    'grad J + O(1/N); at N = 1 the ratio is taken as one',
    '\\nabla J + O(1/N)',
    'Owen 2013, Monte Carlo theory, methods and examples, section 9.2',
  ),
  'random length': known(
    'random length',
    'biased',
    'the sum over all steps is divided by their number, which depends on the actions',
    'grad J / E[L] as N grows; wrong in scale and direction for finite N; grad J / T where all lengths are equal',
    '\\to \\nabla J / \\mathbb E[L] \\text{ as } N \\to \\infty',
    'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
  ),
  'divided by length': known(
    'divided by length',
    'biased',
    'each trajectory is divided by its own length, which depends on its actions',
    'on whole returns exactly grad E[R / L]; on rewards-to-go the gradient of nothing in particular',
    '\\nabla\\, \\mathbb E[R / L] \\text{ on whole returns}',
    'Liu et al. 2025, Understanding R1-Zero-like training, section 3.1',
  ),
  'scaled by 1/length': known(
    'scaled by 1/length',
    'scaled',
    'every trajectory is divided by the same number of steps',
    'grad J / T',
    '\\nabla J / T',
    'Liu et al. 2025, Understanding R1-Zero-like training, section 3.2',
  ),
  scaled: known('scaled', 'scaled', 'the estimator was multiplied by a number', 'c grad J', 'c\\, \\nabla J', 'by definition'),
  summed: known(
    'summed',
    'scaled',
    'the sum of two estimators of one gradient estimates twice that gradient; use mix for a mean',
    '2 grad J where both are unbiased',
    '2\\, \\nabla J',
    'by definition',
  ),
} as const

/** Name of a reason of the built-in words. */
export type KnownReason = keyof typeof reasons
