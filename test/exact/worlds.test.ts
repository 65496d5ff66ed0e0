import * as E from 'fp-ts/lib/Either.js'
import { describeProblems, type Problem } from 'estimand'
import { cliffWalking, frozenLake, truth, worlds } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import { gap, probabilities } from '../vectors/setting.ts'

interface Counterexample {
  readonly id: string
  readonly numbers: Readonly<Record<string, unknown>>
  readonly mdp?: Mdp
}
interface Tabular {
  readonly nStates: number
  readonly nActions: number
  readonly initial: readonly number[]
  readonly P: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number, number, boolean])[]>>>>
}

const { counterexamples } = readVectors<{ counterexamples: readonly Counterexample[] }>('mdp.json')
const { tabular } = readVectors<{ tabular: Readonly<Record<string, Tabular>> }>('gymnasium.json')

const named: Readonly<Record<string, keyof typeof worlds>> = {
  'rtg-raises-variance': 'rtgRaisesVariance',
  'mean-baseline-raises-variance': 'meanBaselineRaisesVariance',
  'rtg-minus-mean-return-raises-variance': 'rtgMinusMeanReturnRaisesVariance',
  'batch-mean-shrinks': 'batchMeanShrinks',
  'dropped-outer-discount-flips-sign': 'droppedOuterDiscountFlipsSign',
  'group-normalisation-flips-sign': 'groupNormalisationFlipsSign',
  'length-normalisation-flips-sign': 'lengthNormalisationFlipsSign',
  'does-not-depend-on-a_t': 'doesNotDependOnTheAction',
  'past-rewards-over-length': 'pastRewardsOverLength',
  'timestep-ratio-flips-sign': 'timestepRatioFlipsSign',
  'off-policy-less-variance': 'offPolicyLessVariance',
  'per-decision-more-variance': 'perDecisionMoreVariance',
  'gae0-more-variance': 'gae0MoreVariance',
  'self-normalised-bias': 'selfNormalisedBias',
  'constant-return-is-not-bc-in-expectation': 'constantReturnIsNotCloning',
  'surrogate-hessian': 'surrogateHessian',
  'exact-q-baseline-kills-the-gradient': 'exactQBaselineKillsTheGradient',
}

const flat = (x: unknown): readonly number[] => (Array.isArray(x) ? x.flatMap(flat) : [Number(x)])
const right = <A>(result: E.Either<readonly Problem[], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}

describe('named worlds are the counterexamples of the golden file', () => {
  for (const { id, mdp } of counterexamples) {
    const name = named[id]
    if (mdp === undefined || name === undefined) continue
    it(id, () => {
      const world: Mdp = worlds[name].mdp
      for (const key of ['P', 'R', 'rho', 'S', 'A', 'T', 'gamma'] as const) expect(gap(flat(world[key]), flat(mdp[key])), key).toBeLessThan(1e-12)
      expect(world.rewardKind).toBe(mdp.rewardKind)
      expect(world.terminal ?? null).toEqual(mdp.terminal)
      for (const key of ['theta', 'thetaBehaviour'] as const)
        for (const [s, row] of world[key].entries()) expect(gap(probabilities(row), probabilities(mdp[key][s])), `${key}[${s}]`).toBeLessThan(1e-12)
    })
  }

  it('every gradient that the file states', () => {
    const stating = counterexamples.filter(({ id, numbers }) => named[id] !== undefined && Array.isArray(numbers['gradJ']))
    let compared = 0
    for (const { id, numbers } of counterexamples) {
      const name = named[id]
      if (name === undefined || !Array.isArray(numbers['gradJ'])) continue
      const stated = flat(numbers['gradJ'])
      expect(gap(truth(worlds[name].mdp).gradJ.slice(0, stated.length), stated), id).toBeLessThan(1e-9)
      compared++
    }
    expect(compared).toBe(stating.length)
  })
})

describe('gridworlds start in a state of theirs', () => {
  const refusal = (result: E.Either<readonly Problem[], Mdp>): string => (E.isLeft(result) ? describeProblems(result.left) : 'accepted')
  it.each([-1, 16, 17, 2.5, NaN, Infinity])('FrozenLake at %s', (start) =>
    expect(refusal(frozenLake({ horizon: 2, discount: 1, start }))).toBe(`start: expected a state in 0 .. 15, got ${start}`))
  it.each([-1, 48, 0.5])('CliffWalking at %s', (start) =>
    expect(refusal(cliffWalking({ horizon: 2, discount: 1, start }))).toBe(`start: expected a state in 0 .. 47, got ${start}`))
  it('the last one is a state, in which the episode is over', () => {
    expect(refusal(frozenLake({ horizon: 2, discount: 1, start: 15 }))).toBe('rho[15]: expected 0, since the state is terminal, got 1')
    expect(refusal(cliffWalking({ horizon: 2, discount: 1, start: 47 }))).toBe('rho[47]: expected 0, since the state is terminal, got 1')
  })
  it('every other one is the only start', () => {
    for (let start = 0; start < 47; start++) {
      const { rho } = right(cliffWalking({ horizon: 2, discount: 1, start }))
      expect(rho).toEqual(Array.from({ length: 48 }, (_, s) => (s === start ? 1 : 0)))
    }
  })
})

describe("gridworlds have gymnasium's transitions", () => {
  const grids: Readonly<Record<string, Mdp>> = {
    'FrozenLake-v1:slippery': right(frozenLake({ horizon: 5, discount: 1 })),
    'FrozenLake-v1': right(frozenLake({ horizon: 5, discount: 1, slippery: false })),
    'CliffWalking-v1': right(cliffWalking({ horizon: 5, discount: 1 })),
  }
  it('some of them are in the file', () => expect(Object.keys(grids).some((id) => tabular[id] !== undefined)).toBe(true))
  for (const [id, grid] of Object.entries(grids).filter(([name]) => tabular[name] !== undefined))
    it(id, () => {
      const { P, initial, nStates } = tabular[id]
      expect(grid.S).toBe(nStates)
      expect(gap(grid.rho, initial)).toBe(0)
      let compared = 0
      for (let s = 0; s < nStates; s++) {
        if (grid.terminal?.[s]) continue
        for (let a = 0; a < grid.A; a++) {
          const merged = Array.from({ length: nStates }, () => 0)
          for (const [probability, next, reward, done] of P[s][a]) {
            merged[next] += probability
            const kind = grid.R[s][a]
            expect(typeof kind === 'number' ? kind : kind[next], `${id} reward ${s} ${a} ${next}`).toBe(reward)
            expect(grid.terminal?.[next] ?? false).toBe(done)
            compared++
          }
          expect(gap(grid.P[s][a], merged), `${id} P[${s}][${a}]`).toBeLessThan(1e-12)
        }
      }
      expect(compared).toBeGreaterThan(20)
    })
})
