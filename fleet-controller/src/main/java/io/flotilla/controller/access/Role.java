package io.flotilla.controller.access;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What somebody is to the fleet. Nobody has a permission that none of their roles has. */
public enum Role {
  /** Looks. */
  VIEWER(EnumSet.of(Permission.READ)),
  /** Runs the fleet: devices, commands, rollouts. */
  OPERATOR(
      EnumSet.of(
          Permission.READ, Permission.DEVICE_WRITE, Permission.COMMAND, Permission.ROLLOUT_WRITE)),
  /** Makes models: versions, datasets, runs. */
  PUBLISHER(
      EnumSet.of(
          Permission.READ, Permission.MODEL_WRITE, Permission.DATA_WRITE, Permission.RUN_WRITE)),
  /** Approves the rollouts of others. */
  APPROVER(EnumSet.of(Permission.READ, Permission.APPROVE)),
  /** May do everything. */
  ADMIN(EnumSet.allOf(Permission.class));

  @SuppressWarnings("ImmutableEnumChecker") // copied by Set.copyOf
  private final Set<Permission> permissions;

  Role(Set<Permission> permissions) {
    this.permissions = Set.copyOf(permissions);
  }

  /** What it may do. */
  public Set<Permission> permissions() {
    return permissions;
  }

  /** As it is written: lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a role.
   *
   * @throws FlotillaException {@code INPUT_INVALID} naming the roles there are
   */
  public static Role parse(String text) {
    for (Role role : values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    throw new FlotillaException(
        ErrorCode.INPUT_INVALID, "a role is viewer, operator, publisher, approver or admin");
  }
}
