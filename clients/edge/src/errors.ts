/** What can go wrong, said so that a person can mend it: where, found, wanted, remedy. It does not know who reads it. */

export class ForetypeError extends Error {
  override get name(): string {
    return this.constructor.name;
  }
}

/** What a caller gave cannot be used; nothing was changed. */
export class InputError extends ForetypeError {}

/** A file of the engine is missing, damaged or foreign. */
export class ModelError extends ForetypeError {}

/** A file could not be fetched now; it may be there later. */
export class UnreachableError extends ModelError {}

/** What a person wrote cannot be kept or read. */
export class StoreError extends ForetypeError {}
