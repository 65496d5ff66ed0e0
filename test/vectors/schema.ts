/** A number, or a table of them, as the files hold it. */
export type Table = number | readonly Table[]

/** One trajectory of a stored batch. */
export interface StoredTrajectory {
  readonly states: readonly number[]
  readonly actions: readonly number[]
  readonly rewards: readonly number[]
  readonly nextStates: readonly number[]
}

/** A stored batch and what each estimator makes of it. */
export interface StoredBatch {
  readonly sampling: 'target' | 'behaviour'
  readonly N: number
  readonly trajectories: readonly StoredTrajectory[]
  readonly results: Readonly<Record<string, { readonly gradient: readonly number[]; readonly weights?: readonly (readonly number[])[] }>>
}

/** An exact expectation. */
export interface StoredRow {
  readonly id: string
  readonly sampling: 'target' | 'behaviour'
  readonly coupled: boolean
  readonly N: number
  readonly target: string
  readonly expectation: readonly number[]
  readonly bias: readonly number[]
  readonly covDiag: readonly number[]
  readonly covTrace: number
  readonly unbiased: boolean
  readonly lawFactor?: number
}

/** Kullback-Leibler divergences and their estimators k1, k2, k3 in one state. */
export interface StoredKl {
  readonly state: number
  readonly klTargetRef: number
  readonly klRefTarget: number
  readonly gradKlTargetRef: readonly number[]
  readonly gradKlRefTarget: readonly number[]
  readonly onPolicy: Readonly<Record<string, Readonly<Record<string, Table>>>>
  readonly offPolicy: Readonly<Record<string, Readonly<Record<string, Table>>>>
  readonly offPolicyReverse: Readonly<Record<string, Readonly<Record<string, Table>>>>
}

/** A finite MDP with its answers. */
export interface StoredMdp {
  readonly id: string
  readonly seed: number
  readonly S: number
  readonly A: number
  readonly T: number
  readonly gamma: number
  readonly rewardKind: 'sa' | 'sas'
  readonly terminal: readonly boolean[] | null
  readonly rho: readonly number[]
  readonly P: Table
  readonly R: Table
  readonly theta: readonly (readonly number[])[]
  readonly thetaBehaviour: readonly (readonly number[])[]
  readonly nTrajectories: number
  readonly aux: Readonly<Record<string, Table>>
  readonly truth: Readonly<Record<string, Table>>
  readonly trustRegion: Readonly<Record<string, Table>>
  readonly klEstimators: readonly StoredKl[]
  readonly ppo: Readonly<Record<string, Table>>
  readonly estimators: readonly StoredRow[]
  readonly batches: readonly StoredBatch[]
}

/** A linear-quadratic problem with its answers. */
export interface StoredLinearQuadratic {
  readonly id: string
  readonly stateDim: number
  readonly actionDim: number
  readonly T: number
  readonly gamma: number
  readonly Amat: readonly (readonly number[])[]
  readonly Bmat: readonly (readonly number[])[]
  readonly W: readonly (readonly number[])[]
  readonly mean0: readonly number[]
  readonly cov0: readonly (readonly number[])[]
  readonly Qcost: readonly (readonly number[])[]
  readonly Rcost: readonly (readonly number[])[]
  readonly K: readonly (readonly number[])[]
  readonly logSigma: number
  readonly b: number
  readonly truth: { readonly J: number; readonly gradK: readonly (readonly number[])[]; readonly gradLogSigma: number }
  readonly estimators: Readonly<Record<string, Pick<StoredRow, 'expectation' | 'covDiag' | 'covTrace' | 'bias' | 'unbiased'>>>
  readonly monteCarloCheck: { readonly samples: number; readonly maxAbsZ: number; readonly comparisons: number }
  readonly quadraturePoints: number
  readonly rollouts: readonly {
    readonly states: readonly (readonly number[])[]
    readonly actions: readonly (readonly number[])[]
    readonly rewards: readonly number[]
    readonly logProbs: readonly number[]
    readonly scores: readonly (readonly number[])[]
    readonly results: Readonly<Record<string, readonly number[]>>
  }[]
}

/** The definition of a finite MDP, without answers. */
export type StoredWorld = Pick<StoredMdp, 'S' | 'A' | 'T' | 'gamma' | 'rewardKind' | 'terminal' | 'rho' | 'P' | 'R' | 'theta' | 'thetaBehaviour'>

/** A claim that is not true, and a world (if one is needed) whose numbers say so. */
export interface StoredCounterexample {
  readonly id: string
  readonly refutes: string
  readonly explanation: string
  readonly numbers: Readonly<Record<string, Table | Readonly<Record<string, Table>>>>
  readonly mdp?: StoredWorld & { readonly b: number }
}

/** mdp.json. */
export interface MdpFile {
  readonly format: string
  readonly version: number
  readonly estimatorNotes: Readonly<
    Record<string, { readonly note: string; readonly sampling: 'target' | 'behaviour'; readonly target: string; readonly coupled: boolean; readonly minN: number }>
  >
  readonly mdps: readonly StoredMdp[]
  readonly lqr: readonly StoredLinearQuadratic[]
  readonly counterexamples: readonly StoredCounterexample[]
}

/** Where the facts of a pipeline come from. */
export interface FactSources {
  readonly value?: string | Table
  readonly actionValue?: string | Table
}

/** pipelines.json. */
export interface PipelineFile {
  readonly pipelines: Readonly<Record<string, { readonly spec: readonly unknown[] | null; readonly why?: string; readonly facts?: FactSources }>>
}

/** An executed episode: what was before the first step, and what came of each action. */
export interface StoredEpisode {
  readonly seed: number
  readonly initialState: readonly number[]
  readonly initialObservation: readonly number[]
  readonly steps: readonly {
    readonly action: number | readonly number[]
    readonly state: readonly number[]
    readonly observation: readonly number[]
    readonly reward: number
    readonly terminated: boolean
    readonly truncated: boolean
  }[]
}

/** The tables of an environment with finitely many states: P[s][a] lists [probability, next state, reward, terminated]. */
export interface StoredTables {
  readonly maxEpisodeSteps: number | null
  readonly nStates: number
  readonly nActions: number
  readonly initial: readonly number[]
  readonly P: Readonly<Record<string, Readonly<Record<string, readonly (readonly [number, number, number, boolean])[]>>>>
}

/** gymnasium.json. */
export interface GymnasiumFile {
  readonly episodes: Readonly<
    Record<string, { readonly gymnasium: string; readonly maxEpisodeSteps: number; readonly episodes: readonly StoredEpisode[] }>
  >
  readonly tabular: Readonly<Record<string, StoredTables>>
}

/** Type of each file by its name. */
export interface Vectors {
  readonly 'mdp.json': MdpFile
  readonly 'pipelines.json': PipelineFile
  readonly 'gymnasium.json': GymnasiumFile
}
