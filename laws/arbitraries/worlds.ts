import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems } from '../../src/index.ts'
import { mdp } from '../../src/exact/index.ts'
import type { Mdp } from '../../src/exact/index.ts'
import type { Kind } from '../../src/trajectories/argument.ts'
import { oneOf } from '../../src/trajectories/argument.ts'
import type { Fields } from '../../src/trajectories/fields.ts'
import { optional, refuseFields } from '../../src/trajectories/fields.ts'
import { discounts, exactly, mostly, tenths } from './numbers.ts'

/** A finite MDP with arbitrary values for the pipelines that need some: right or wrong, they must not matter where `never` is claimed. */
export interface LawWorld {
  readonly mdp: Mdp
  /** Arbitrary values of (t, s). [T][S] */
  readonly value: readonly (readonly number[])[]
  /** Arbitrary values of (t, s, a). [T][S][A] */
  readonly actionValue: readonly (readonly (readonly number[])[])[]
}

/** Bounds of the worlds. */
export interface WorldBounds {
  /** Most states, at most 3. Default 3. */
  readonly states?: number
  /** Most decisions, at most 3. Default 3. */
  readonly horizon?: number
  /** Whether the behaviour policy is the target policy. Default: it is another. */
  readonly behaviour?: 'another' | 'the target'
}

const mostStates = 3
const mostSteps = 3
const A = 2

const upToThree: Kind = { expected: '1, 2 or 3', holds: (x) => x === 1 || x === 2 || x === 3 }

const fields: Fields<WorldBounds> = { states: optional(upToThree), horizon: optional(upToThree), behaviour: optional(oneOf('another', 'the target')) }

const normalised = (weights: readonly number[]): readonly number[] => {
  const total = weights.reduce((a, b) => a + b, 0)
  return total === 0 ? weights.map((_, k) => (k === 0 ? 1 : 0)) : weights.map((w) => w / total)
}

/** Probabilities that are never 0, in small integers: a behaviour policy keeps the target's support also when it shrinks. */
const policyWeights = exactly(mostStates, exactly(A, fc.integer({ min: 1, max: 4 })))

/**
 * Finite MDPs that are able to show a bias, and shrink to small ones that still do: up to three steps, discounts below 1, a behaviour
 * policy that differs, lengths that vary, asymmetric rewards; down to a bandit of one step. Numbers are small integers and tenths.
 *
 * @param bounds  most states and steps
 *
 * @example
 * ```ts
 * import * as fc from 'fast-check'
 * import { worldsUpTo } from 'estimand/laws'
 * fc.sample(worldsUpTo({ horizon: 1 }), { numRuns: 20, seed: 1 }).every(({ mdp }) => mdp.T === 1) // => true
 * ```
 */
export const worldsUpTo = (bounds: WorldBounds = {}): fc.Arbitrary<LawWorld> => {
  refuseFields('worldsUpTo', bounds, fields)
  const { states = mostStates, horizon = mostSteps, behaviour = 'another' } = bounds
  return fc
    .record({
      S: mostly(...[1, 2, 3].slice(0, states)),
      T: mostly(...[1, 2, 3].slice(0, horizon)),
      gamma: discounts,
      ends: exactly(mostStates, fc.boolean()),
      start: exactly(mostStates, fc.integer({ min: 0, max: 2 })),
      next: exactly(mostStates, exactly(A, exactly(mostStates, fc.integer({ min: 0, max: 2 })))),
      reward: exactly(mostStates, exactly(A, tenths(-2, 2))),
      target: policyWeights,
      sampler: policyWeights,
      value: exactly(mostSteps, exactly(mostStates, tenths(-2, 2))),
      actionValue: exactly(mostSteps, exactly(mostStates, exactly(A, tenths(-2, 2)))),
    })
    .map(({ S, T, gamma, ends, start, next, reward, target, sampler, value, actionValue }): LawWorld => {
      const rows = <X>(all: readonly X[]): readonly X[] => all.slice(0, S)
      const terminal = rows(ends).map((end, s) => end && s > 0)
      const definition = {
        S,
        A,
        T,
        gamma,
        rewardKind: 'sa',
        terminal,
        rho: normalised(rows(start).map((w, s) => (terminal[s] ? 0 : w))),
        P: rows(next).map((row) => row.map((weights) => normalised(rows(weights)))),
        R: rows(reward),
        policy: rows(target).map(normalised),
        behaviourPolicy: rows(behaviour === 'another' ? sampler : target).map(normalised),
      }
      const checked = mdp(definition)
      if (E.isLeft(checked)) throw new TypeError(`worldsUpTo: ${describeProblems(checked.left)}`)
      return {
        mdp: checked.right,
        value: value.slice(0, T).map(rows),
        actionValue: actionValue.slice(0, T).map(rows),
      }
    })
}
