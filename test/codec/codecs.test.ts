import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import * as t from 'io-ts/lib/index.js'
import { describeProblems, estimate, fromColumns, fromSteps, pipelineFromJson, registry, reuse, terminated, timeLimit, truncated, withColumn } from 'estimand'
import type { AllFacts, Trajectories } from 'estimand'
import { batchCodec, estimatorCodec, exactRequestCodec, factsCodec, mdpCodec, pipelineCodec, problemsOf, weighRequestCodec } from 'estimand/codecs'
import { softmaxPolicy, worlds } from 'estimand/exact'
import { batches, pipelines, worldsUpTo } from 'estimand/laws'
import { describe, expect, it } from 'vitest'
import { seed } from '../seed/seed.ts'
import { gap } from '../vectors/setting.ts'

const json = (x: unknown): unknown => JSON.parse(JSON.stringify(x))
const got = <A>(result: t.Validation<A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(problemsOf()(result.left)))
  return result.right
}
const must = <A>(result: E.Either<Parameters<typeof describeProblems>[0], A>): A => {
  if (E.isLeft(result)) throw new Error(describeProblems(result.left))
  return result.right
}
const says = (codec: t.Type<never, unknown, unknown> | t.Mixed, x: unknown, root = ''): string => {
  const result = codec.decode(x)
  return E.isLeft(result) ? describeProblems(problemsOf(root)(result.left)) : 'no problem'
}

describe('what is encoded is decoded to the same', () => {
  it('batches', () => {
    const kinds = fc.constantFrom(...(['on-policy', 'off-policy'] as const).flatMap((provenance) => (['complete', 'segments'] as const).map((episodes) => ({ provenance, episodes }))))
    fc.assert(
      fc.property(kinds.chain(batches), (batch) => {
        const again = got(batchCodec.decode(json(batchCodec.encode(batch))))
        expect(again).toEqual(batch)
      }),
      { numRuns: 200, seed },
    )
  })
  it('batches with groups, own columns, densities, successors, an old version, and none of the usual columns', () => {
    const header = { discount: 0.5, provenance: 'off-policy', episodes: 'segments' } as const
    const plain = must(
      fromSteps({
        ...header,
        actions: 'continuous',
        version: 3,
        trajectories: [
          { reward: [1, 2], logProb: [1.5, -3], behaviourLogProb: [2, -1], value: [1, 1], group: 4, startTime: 7, end: truncated({ value: 1.5, successor: [0, 1] }) },
          { reward: [3], logProb: [0.5], behaviourLogProb: [0.1], value: [0], group: 5, end: timeLimit },
        ],
      }),
    )
    const more = must(withColumn('novelty', [0.1, 0.2, 0.3])(plain))
    const moved = must(reuse({ logProb: [1, 2, 3], version: 9 })(more))
    const bare = must(fromSteps({ ...header, trajectories: [{ length: 2, end: terminated }, { length: 1, end: truncated({}) }] }))
    for (const batch of [plain, more, moved, bare]) {
      const whole = batch as unknown as Trajectories<AllFacts>
      expect(got(batchCodec.decode(json(batchCodec.encode(whole))))).toEqual(whole)
    }
    expect(got(batchCodec.decode(json(batchCodec.encode(moved as unknown as Trajectories<AllFacts>)))).currentVersion).toBe(9)
  })
  it('flat columns and trajectories, ends as words and as tagged values, are one batch', () => {
    const header = { discount: 1, provenance: 'on-policy', episodes: 'segments' } as const
    const flat = got(batchCodec.decode({ ...header, offsets: [0, 2, 3], reward: [1, 2, 3], value: [0, 0, 0], ends: ['terminated', { truncated: { value: 2 } }], unknown: 'ignored' }))
    const ragged = got(batchCodec.decode({ ...header, trajectories: [{ reward: [1, 2], value: [0, 0], end: { _tag: 'Terminated' } }, { reward: [3], value: [0], end: { _tag: 'Truncated', value: 2 } }] }))
    expect(flat).toEqual(ragged)
    expect(flat).toEqual(must(fromColumns({ ...header, offsets: [0, 2, 3], reward: [1, 2, 3], value: [0, 0, 0], ends: [terminated, truncated({ value: 2 })] })))
  })
  it('MDPs: the same policies, rewards and dynamics', () => {
    fc.assert(
      fc.property(worldsUpTo({}), ({ mdp }) => {
        expect(got(mdpCodec.decode(json(mdpCodec.encode(mdp))))).toEqual(mdp)
      }),
      { numRuns: 100, seed },
    )
    const probabilities = got(mdpCodec.decode({ S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.2, 0.8]], unknown: 1 }))
    expect(gap(softmaxPolicy(got(mdpCodec.decode(json(mdpCodec.encode(probabilities)))).theta).probability, [0.2, 0.8])).toBeLessThan(1e-15)
  })
  it('pipelines: the same weights', () => {
    const codec = pipelineCodec()
    fc.assert(
      fc.property(pipelines, batches({ provenance: 'on-policy', episodes: 'complete' }), ({ estimator, words }, batch) => {
        expect(codec.encode(estimator)).toEqual(words)
        expect(gap(estimate(got(codec.decode(json(words))))(batch), estimate(estimator)(batch))).toBe(0)
      }),
      { numRuns: 100, seed },
    )
  })
  it('requests', () => {
    const request = { mdp: worlds.batchMeanShrinks.mdp, estimator: 'clipped', facts: { value: 'exact', actionValue: [[[1, 2]]] }, batchSize: 2, sampling: 'behaviour', limit: 10, covariance: 'full', id: [1] }
    const codec = exactRequestCodec()
    const decoded = got(codec.decode(json(request)))
    expect(got(codec.decode(json(codec.encode(decoded)))).estimator.formula).toEqual(decoded.estimator.formula)
    expect(codec.encode(decoded)).toEqual({ ...request, estimator: pipelineCodec().encode(decoded.estimator) })
    expect(codec.is(decoded)).toBe(true)
    expect(codec.is({ ...decoded, batchSize: 0 })).toBe(false)
    expect(codec.is(null)).toBe(false)
  })
})

