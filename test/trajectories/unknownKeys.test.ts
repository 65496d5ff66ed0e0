import * as E from 'fp-ts/lib/Either.js'
import * as fc from 'fast-check'
import { describeProblems, fromColumns, fromPadded, fromSteps, reuse } from 'estimand'
import type { Problem } from 'estimand'
import { batchCodec, mdpCodec, problemsOf, unreadInBatch, unreadInMdp } from 'estimand/codecs'
import { bandit, chain, cliffWalking, episodes, exactOfAll, frozenLake, linearQuadratic, mdp, worlds } from 'estimand/exact'
import { describe, expect, it } from 'vitest'
import { editDistance } from '../../src/trajectories/nearest.ts'

type Json = Readonly<Record<string, unknown>>
type Result = E.Either<readonly Problem[], unknown>

const header = { discount: 0.5, provenance: 'off-policy', episodes: 'segments' }
const trajectory = { reward: [1, 2], logProb: [-1, -1], behaviourLogProb: [-1, -2], value: [3, 4], group: 0, startTime: 1, columns: { mine: [5, 6] }, end: { truncated: { value: 7 } } }
const steps = { ...header, trajectories: [trajectory] }
const flat = { ...header, offsets: [0, 2], reward: [1, 2], value: [3, 4], columns: { mine: [5, 6] }, ends: [{ truncated: { value: 7 } }] }
const padded = { ...header, reward: [[1, 2]], terminated: [[0, 1]], columns: { mine: [[5, 6]] } }
const world = { ...worlds.rtgRaisesVariance.mdp }
const scalar = { T: 1, gamma: 1, Amat: [[0]], Bmat: [[1]], W: [[0]], mean0: [1], cov0: [[0]], Qcost: [[1]], Rcost: [[1]], K: [[-1]], logSigma: 0 }
const recorded = { sampling: 'target', trajectories: [{ states: [0], actions: [0], rewards: [1] }] }

const batch = fromSteps({ discount: 1, provenance: 'on-policy', episodes: 'complete', trajectories: [{ reward: [1], behaviourLogProb: [-1], end: 'terminated' }] })
const open = E.isRight(batch) ? batch.right : (undefined as never)

const over = (x: Json, more: Json): Json => ({ ...x, ...more })
const one = { states: [0], actions: [0], rewards: [1] }

/** Every place in code that takes named parts: an input that it accepts, and where in it a key is put. */
const inCode: Readonly<Record<string, readonly [good: Json, make: (input: Json) => Result, put?: (input: Json, more: Json) => Json, path?: string]>> = {
  fromSteps: [steps, (x) => fromSteps(x as never)],
  'a trajectory': [steps, (x) => fromSteps(x as never), (x, more) => ({ ...x, trajectories: [{ ...trajectory, ...more }] }), 'trajectories[0]'],
  'an end': [steps, (x) => fromSteps(x as never), (x, more) => ({ ...x, trajectories: [{ ...trajectory, end: { truncated: { value: 7, ...more } } }] }), 'trajectories[0].end.truncated'],
  'a tagged end': [steps, (x) => fromSteps(x as never), (x, more) => ({ ...x, trajectories: [{ ...trajectory, end: { _tag: 'Truncated', value: 7, ...more } }] }), 'trajectories[0].end'],
  fromColumns: [flat, (x) => fromColumns(x as never)],
  fromPadded: [padded, (x) => fromPadded(x as never)],
  reuse: [{ logProb: [-2], version: 3 }, (x) => reuse(x as never)(open)],
  mdp: [world as unknown as Json, mdp],
  linearQuadratic: [scalar, linearQuadratic],
  chain: [{ length: 2, horizon: 2, discount: 1 }, (x) => chain(x as never)],
  frozenLake: [{ horizon: 1, discount: 1 }, (x) => frozenLake(x as never)],
  cliffWalking: [{ horizon: 1, discount: 1 }, (x) => cliffWalking(x as never)],
  'a setting': [{ mdp: world }, (x) => exactOfAll(x as never)([])],
  'a setting of episodes': [{ mdp: bandit([1, 0], [0.5, 0.5]) }, (x) => episodes(x as never)([one])],
  'an episode': [one, (x) => episodes({ mdp: bandit([1, 0], [0.5, 0.5]) })([x]), over, 'trajectories[0]'],
}
const text = (result: Result): string => (E.isLeft(result) ? describeProblems(result.left) : 'no problem')

