/** A reference that names no session any more. */
export interface UsedReference {
  readonly key: string
}
