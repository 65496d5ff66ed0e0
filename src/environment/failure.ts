/** An environment, or who acts in it, did what it must not: which one, in which copy, at which step, and what to do. */
export class EnvironmentFailure extends Error {
  override readonly name = 'EnvironmentFailure'
  /** Name of the environment. */
  readonly environment: string
  /** Which copy, from 0. */
  readonly copy: number
  /** Index of the step in its episode, from 0. */
  readonly step: number

  constructor(where: { readonly environment: string; readonly copy: number; readonly step: number }, what: string) {
    super(`${where.environment}, copy ${where.copy}, step ${where.step}: ${what}`)
    this.environment = where.environment
    this.copy = where.copy
    this.step = where.step
  }
}
