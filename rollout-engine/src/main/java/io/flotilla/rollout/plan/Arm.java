package io.flotilla.rollout.plan;

import io.flotilla.protocol.message.VersionRef;

/**
 * One version of a rollout.
 *
 * @param name 1 to 32 of a-z 0-9 -
 * @param version what its devices shall run
 * @param share the part of the devices that get it, above 0 to 1
 * @param control whether the others are compared with it
 */
public record Arm(String name, VersionRef version, double share, boolean control) {
  /** Name of the only arm of a rollout with one version. */
  public static final String ONLY = "only";

  /**
   * Checks name and share.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Arm {
    if (!name.matches("[a-z0-9-]{1,32}")) {
      throw PlanInvalid.because("an arm's name is 1 to 32 of a-z 0-9 -");
    }
    if (!(share > 0 && share <= 1)) {
      throw PlanInvalid.because(
          "the share of arm %s is above 0 to 1, not %s".formatted(name, share));
    }
  }
}
