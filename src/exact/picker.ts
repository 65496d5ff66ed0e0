/** Numbers below a bound that look random, and are the same each time. */
export const picker = (): ((below: number) => number) => {
  let state = 1
  return (below) => {
    state = (state * 48271) % 2147483647
    return Math.floor((state / 2147483647) * below)
  }
}
