/** A file of a record could not be written; what was there before is as it was. */
export class RecordNotWritten extends Error {
  override readonly name = 'RecordNotWritten'
  /** The file that was to be written. */
  readonly path: string

  constructor(path: string, cause: unknown, kept: string) {
    super(`${path} could not be written: ${cause instanceof Error ? cause.message : String(cause)}; ${kept}`, { cause })
    this.path = path
  }
}
