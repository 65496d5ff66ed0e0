import * as E from 'fp-ts/lib/Either.js'
import { describeProblems } from 'estimand'
import { mdp, softmaxPolicy } from 'estimand/exact'
import type { Mdp } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { readVectors } from '../vectors/read.ts'
import type { MdpFile } from '../vectors/schema.ts'
import { gap, worldIn } from '../vectors/setting.ts'

const { mdps } = readVectors<MdpFile>('mdp.json')

const good = {
  S: 2,
  A: 2,
  T: 3,
  gamma: 0.9,
  terminal: [false, true],
  rho: [1, 0],
  P: [
    [
      [1, 0],
      [0.5, 0.5],
    ],
    [
      [0, 1],
      [0, 1],
    ],
  ],
  R: [
    [1, 2],
    [0, 0],
  ],
  theta: [
    [0, 1],
    [0, 0],
  ],
}
const { theta: _theta, ...dynamics } = good
const half = [0.5, 0.5]

const refusal = (input: unknown): string => {
  const checked = mdp(input)
  if (E.isRight(checked)) throw new Error('accepted')
  return describeProblems(checked.left)
}
const accepted = (input: unknown): Mdp => {
  const checked = mdp(input)
  if (E.isLeft(checked)) throw new Error(describeProblems(checked.left))
  return checked.right
}

describe('what an MDP may leave out', () => {
  it('terminal states, the kind of reward, the behaviour policy', () => {
    const { terminal: _terminal, ...endless } = good
    const checked = accepted(endless)
    expect(checked.terminal).toBe(null)
    expect(checked.rewardKind).toBe('sa')
    expect(checked.thetaBehaviour).toEqual(good.theta)
    expect(accepted({ ...good, R: good.P }).rewardKind).toBe('sas')
  })

  it('keys that it does not know are refused', () => {
    expect(refusal({ ...good, seed: 3 })).toContain('seed: expected one of S, A, T, gamma,')
    expect(refusal({ ...good, terminals: [false, true] })).toBe('terminals: expected terminal: for each state whether the episode is over there. [S], got "terminals"')
  })

  it('policies may be probabilities', () => {
    const { theta, thetaBehaviour } = accepted({ ...dynamics, policy: [[0.2, 0.8], half], behaviourPolicy: [[0.9, 0.1], half] })
    expect(gap(softmaxPolicy(theta).probability, [0.2, 0.8, 0.5, 0.5])).toBeLessThan(1e-15)
    expect(gap(softmaxPolicy(thetaBehaviour).probability, [0.9, 0.1, 0.5, 0.5])).toBeLessThan(1e-15)
  })

  it('every MDP of the file is accepted', () => {
    for (const stored of mdps) {
      const { S, A, T, gamma, rewardKind, terminal, theta, thetaBehaviour } = stored
      expect(accepted(worldIn(stored))).toMatchObject({ S, A, T, gamma, rewardKind, terminal, theta, thetaBehaviour })
    }
  })
})

