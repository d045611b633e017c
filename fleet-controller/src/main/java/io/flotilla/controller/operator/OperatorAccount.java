package io.flotilla.controller.operator;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Somebody with tokens of this controller.
 *
 * @param name 1 to 64 of a-z 0-9 . _ @ -
 * @param grants 1 to {@value #MAX_GRANTS}
 * @param createdAtMs Unix time in milliseconds
 * @param by who created it
 */
public record OperatorAccount(String name, List<Grant> grants, long createdAtMs, String by) {
  /** Most grants of one operator. */
  public static final int MAX_GRANTS = 32;

  /** The names of those who are no accounts. */
  private static final Set<String> RESERVED =
      Set.of(Caller.CONTROLLER.name(), LocalAdmin.NAME, "device");

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._@-]{0,63}");

  /**
   * Checks the name and the number of grants.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public OperatorAccount {
    requireName(name);
    grants = List.copyOf(grants);
    if (grants.isEmpty() || grants.size() > MAX_GRANTS) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "an operator has 1 to " + MAX_GRANTS + " grants");
    }
  }

  static void requireName(String name) {
    if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "an operator's name is 1 to 64 of a-z 0-9 . _ @ - and not one of " + RESERVED);
    }
  }

  OperatorAccount granting(List<Grant> others) {
    return new OperatorAccount(name, others, createdAtMs, by);
  }
}
