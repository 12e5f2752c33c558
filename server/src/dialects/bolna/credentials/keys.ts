/** A key of the account in the form this vendor's clients pass on untouched: `bn-`, the key's SID and its secret, all hex. */
export function bolnaKey(sid: string, secret: string): string {
  return `bn-${sid.slice(2)}${secret}`
}

/** Undefined: it is not of that form. */
export function readBolnaKey(token: string): { readonly sid: string; readonly secret: string } | undefined {
  const [, sid, secret] = /^bn-([0-9a-f]{32})([0-9a-f]{32,128})$/.exec(token) ?? []
  return sid === undefined || secret === undefined ? undefined : { sid: `SK${sid}`, secret }
}
