export { compare } from './compare.ts'
export type { ComparedRow, Comparison, NotComparedRow, Row } from './compare.ts'
export { plotOf } from './plot.ts'
