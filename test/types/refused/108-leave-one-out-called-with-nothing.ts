import { leaveOneOut } from 'estimand'

export const wrong = leaveOneOut() // refused: leaveOneOut: write baseline(leaveOneOut), or baseline(leaveOneOut({ ended: 'zero' }))
