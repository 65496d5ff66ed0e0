/** What can follow an action: next state (-1 where it is not told apart), its probability, the reward, whether the episode ends. */
export interface Branch {
  readonly next: number
  readonly probability: number
  readonly reward: number
  readonly ends: boolean
}

/**
 * Every step that can be taken, numbered: those before the last decision, then those of the last one, each by state, action and what
 * follows. Flat, since very many are gone through.
 */
export interface Moves {
  /** Where the moves of each state and action begin: index s A + a, and (S + s) A + a for the last decision. [2 S A + 1] */
  readonly begin: Int32Array
  /** Probability of the action under the policy that samples, and of what follows; 0 where it is below the numbers. [moves] */
  readonly probability: Float64Array
  /** Its logarithm, which is finite: a move that cannot be taken is not among them. [moves] */
  readonly logProbability: Float64Array
  /** Next state; -1 where there is none, since the episode ends or the horizon is reached. [moves] */
  readonly next: Int32Array
  /** 1: the episode ends in a terminal state. [moves] */
  readonly ends: Uint8Array
  /** s A + a of its state and action. [moves] */
  readonly pair: Int32Array
  readonly reward: Float64Array
  /** log pi(a|s) of the target policy. [moves] */
  readonly logTarget: Float64Array
  /** log mu(a|s) of the policy that samples. [moves] */
  readonly logSampler: Float64Array
}

/** What moves are made from: see `Model`. */
export interface MovesInput {
  readonly S: number
  readonly A: number
  readonly branches: readonly (readonly Branch[])[]
  readonly lastBranches: readonly (readonly Branch[])[]
  readonly samples: Float64Array
  readonly logTarget: Float64Array
  readonly logSampler: Float64Array
}

/** The moves of a model. */
export const movesOf = ({ S, A, branches, lastBranches, samples, logTarget, logSampler }: MovesInput): Moves => {
  // Whether an action can be taken is told by its log-probability: exp of it may underflow.
  const all = [...branches, ...lastBranches].map((follows, row) => (logSampler[row % (S * A)] === -Infinity ? [] : follows))
  const count = all.reduce((sum, { length }) => sum + length, 0)
  const moves = {
    begin: new Int32Array(all.length + 1),
    probability: new Float64Array(count),
    logProbability: new Float64Array(count),
    next: new Int32Array(count),
    ends: new Uint8Array(count),
    pair: new Int32Array(count),
    reward: new Float64Array(count),
    logTarget: new Float64Array(count),
    logSampler: new Float64Array(count),
  }
  let m = 0
  for (const [row, follows] of all.entries()) {
    const isLast = row >= S * A
    const pair = row % (S * A)
    for (const { next, probability, reward, ends } of follows) {
      moves.probability[m] = samples[pair] * probability
      moves.logProbability[m] = logSampler[pair] + Math.log(probability)
      moves.next[m] = isLast || ends ? -1 : next
      moves.ends[m] = ends ? 1 : 0
      moves.pair[m] = pair
      moves.reward[m] = reward
      moves.logTarget[m] = logTarget[pair]
      moves.logSampler[m] = logSampler[pair]
      m++
    }
    moves.begin[row + 1] = m
  }
  return moves
}
