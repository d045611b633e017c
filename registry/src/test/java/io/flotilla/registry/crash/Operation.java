package io.flotilla.registry.crash;

/** Something that an operator does. */
sealed interface Operation {
  /** Registers the bundle of this number. */
  record Register(int bundle) implements Operation {}

  /** Sets the one tag of a version. */
  record Tag(int version, String value) implements Operation {}

  /** Moves an alias to a version. */
  record MoveAlias(String alias, int version) implements Operation {}

  /** Deletes a version. */
  record Delete(int version) implements Operation {}

  /** Collects the blobs that nobody uses. */
  record Collect() implements Operation {}
}
