package io.flotilla.bundle.golden;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.Printable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All golden cases of a bundle.
 *
 * @param cases in the order to run them, at most 1,024, names distinct
 */
public record GoldenVectors(List<GoldenCase> cases) {
  private static final int MAX_CASES = 1024;

  /**
   * Checks number and names.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if there are too many cases or a name repeats
   */
  public GoldenVectors {
    cases = List.copyOf(cases);
    if (cases.size() > MAX_CASES) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "golden vectors have at most " + MAX_CASES + " cases");
    }
    Set<String> names = new HashSet<>();
    for (GoldenCase one : cases) {
      if (!names.add(one.name())) {
        throw new FlotillaException(
            ErrorCode.INPUT_INVALID,
            "the golden case %s is there twice".formatted(Printable.of(one.name())));
      }
    }
  }
}
