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

/** A finite MDP with its answers. */
export interface StoredMdp {
  readonly id: string
  readonly S: number
  readonly A: number
  readonly T: number
  readonly gamma: number
  readonly rewardKind: 'sa' | 'sas'
  readonly terminal: readonly boolean[] | null
  readonly theta: readonly (readonly number[])[]
  readonly thetaBehaviour: readonly (readonly number[])[]
  readonly nTrajectories: number
  readonly aux: Readonly<Record<string, Table>>
  readonly truth: Readonly<Record<string, Table>>
  readonly estimators: readonly StoredRow[]
  readonly batches: readonly StoredBatch[]
}

/** mdp.json. */
export interface MdpFile {
  readonly mdps: readonly StoredMdp[]
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
