import type { Coupling } from './weighting.ts'

const order: readonly Coupling[] = ['none', 'exchangeable', 'ordered']

/** The stronger of two couplings. */
export const strongest = (some: Coupling, more: Coupling): Coupling => (order.indexOf(some) > order.indexOf(more) ? some : more)