describe('what is wrong is named by path, expected and got, wherever the codec stands', () => {
  it('inside types of io-ts', () => {
    const Experiment = t.type({ title: t.string, runs: t.array(t.type({ estimator: pipelineCodec(), world: mdpCodec })) })
    const wrong = { title: 1, runs: [{ estimator: ['totalReturn', { clip: { epsilon: -1 } }], world: { S: '1' } }] }
    const lines = says(Experiment, wrong).split('\n')
    expect(lines).toContain('title: expected a text, got 1')
    expect(lines).toContain('runs[0].estimator[1].clip.epsilon: expected a number >= 0, got -1')
    expect(lines).toContain('runs[0].world.S: expected a number, got "1"')
    expect(lines).toContain('runs[0].world.P: expected an array [S][A][S] of probabilities, got none')
  })
  for (const [name, codec, x, message] of [
    ['a recipe', estimatorCodec(), 'reinforc', /^input: expected a pipeline as JSON, or a recipe: one of reinforce, .* \(nearest: reinforce\), got "reinforc"$/],
    ['a prototype key as a recipe', estimatorCodec(), '__proto__', /nearest: /],
    ['facts', factsCodec, { value: 'exakt', actionvalue: 1 }, /^value: expected 'exact', 'exactBehaviour', or a table \[t\]\[s\], got "exakt"\nactionvalue: expected one of value, actionValue \(nearest: actionValue\), got "actionvalue"$/],
    ['a request that is an array', exactRequestCodec(), [], /^input: expected an object with mdp, estimator, .*, got \[\]$/],
    ['a request of nothing', exactRequestCodec(), {}, /^mdp: expected Mdp, got none\nestimator: expected an estimator: a pipeline as JSON, or the name of a recipe, got none$/],
    ['a weigh request', weighRequestCodec(), { estimator: 'reinforce', batch: 1, covariance: 'full' }, /^covariance: expected one of estimator, batch, facts, sampling, id, mdp/],
    ['a batch that is a number', batchCodec, 7, /^input: expected an object: discount, provenance, episodes, and trajectories or columns, got 7$/],
    ['a batch without trajectories', batchCodec, { discount: 1 }, /^input: expected trajectories: .*, got keys discount$/],
    ['a batch with bad numbers', batchCodec, { discount: '1', provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, '2', null], end: 'over' }] }, /^discount: expected a number in \[0, 1\], got "1"\ntrajectories\[0\]\.reward\[1\]: expected a finite number, got "2"\ntrajectories\[0\]\.reward\[2\]: expected a finite number, got null\ntrajectories\[0\]\.end: expected terminated, timeLimit or truncated\(\{ value \}\), got "over"$/],
    ['columns of one\'s own', batchCodec, { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: 'terminated' }], columns: { novelty: [1] } }, /^columns\.novelty: expected 2 entries, one per step, got 1$/],
    ['columns that are texts', batchCodec, { discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1, 2], end: 'terminated' }], columns: { novelty: [1, 'x'] } }, /^columns\.novelty\[1\]: expected a finite number, got "x"$/],
    ['a group that is a text', batchCodec, { discount: 1, provenance: 'on-policy', episodes: 'complete', offsets: [0, 1], ends: ['terminated'], reward: [1], group: ['a'] }, /^group\[0\]: expected an integer, got "a"$/],
    ['a version that is none', batchCodec, { discount: 1, provenance: 'on-policy', episodes: 'complete', offsets: [0, 1], ends: ['terminated'], reward: [1], currentVersion: 'x' }, /^currentVersion: expected an integer, got "x"$/],
  ] as const)
    it(name, () => expect(says(codec, x)).toMatch(message))

  it('a root stands at the beginning of every path', () => {
    expect(says(pipelineCodec(), ['totalReturn'], 'pipeline')).toBe('pipeline[1]: expected reduce, which ends a pipeline, got the end')
    expect(says(mdpCodec, {}, 'mdp').split('\n')[0]).toBe('mdp.S: expected a number, got none')
    expect(says(mdpCodec, 5, 'mdp').split('\n')[0]).toMatch(/^mdp\b/)
  })
})