const keys = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_'), minLength: 1, maxLength: 10 }),
  fc.constantFrom('terminals', 'rewards', 'dones', 'start_time', '__proto__', 'constructor', 'toString', 'a b', '\u001b[2J', 'x'.repeat(500)),
)
/** An own key, whatever its name. */
const own = (key: string, value: unknown): Json => Object.defineProperty({}, key, { value, enumerable: true, configurable: true }) as Json
const values = fc.constantFrom<unknown>([1, 2], 1, 'x', null, true, {}, [[1]])

describe('in code, a key that is not known is a problem', () => {
  for (const [name, [good, make, put = over, path = '']] of Object.entries(inCode)) {
    it(`${name}: what has none is accepted`, () => expect(text(make(good))).toBe('no problem'))
    it(`${name}: any`, () => {
      // Names that a part may have beside those of the good input.
      const known = text(make(put(good, { zzzzzzzzzzzzzzzzzz: 1 }))).match(/one of ([^(]*) \(nearest/)?.[1].split(', ') ?? []
      expect(known.length).toBeGreaterThan(1)
      fc.assert(
        fc.property(keys, values, (key, value) => {
          fc.pre(!known.includes(key) && key !== '__proto__' && !(name === 'a tagged end' && key === '_tag'))
          const result = make(put(good, own(key, value)))
          if (E.isRight(result)) throw new Error(`${key} was taken`)
          const problem = result.left.find(({ got }) => got === (key.length < 70 ? JSON.stringify(key) : got))
          expect(problem?.path.startsWith(path)).toBe(true)
          expect(problem?.expected).not.toBe('')
        }),
        { numRuns: 300 },
      )
    })
  }

  it('the nearest name is among the words', () => {
    expect(text(fromPadded({ ...padded, truncatd: [[0, 0]] } as never))).toBe('truncatd: expected truncated, got "truncatd"')
    expect(text(fromSteps({ discount: 1, provenance: 'on-policy', episode: 'complete', trajectories: [{ reward: [1], end: 'terminated' }] } as never))).toContain('episode: expected episodes, got "episode"')
    expect(text(fromSteps({ ...steps, discuont: 1 } as never))).toBe('discuont: expected discount, got "discuont"')
    expect(text(mdp({ ...world, Gamma: 1 }))).toBe('Gamma: expected gamma, got "Gamma"')
    expect(text(exactOfAll({ mdp: worlds.rtgRaisesVariance.mdp, batch_size: 2 } as never)([]))).toBe('batch_size: expected batchSize, got "batch_size"')
  })
  // Every world that is made from options, so that none of them reads its names in a way of its own.
  for (const [name, make, good] of [
    ['chain', chain, { length: 2, horizon: 2 }],
    ['frozenLake', frozenLake, { horizon: 2 }],
    ['cliffWalking', cliffWalking, { horizon: 2 }],
  ] as const)
    it(`${name}: a name from elsewhere is pointed to ours`, () => {
      const said = text(make({ ...good, gamma: 1, logits: [] } as never))
      expect(said).toBe('gamma: expected discount, gamma in [0, 1], got "gamma"\nlogits: expected theta, logits of the target policy, got "logits"')
    })
  it('an array under a name of its own: how it is declared; and the trajectory has the steps of what is declared', () => {
    const only = (columns: object) => fromSteps({ ...header, provenance: 'on-policy', trajectories: [{ ...columns, end: 'timeLimit' }] } as never)
    const said = text(only({ novelty: [1, 2] }))
    expect(said).toContain('trajectories[0].novelty: expected one of reward,')
    expect(said).toContain('or columns: { novelty: [...] } for a column of your own')
    expect(said).not.toContain('at least one step')
    expect(text(only({}))).toContain('at least one step')
    expect(text(only({ columns: { novelty: [1, 2] } }))).toBe('no problem')
    expect(text(only({ columns: { novelty: [] } }))).toContain('at least one step')
  })
})

/** Names from real files, papers and programs, in the place where they stand there, and ours. */
const foreign: Readonly<Record<string, readonly (readonly [keys: string, ours: string])[]>> = {
  mdp: [
    ['terminals is_terminal isTerminal done dones absorbing_states terminal_states goal', 'terminal'],
    ['discount DISCOUNT discount_factor discountFactor df Gamma', 'gamma'],
    ['horizon H max_steps max_episode_steps maxSteps', 'T'],
    ['n_states nS num_states numStates states', 'S'],
    ['n_actions nA num_actions actions', 'A'],
    ['rewards reward REWARD reward_matrix', 'R'],
    ['transitions transition_matrix transition_probs p', 'P'],
    ['initial_state_distribution isd mu0 d0 start_distribution', 'rho'],
    ['pi target_policy pi_e', 'policy'],
    ['behavior_policy pi_b behaviour_policy behaviorPolicy', 'behaviourPolicy'],
    ['logits', 'theta'],
    ['theta_behaviour theta_old', 'thetaBehaviour'],
  ],
  // D4RL, Minari, RLDS, SB3, CleanRL, RLlib, TRL, verl, OpenRLHF, Tianshou.
  trajectory: [
    ['rewards rews r token_level_rewards', 'reward'],
    ['terminals timeouts terminations truncations terminated truncated dones done is_terminal is_last TimeLimit.truncated', 'end'],
    ['log_probs logprobs logp logps log_prob LOG_PROB per_token_logps action_log_probs', 'logProb'],
    ['old_log_probs old_log_prob oldLogProbs old_logp old_per_token_logps behavior_log_prob action_logp b_logprobs', 'behaviourLogProb'],
    ['ref_log_prob ref_logprobs ref_per_token_logps reference_log_prob', 'referenceLogProb'],
    ['rollout_log_probs vllm_logprobs rollout_log_prob', 'rolloutLogProb'],
    ['values value_preds vf_preds state_values', 'value'],
    ['q_values qvalues q', 'actionValue'],
    ['group_id uid prompt_id groups', 'group'],
    ['start_time startTimes t0 timesteps start_step', 'startTime'],
    ['bootstrap_value next_values final_observation last_value', 'end'],
    ['actions', 'action'],
    ['episode_length seq_len', 'length'],
  ],
  batch: [
    ['gamma discount_factor Gamma', 'discount'],
    ['on_policy', 'provenance'],
    ['policy_version', 'version'],
    ['rewards old_log_probs', 'trajectory'],
    ['start_time group_ids', 'trajectory'],
  ],
  columns: [
    ['rewards rew', 'reward'],
    ['terminals timeouts dones done terminations truncations', 'ends'],
    ['episode_starts cu_seqlens episode_ids lengths', 'offsets'],
    ['start_times', 'startTime'],
    ['old_logprobs', 'behaviourLogProb'],
  ],
  episode: [
    ['observations obs state', 'states'],
    ['action acts', 'actions'],
    ['reward', 'rewards'],
    ['next_states next_observations nextState', 'nextStates'],
    ['terminals truncations', 'MDP'],
  ],
  cut: [
    ['values bootstrap_value next_value', 'value'],
    ['final_observation next_obs', 'successor'],
  ],
}
const bare = { reward: [1, 2], end: 'timeLimit' }
const files: Readonly<Record<string, { readonly put: (more: Json) => Json; readonly codec: typeof batchCodec | typeof mdpCodec | null; readonly unread: (json: unknown) => readonly string[] }>> = {
  mdp: { put: (more) => ({ S: 1, A: 1, T: 1, gamma: 1, rho: [1], P: [[[1]]], R: [[1]], policy: [[1]], ...more }), codec: mdpCodec, unread: unreadInMdp },
  trajectory: { put: (more) => ({ ...header, trajectories: [{ ...bare, ...more }] }), codec: batchCodec, unread: unreadInBatch },
  batch: { put: (more) => ({ ...header, trajectories: [bare], ...more }), codec: batchCodec, unread: unreadInBatch },
  columns: { put: (more) => ({ ...header, offsets: [0, 2], reward: [1, 2], ends: ['timeLimit'], ...more }), codec: batchCodec, unread: unreadInBatch },
  cut: { put: (more) => ({ ...header, trajectories: [{ reward: [1], end: { truncated: { ...more } } }] }), codec: batchCodec, unread: unreadInBatch },
}
const decoded = (place: string, more: Json): E.Either<string, unknown> => {
  const { put, codec } = files[place]
  return E.mapLeft((errors: never) => describeProblems(problemsOf()(errors)))((codec ?? mdpCodec).decode(put(more)) as E.Either<never, unknown>)
}

describe('in files, a key that means one of ours elsewhere is refused and pointed to ours', () => {
  for (const [place, rows] of Object.entries(foreign))
    if (place in files)
      for (const [names, ours] of rows)
        it(`${place}: ${ours}`, () => {
          for (const name of names.split(' ')) {
            const result = decoded(place, { [name]: [1, 2] })
            if (E.isRight(result)) throw new Error(`${name} was taken`)
            const line = result.left.split('\n').find((problem) => problem.endsWith(`got "${name}"`))
            expect(line, name).toContain(ours)
          }
        })
  it('recorded episodes', async () => {
    const { batchKeys } = await import('../../src/codec/keys.ts')
    for (const [names, ours] of foreign['episode'])
      for (const name of names.split(' ')) {
        const { refused } = batchKeys({ ...recorded, trajectories: [{ ...recorded.trajectories[0], [name]: [1] }] })
        expect(refused.map(({ path, expected }) => `${path} ${expected}`).join('\n'), name).toMatch(new RegExp(`^trajectories\\[0\\]\\.${name} .*${ours}`))
      }
  })
})

describe('in files, every other key is named', () => {
  const names = fc.oneof(
    fc.constantFrom('note', 'seed', 'comment', 'infos', 'id', 'author', 'created_by', 'env', 'description'),
    fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz_'), minLength: 1, maxLength: 12 }),
    fc.string({ minLength: 1, maxLength: 8 }),
  )
  for (const [place, { put, unread }] of Object.entries(files))
    it(`${place}: refused, or read by name, or named; never dropped`, () => {
      let named = 0
      fc.assert(
        fc.property(names, (key) => {
          fc.pre(key !== '__proto__')
          const before = unread(put({}))
          expect(before).toEqual([])
          const now = unread(put(own(key, 'anything')))
          const result = decoded(place, own(key, 'anything'))
          // A key of ours has the wrong kind of value now; a foreign one is refused.
          if (now.length === 0) expect(E.isLeft(result), key).toBe(true)
          else {
            named += 1
            expect(now).toHaveLength(1)
            expect(E.isRight(result), key).toBe(true)
          }
        }),
        { numRuns: 500 },
      )
      expect(named).toBeGreaterThan(100)
    })
  it('unrelated ones are not taken for ours', () => {
    for (const key of ['note', 'seed', 'comment', 'infos', 'id', 'author', 'env', 'description', 'name', 'dataset_version'])
      for (const [place, { put, unread }] of Object.entries(files)) expect(unread(put({ [key]: 1 })), `${place} ${key}`).toHaveLength(1)
  })
  it('one that every trajectory has is named once', () =>
    expect(unreadInBatch({ ...header, trajectories: [{ ...bare, infos: 1 }, { ...bare, infos: 2 }, { ...bare, note: 3 }] })).toEqual(['trajectories[0].infos', 'trajectories[2].note']))
  it('a name of ours with a slip in it is refused', () => {
    const long = ['discount', 'provenance', 'episodes', 'trajectories', 'behaviourLogProb', 'startTime', 'thetaBehaviour', 'terminal', 'reward', 'value', 'gamma']
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), fc.constantFrom(...'abcxyz'), fc.constantFrom('left out', 'put in', 'changed', 'swapped'), (name, k, letter, slip) => {
        const at = k % (name.length - 1)
        const wrong = {
          'left out': name.slice(0, at) + name.slice(at + 1),
          'put in': name.slice(0, at) + letter + name.slice(at),
          changed: name.slice(0, at) + letter + name.slice(at + 1),
          swapped: name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2),
        }[slip]
        fc.pre(wrong !== name)
        expect(editDistance(wrong, name)).toBe(1)
        const place = ['gamma', 'thetaBehaviour', 'terminal'].includes(name) ? 'mdp' : ['reward', 'value', 'behaviourLogProb', 'startTime'].includes(name) ? 'trajectory' : 'batch'
        expect(E.isLeft(decoded(place, { [wrong]: [1, 2] })), wrong).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})

