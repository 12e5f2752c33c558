/** `key`: of the reference that the session held. */
export interface KeepReference {
  readonly type: 'keep'
  readonly key: string
}
