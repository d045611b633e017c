package io.flotilla.registry.model;

import java.util.OptionalInt;

/**
 * Where somebody who moves an alias takes it to be.
 *
 * @param anywhere whether that does not matter
 * @param version at which version, if it does; empty for nowhere: there is no such alias yet, or no
 *     more
 */
public record Expectation(boolean anywhere, OptionalInt version) {
  /** Anywhere or nowhere. */
  public static final Expectation ANY = new Expectation(true, OptionalInt.empty());

  /** Nowhere. */
  public static final Expectation ABSENT = new Expectation(false, OptionalInt.empty());

  /** At this version. */
  public static Expectation at(int version) {
    return new Expectation(false, OptionalInt.of(version));
  }

  /**
   * Whether it is so.
   *
   * @param actual where the alias points to; empty for nowhere
   */
  public boolean holds(OptionalInt actual) {
    return anywhere || version.equals(actual);
  }
}
