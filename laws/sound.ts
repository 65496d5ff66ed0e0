import type { AllFacts, Estimator } from '../src/index.ts'
import type { LawPipeline } from './arbitraries/pipelines.ts'
import { pipelines } from './arbitraries/pipelines.ts'
import type { LawWorld, WorldBounds } from './arbitraries/worlds.ts'
import { worldsUpTo } from './arbitraries/worlds.ts'
import * as fc from 'fast-check'
import { estimatorIn } from './estimatorIn.ts'
import { truth } from '../src/exact/index.ts'
import type { Law, Verdict } from './law.ts'
import { fails, holds } from './law.ts'
import { gradientTable, worldTable } from './report.ts'
import { expectationOfSegments, trueValue } from './cutting.ts'
import { batchSizesOf, exactIn, exactly, gap, samplingOf } from './settings.ts'

type Any = Estimator<AllFacts, string>

const about = (world: LawWorld, e: Any, N: number): string =>
  [
    worldTable(world.mdp),
    `batch of ${N}, sampled by the ${samplingOf(e)} policy`,
    ...(e.needs.includes('StateValue') ? [`values ${JSON.stringify(world.value)}`] : []),
    ...(e.needs.includes('ActionValue') ? [`action values ${JSON.stringify(world.actionValue)}`] : []),
  ].join('\n')

const compared = (world: LawWorld, e: Any, N: number, factor: number, claim: string): Verdict => {
  const { target, expectation } = exactIn(world, e, {}, samplingOf(e), N)
  const expected = target.value.map((x) => factor * x)
  return gap(expectation, expected) < exactly
    ? holds
    : fails(`${about(world, e, N)}\n${claim}; ${target.name} against expectation of W_it = ${e.formula.text}:\n${gradientTable(world.mdp.A, expected, expectation)}`)
}

/** The factor of an expectation that an estimator declares, or null where it declares none. */
const declared = (e: Any, world: LawWorld, N: number): readonly [number, string] | null => {
  if (e.claim !== null) return [e.claim.factor(N, world.mdp.T), `claimed: ${e.claim.text} times the gradient`]
  return e.reasons.length === 0 ? [1, 'declared unbiased'] : null
}

/** Time before which episodes are cut. */
const cutAt = 1

/** One that says that it is unbiased and accepts cut trajectories is so on those too, whatever they are continued by. */
const onSegments = (world: LawWorld, e: Any): Verdict => {
  const accepts = e.reasons.length === 0 && e.claim === null && e.coupling === 'none' && !e.needs.includes('CompleteEpisodes')
  // The pieces carry no values of actions.
  if (!accepts || e.needs.includes('ActionValue')) return holds
  const { gradJ } = truth(world.mdp)
  const actual = expectationOfSegments(world.mdp, world.value, e, cutAt, trueValue)
  return gap(gradJ, actual) < exactly
    ? holds
    : fails(`${about(world, e, 1)}\ndeclared unbiased; cut before time ${cutAt}, continued by the values above:\n${gradientTable(world.mdp.A, gradJ, actual)}`)
}

const verdict = (world: LawWorld, e: Any): Verdict => {
  for (const N of batchSizesOf(world, e)) {
    const claim = declared(e, world, N)
    if (claim === null) continue
    const result = compared(world, e, N, claim[0], claim[1])
    if (result._tag === 'fails') return result
  }
  return onSegments(world, e)
}

/** Coupled estimators are evaluated on every pair of trajectories: two states are enough, and quick. */
const worldsFor = (e: Any): WorldBounds => (e.coupling === 'none' ? {} : { states: 2 })

/**
 * Law `sound`: an estimator that declares no reason is unbiased in every world, and a scale that is claimed is met exactly.
 *
 *     E ghat = grad J          reasons: none
 *     E ghat = c grad J        claimed scale c(N, T)
 *
 * Both sides are exact and share no code: enumeration of trajectories against dynamic programming. Data come from another policy
 * wherever the estimator accepts them; values are arbitrary. Where trajectories are coupled batches are of two, and in small worlds of
 * three; where it accepts cut trajectories they are cut, too. An estimator that declares a reason and claims nothing passes.
 *
 * @param e  the estimator: one of ours, or of your own
 *
 * @example
 * ```ts
 * import { pipe } from 'fp-ts/lib/function.js'
 * import { totalReturn, causality, reduce, meanOverTrajectories } from 'estimand'
 * import { sound, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(sound(pipe(totalReturn, causality, reduce(meanOverTrajectories))))._tag // => 'held'
 * ```
 */
export const sound = <N, B extends string>(e: Estimator<N, B>): Law<LawWorld> => {
  const any = estimatorIn('sound', e)
  return {
    name: 'sound',
    states: e.claim === null ? 'E ghat = grad J in every world' : `E ghat = ${e.claim.text} grad J in every world`,
    cases: worldsUpTo(worldsFor(any)),
    verdict: (world) => verdict(world, any),
  }
}

/**
 * Law `soundPipelines`: the reasons that a pipeline puts together are sound for every legal pipeline, not only for those that somebody
 * thought of.
 *
 *     reasons of pipeline = {}  implies  E ghat = grad J      for arbitrary legal pipelines and worlds
 *
 * @example
 * ```ts
 * import { soundPipelines, tryLaw } from 'estimand/laws'
 * tryLaw({ runs: 20, seed: 1 })(soundPipelines)._tag // => 'held'
 * ```
 */
export const soundPipelines: Law<{ readonly world: LawWorld; readonly pipeline: LawPipeline }> = {
  name: 'soundPipelines',
  states: 'a pipeline without reasons has E ghat = grad J in every world',
  cases: fc.record({ world: worldsUpTo({ states: 2 }), pipeline: pipelines }),
  verdict: ({ world, pipeline: { words, estimator } }) => {
    const result = verdict(world, estimator)
    return result._tag !== 'fails' ? result : fails(`${JSON.stringify(words)}\n${result.report}`)
  },
}
