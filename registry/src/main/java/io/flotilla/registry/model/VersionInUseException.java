package io.flotilla.registry.model;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;

/** {@code VERSION_IN_USE}: a version cannot be deleted, and what uses it. */
public final class VersionInUseException extends FlotillaException {
  /** Most users that are named one by one; the others are counted. */
  public static final int MAX_USERS = 100;

  /** Most users that the message names. */
  public static final int MAX_IN_MESSAGE = 5;

  private static final long serialVersionUID = 1L;

  private final transient List<String> users;
  private final int userCount;

  /**
   * A version that is in use.
   *
   * @param users ids of devices and rollouts, 1 or more
   */
  VersionInUseException(ModelVersion version, List<String> users) {
    super(ErrorCode.VERSION_IN_USE, message(version, users));
    this.users = List.copyOf(users.subList(0, Math.min(MAX_USERS, users.size())));
    this.userCount = users.size();
  }

  private static String message(ModelVersion version, List<String> users) {
    int named = Math.min(MAX_IN_MESSAGE, users.size());
    int left = users.size() - named;
    return "%s is in use by %s%s: roll another version out, or revoke devices that are gone"
        .formatted(
            version.reference(),
            String.join(", ", users.subList(0, named)),
            left == 0 ? "" : " and %d more".formatted(left));
  }

  /** The first {@link #MAX_USERS} ids of what uses it: devices and rollouts. */
  public List<String> users() {
    return users;
  }

  /** How many use it, those not named included. */
  public int userCount() {
    return userCount;
  }
}
