/** The control region of a session: what its agent's program may do with a call. */
export { controlDeadline, decideControlLapse } from './deadline.ts'
export { decideControl } from './decide.ts'
export { controlEffects } from './effects.ts'
export { endingControl } from './ending.ts'
export { evolveControl } from './evolve.ts'
export { withControl } from './following.ts'
export { offerRingsUntil } from './ring.ts'
export { decideSecondLeg } from './second.ts'
