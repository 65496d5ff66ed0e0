/** Training has stopped because something was not a number, or failed: in which update, after how many steps, and in what. */
export class TrainingStopped extends Error {
  override readonly name = 'TrainingStopped'
  /** Updates that were finished before. */
  readonly update: number
  /** Environment steps that were taken before this update. */
  readonly steps: number
  /** What was being computed: `parameters`, `gradient norm`, `sampling` ... */
  readonly metric: string
  /** The last checkpoint that was written, if there is one. */
  readonly checkpoint: string | null
  /** What was wrong, without where. */
  readonly what: string

  constructor(
    { update, steps, metric, checkpoint = null }: { readonly update: number; readonly steps: number; readonly metric: string; readonly checkpoint?: string | null },
    what: string,
    cause?: unknown,
  ) {
    super(
      `training stopped in update ${update}, after ${steps} steps: ${metric}: ${what}${checkpoint === null ? '' : `; the last good checkpoint is ${checkpoint}`}`,
      cause === undefined ? undefined : { cause },
    )
    this.update = update
    this.steps = steps
    this.metric = metric
    this.checkpoint = checkpoint
    this.what = what
  }
}
