/** Why a data folder cannot be opened, in a sentence for the operator. */
export class StoreRefused extends Error {
  override name = 'StoreRefused'
}
