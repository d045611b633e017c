package io.flotilla.controller.operator;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.access.Grant;
import io.flotilla.controller.access.Role;
import java.util.List;
import java.util.function.Predicate;

/**
 * Whoever can read the file of mode 600 in the controller's folder: the first admin, who makes the
 * others.
 *
 * @param token whether this is the token of that file; compares in constant time
 */
public record LocalAdmin(Predicate<String> token) {
  /** What audit entries call it. */
  public static final String NAME = "operator";

  private static final List<Grant> GRANTS = List.of(Grant.everywhere(Role.ADMIN));

  Caller caller(String from, String request) {
    return new Caller(NAME, from, request, GRANTS);
  }
}
