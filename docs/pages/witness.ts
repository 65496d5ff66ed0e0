/** A reason shown by a world: the word that adds it, the pipeline, and the world with both gradients. */
export interface Shown {
  readonly word: string
  readonly reason: string
  readonly json: string
  readonly report: string
}
