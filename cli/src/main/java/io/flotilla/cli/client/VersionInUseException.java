package io.flotilla.cli.client;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;

/** The controller did not delete a version because something uses it; names what does. */
public final class VersionInUseException extends FlotillaException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> users;
  private final int userCount;

  VersionInUseException(String detail, List<String> users, int userCount) {
    super(ErrorCode.VERSION_IN_USE, detail);
    this.users = List.copyOf(users);
    this.userCount = userCount;
  }

  /** Ids of devices and rollouts that use it, as many as the controller names. */
  public List<String> users() {
    return users;
  }

  /** How many use it. */
  public int userCount() {
    return userCount;
  }
}
