/**
 * Lesson 9. An unbiased estimate can still be useless. Where does the noise come from?
 *
 *     covariance of ghat = E[ghat ghat'] - grad J grad J'        its trace: the mean squared distance from grad J
 *
 * More trajectories divide it, the scale of rewards multiplies signal and noise alike, and a reward that comes late charges every action with
 * the luck of all others. Shaping by a potential is a baseline in disguise.
 */
import assert from 'node:assert/strict'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { baseline, causality, describeProblems, meanOverTrajectories, reduce, stateValue, totalReturn } from 'estimand'
import type { CompleteEpisodes, Estimator, OnPolicy, Problem, Reward, StateValue } from 'estimand'
import { exact, mdp, sampled } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { adam } from 'estimand/network'

const refuse = (problems: readonly Problem[]): never => {
  throw new TypeError(describeProblems(problems))
}
const close = (actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void => {
  for (const [k, x] of expected.entries()) assert.ok(Math.abs((actual[k] ?? NaN) - x) < tolerance, `${actual[k]} is not ${x}`)
}

// 1. A lock with three keys: action 0 is the right one, each time. States are (turn, keys that were right), so that none comes twice.
const turns = [[0], [1, 2], [3, 4, 5], [6, 7, 8, 9]] as const
const right = (state: number): number => state - turns[turnOf(state)][0]
const turnOf = (state: number): 0 | 1 | 2 | 3 => (state === 0 ? 0 : state < 3 ? 1 : state < 6 ? 2 : 3)
const after = (state: number, action: number): number => (turnOf(state) === 3 ? state : turns[turnOf(state)].length + state + (action === 0 ? 1 : 0))
const states = turns.flat()

/** Rewards by what was right before and after the step. The policy is (1/2, 1/2) everywhere. */
const lock = (reward: (state: number, next: number) => number): Mdp =>
  pipe(
    mdp({
      S: 10,
      A: 2,
      T: 3,
      gamma: 1,
      terminal: states.map((s) => s > 5),
      rho: states.map((s) => (s === 0 ? 1 : 0)),
      P: states.map((s) => [0, 1].map((a) => states.map((n) => (n === after(s, a) ? 1 : 0)))),
      R: states.map((s) => [0, 1].map((a) => (s > 5 ? 0 : reward(s, after(s, a))))),
      policy: states.map(() => [0.5, 0.5]),
    }),
    E.getOrElseW(refuse),
  )

//    One reward at the end, as many as keys were right: sparse. One for each right key when it is turned: dense. Every episode earns the same.
const sparse = lock((_, next) => (turnOf(next) === 3 ? right(next) : 0))
const dense = lock((state, next) => right(next) - right(state))

const whole = pipe(totalReturn, reduce(meanOverTrajectories))
const toGo = pipe(totalReturn, causality, reduce(meanOverTrajectories))
const centred = pipe(totalReturn, causality, baseline(stateValue), reduce(meanOverTrajectories))
/** Every estimator here needs at most these, and none is biased. */
type Ours = Estimator<Reward & CompleteEpisodes & OnPolicy & StateValue, never>
const of = (e: Ours, world: Mdp, batchSize = 1) => pipe(e, exact({ mdp: world, batchSize, value: 'exact' }), E.getOrElseW(refuse))
const trace = (e: Ours, world: Mdp, batchSize = 1): number => of(e, world, batchSize).covTrace

//    On paper: the score of a step is (1/2, -1/2), its square 1/2, so E|ghat|^2 = 1/2 sum_t E[W_t^2]. grad J at a state is P(state) (1/4, -1/4),
//    and sum P^2 = 1 + 1/2 + 3/8, so |grad J|^2 = 15/64.
const signal = 15 / 64
close([of(toGo, sparse).target.value.reduce((sum, x) => sum + x * x, 0)], [signal])

// 2. Sparse reward. W_t = R, a binomial number with E R^2 = 3, on each of three steps. To drop what came before helps nothing: nothing did.
close([trace(whole, sparse), trace(toGo, sparse)], [9 / 2 - signal, 9 / 2 - signal])
//    Dense: the whole return is the same return. But now reward-to-go forgets the luck of earlier keys: E G_t^2 = 3, 3/2, 1/2.
close([trace(whole, dense), trace(toGo, dense)], [9 / 2 - signal, 5 / 2 - signal])

// 3. Dense is sparse, shaped: r + Phi(s') - Phi(s) with Phi = keys that were right so far, and 0 when it is over. No potential changes grad J,
const shaped = (potential: (state: number) => number): Mdp => lock((s, n) => (turnOf(n) === 3 ? right(n) : potential(n)) - potential(s))
close(of(toGo, dense).target.value, of(toGo, sparse).target.value)
close([trace(toGo, shaped(right))], [trace(toGo, dense)])
//    and the best one is the value: what is expected of a state. V = keys so far + half of those to come. Then W_t is the luck of the keys from t
//    on, half a point each: E W_t^2 = 3/4, 1/2, 1/4.
const value = (state: number): number => right(state) + (3 - turnOf(state)) / 2
close([trace(toGo, shaped(value))], [3 / 4 - signal])
//    Shaping by Phi is subtracting Phi: the baseline does the same to the sparse lock, and leaves the environment alone.
close([trace(centred, sparse), trace(centred, dense)], [3 / 4 - signal, 3 / 4 - signal])
//    A bad potential is noise: one that hopes for ten points after each wrong key.
assert.ok(trace(toGo, shaped((state) => 10 * (turnOf(state) - right(state)))) > 20 * trace(toGo, sparse))

// 4. Batch size: independent trajectories, so N of them have 1/N of the covariance. Enumerated, not assumed: 8^3 batches.
close([1, 2, 3].map((N) => N * trace(toGo, dense, N)), [5 / 2 - signal, 5 / 2 - signal, 5 / 2 - signal])

// 5. Scale of rewards: ten times the reward is ten times the gradient and a hundred times the trace. What matters is unchanged: their ratio.
const tenfold = lock((state, next) => 10 * (right(next) - right(state)))
close([trace(toGo, tenfold)], [250 - 100 * signal], 1e-10)
//    A step of SGD is ten times as long. Adam divides by the gradient's own size, and takes the same step.
const stepOf = (gradient: readonly number[]): number => {
  const { init, ascend } = adam()
  const theta = Float64Array.of(0)
  ascend(init(theta), theta, Float64Array.from(gradient), 0.1)
  return theta[0]
}
close([stepOf([10 * 0.25])], [stepOf([0.25])], 1e-8)

// 6. Measured, as in an experiment. A variance that is measured has a standard error of its own: so twenty groups of 1000 batches, each with its
//    seed; their mean, and how far it may be off. It agrees with the exact trace to one percent or so, at the price of 20,000 trajectories; the
//    exact one took 8.
const [groups, batches] = [20, 1000] as const
const measuredTrace = (e: Ours, world: Mdp): { readonly mean: number; readonly standardError: number } => {
  const traces = Array.from({ length: groups }, (_, seed) => {
    const { standardError } = pipe(e, sampled({ mdp: world, value: 'exact' }, { batches, seed }), E.getOrElseW(refuse))
    return batches * standardError.reduce((sum, x) => sum + x * x, 0)
  })
  const mean = traces.reduce((sum, x) => sum + x, 0) / groups
  return { mean, standardError: Math.sqrt(traces.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (groups - 1) / groups) }
}
const rows = [
  ['sparse, whole return', whole, sparse],
  ['sparse, reward-to-go', toGo, sparse],
  ['dense, reward-to-go', toGo, dense],
  ['sparse, minus the value', centred, sparse],
] as const
for (const [name, e, world] of rows) {
  const expected = trace(e, world)
  const { mean, standardError } = measuredTrace(e, world)
  assert.ok(standardError < 0.015 * expected)
  assert.ok(Math.abs(mean - expected) < 4 * standardError, `${name}: ${mean} is not ${expected}`)
  console.log(`${name.padEnd(24)} trace of the covariance ${expected.toFixed(4)}, measured ${mean.toFixed(4)} +- ${standardError.toFixed(4)}`)
}

// 7. The value is a fact about a batch. One that does not carry it does not have it subtracted, and this is found before anything runs.
export const withoutValues = () =>
  // @ts-expect-error missing the following properties from type 'StateValue': value, bootstrapValue
  pipe(centred, exact({ mdp: sparse }))

// Try: give the lock a fourth key. Predict the four traces, on paper, before you run it. Which of them grow like the square of the keys?