describe('bad MDPs are refused, with the place and the reason', () => {
  it.each([
    ['no horizon', { ...good, T: 0 }, 'T: expected an integer >= 1, got 0'],
    ['half an action', { ...good, A: 1.5 }, 'A: expected an integer >= 1, got 1.5'],
    ['no states', { ...good, S: -2 }, 'S: expected an integer >= 1, got -2'],
    ['discount above 1', { ...good, gamma: 1.01 }, 'gamma: expected a number in [0, 1], got 1.01'],
    ['discount not a number', { ...good, gamma: NaN }, 'gamma: expected a number in [0, 1], got NaN'],
    ['too few rows of P', { ...good, P: good.P.slice(1) }, 'P: expected 2 rows, one per state, got 1'],
    ['too few actions in P', { ...good, P: [good.P[0].slice(1), good.P[1]] }, 'P[0]: expected 2 entries, one per action, got 1'],
    ['too few next states', { ...good, P: [[[1], [0.5, 0.5]], good.P[1]] }, 'P[0][0]: expected 2 probabilities, got 1'],
    ['no sum of 1', { ...good, P: [[[1, 0], [0.5, 0.25]], good.P[1]] }, 'P[0][1]: expected probabilities that sum to 1, got sum 0.75'],
    ['negative', { ...good, P: [[[1, 0], [1.5, -0.5]], good.P[1]] }, 'P[0][1][0]: expected a probability in [0, 1], got 1.5\nP[0][1][1]: expected a probability in [0, 1], got -0.5'],
    ['NaN', { ...good, P: [[[1, 0], [NaN, 0.5]], good.P[1]] }, 'P[0][1][0]: expected a probability in [0, 1], got NaN'],
    ['infinite reward', { ...good, R: [[1, Infinity], [0, 0]] }, "R[0][1]: expected a finite number, as rewardKind is 'sa', got Infinity"],
    ['reward of the other kind', { ...good, rewardKind: 'sas' }, "R[0][0]: expected 2 rewards, one per next state, as rewardKind is 'sas', got 1"],
    ['start that does not sum', { ...good, rho: [0.5, 0] }, 'rho: expected probabilities that sum to 1, got sum 0.5'],
    ['start at the end', { ...good, rho: [0.5, 0.5] }, 'rho[1]: expected 0, since the state is terminal, got 0.5'],
    ['terminal of another size', { ...good, terminal: [false] }, 'terminal: expected 2 entries, one per state, got 1'],
    ['logits of another size', { ...good, theta: [[0, 1], [0]] }, 'theta[1]: expected 2 entries, one per action, got 1'],
    ['rows of logits', { ...good, thetaBehaviour: [[0, 0]] }, 'thetaBehaviour: expected 2 rows, one per state, got 1'],
    ['infinite logit', { ...good, theta: [[0, -Infinity], [0, 0]] }, 'theta[0][1]: expected a finite logit (for an action never taken use a large negative number), got -Infinity'],
    ['no policy', dynamics, 'theta: expected logits, or probabilities as policy, got none'],
    ['two policies', { ...good, policy: [half, half] }, 'policy: expected theta or policy, not both, got both'],
    ['two behaviour policies', { ...good, thetaBehaviour: good.theta, behaviourPolicy: [half, half] }, 'behaviourPolicy: expected thetaBehaviour or behaviourPolicy, not both, got both'],
    ['a policy that does not sum', { ...dynamics, policy: [[0.5, 0.4], half] }, 'policy[0]: expected probabilities that sum to 1, got sum 0.9'],
    ['a zero in the policy', { ...dynamics, policy: [[1, 0], half] }, 'policy[0][1]: expected a probability > 0, since a softmax policy has no zeros, got 0'],
    [
      'no support',
      { ...dynamics, policy: [half, half], behaviourPolicy: [[1, 0], half] },
      "behaviourPolicy[0][1]: expected a probability > 0 where the target policy's is: without support importance sampling has nothing to reweight, got 0",
    ],
    [
      'no support for logits',
      { ...good, behaviourPolicy: [[1, 0], half] },
      "behaviourPolicy[0][1]: expected a probability > 0 where the target policy's is: without support importance sampling has nothing to reweight, got 0",
    ],
  ])('%s', (_name, input, text) => {
    expect(refusal(input).split('\n')).toEqual(expect.arrayContaining(text.split('\n')))
  })

  it('every problem at once', () => {
    expect(refusal({ ...good, gamma: 2, rho: [0.5, 0], theta: [[0, NaN], [0, 0]] }).split('\n')).toEqual([
      'gamma: expected a number in [0, 1], got 2',
      'rho: expected probabilities that sum to 1, got sum 0.5',
      'theta[0][1]: expected a finite logit (for an action never taken use a large negative number), got NaN',
    ])
  })

  it('shapes, by path', () => {
    expect(refusal(null)).toContain('mdp: expected')
    expect(refusal({ ...good, gamma: '0.9' })).toBe('gamma: expected a number, got "0.9"')
    expect(refusal({ ...good, P: undefined })).toContain('P: expected')
    expect(refusal({ ...good, P: [['x', [0, 1]], good.P[1]] })).toContain('P[0][0]: expected')
    expect(refusal({ ...good, R: [['x', 0], [0, 0]] })).toContain('R[0][0]: expected')
    expect(refusal({ ...good, terminal: ['no', false] })).toContain('terminal[0]: expected')
    expect(refusal({ ...good, rewardKind: 'sasa' })).toContain('rewardKind: expected')
  })
})