describe('no codec throws, whatever JSON it is given', () => {
  const codecs: Readonly<Record<string, t.Mixed>> = { pipelineCodec: pipelineCodec(), estimatorCodec: estimatorCodec(), mdpCodec, batchCodec, factsCodec, exactRequestCodec: exactRequestCodec(), weighRequestCodec: weighRequestCodec() }
  const header = { discount: 1, provenance: 'on-policy', episodes: 'complete' }
  const world = { S: 1, A: 2, T: 1, gamma: 1, rho: [1], P: [[[1], [1]]], R: [[1, 0]], policy: [[0.5, 0.5]] }
  /** Inputs that are right, of which parts are then replaced by arbitrary JSON: arbitrary JSON alone never comes far. */
  const right: readonly unknown[] = [
    ['totalReturn', 'causality', { baseline: 'leaveOneOut' }, { importance: 'perStep' }, { clip: { epsilon: 0.2 } }, { reduce: 'meanOverTrajectories' }],
    { mix: [{ weight: 1, of: ['cloning', { reduce: { constantLength: 3 } }] }] },
    world,
    { ...header, trajectories: [{ reward: [1, 2], logProb: [-1, -1], end: 'terminated' }, { reward: [1, 2], logProb: [-1, -1], end: { truncated: { value: 1 } }, startTime: 0, group: 1 }] },
    { ...header, offsets: [0, 1, 3], ends: ['terminated', 'timeLimit'], reward: [1, 2, 3], value: [1, 2, 3], startTime: [0, 0], group: [1, 2], columns: { mine: [1, 2, 3] } },
    { value: 'exact', actionValue: [[[1, 2]]] },
    { mdp: world, estimator: 'reinforce', facts: { value: [[1]] }, batchSize: 2, sampling: 'target', id: 1 },
    { mdp: world, estimator: 'reinforce', batch: { trajectories: [{ states: [0], actions: [0], rewards: [1] }] } },
  ]
  const keys = ['__proto__', 'constructor', 'toString', 'length', 'reward', 'end', 'clip', 'S', 'P', 'ends', 'offsets']
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(null, 'Infinity', -1, 1e308, 0.5, [], {}, [[]], '', Infinity, 2 ** 31), fc.constantFrom(...keys), fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()))
  /** Every place of a value. */
  const places = (x: unknown, at: readonly string[] = []): readonly (readonly string[])[] => [at, ...(typeof x === 'object' && x !== null ? Object.entries(x).flatMap(([key, value]) => places(value, [...at, key])) : [])]
  const replaced = (x: unknown, [key, ...rest]: readonly string[], by: unknown): unknown => {
    if (key === undefined) return by
    if (Array.isArray(x)) return x.map((value: unknown, k) => (String(k) === key ? replaced(value, rest, by) : value))
    return Object.fromEntries(Object.entries(x as object).map(([name, value]) => [name, name === key ? replaced(value, rest, by) : value]))
  }
  const nearlyRight = fc.constantFrom(...right).chain((x) => fc.array(fc.record({ place: fc.constantFrom(...places(x)), by: odd }), { maxLength: 2 }).map((changes) => changes.reduce((so, { place, by }) => {
    try {
      return replaced(so, place, by)
    } catch {
      // The place went with an earlier change.
      return so
    }
  }, x)))
  const input = fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 1, arbitrary: odd }, { weight: 4, arbitrary: nearlyRight })
  for (const [name, codec] of Object.entries(codecs))
    it(`${name}: ten thousand inputs`, () => {
      let accepted = 0
      fc.assert(
        fc.property(input, (x) => {
          const result = codec.decode(x)
          if (E.isRight(result)) {
            accepted++
            return
          }
          const problems = problemsOf()(result.left)
          expect(problems.length).toBeGreaterThan(0)
          for (const { path, expected, got: found } of problems) if (path === '' || expected === '' || found === '' || /undefined|\[object/.test(`${path}${expected}`)) expect.fail(JSON.stringify({ path, expected, found }))
        }),
        { numRuns: 10_000, seed },
      )
      // Otherwise it would be tried on nothing but nonsense.
      expect(accepted).toBeGreaterThan(20)
    })
  it('very deep input', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown
    for (const codec of Object.values(codecs)) for (const x of [deep, { mdp: deep, estimator: deep, batch: deep, trajectories: deep, P: deep, value: deep, scale: deep }]) expect(() => codec.decode(x)).not.toThrow()
  })
  it('the registry is whole before and after', () => expect(E.isRight(pipelineFromJson(['totalReturn', { reduce: 'meanOverTrajectories' }], registry))).toBe(true))
})
