/** A piece of mathematics, in plain text for a terminal and in LaTeX for a page. */
export interface Formula {
  readonly text: string
  readonly latex: string
}
