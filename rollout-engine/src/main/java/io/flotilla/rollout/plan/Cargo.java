package io.flotilla.rollout.plan;

import io.flotilla.protocol.message.VersionRef;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;

/**
 * What a rollout brings: one version, or several versions of one model that share the devices.
 *
 * @param arms 1 to {@value #MAX_ARMS}, their shares add up to 1
 */
public record Cargo(List<Arm> arms) {
  /** Most arms of a rollout. */
  public static final int MAX_ARMS = 16;

  private static final double SHARE_TOLERANCE = 1e-6;
  private static final double UNIT = 0x1.0p-53;
  private static final int UNUSED_BITS = 11;

  /**
   * Checks that the arms go together.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID}
   */
  public Cargo {
    arms = List.copyOf(arms);
    PlanInvalid.range("the number of arms", arms.size(), 1, MAX_ARMS);
    if (arms.stream().map(Arm::name).distinct().count() < arms.size()) {
      throw PlanInvalid.because("two arms have the same name");
    }
    if (arms.stream().map(arm -> arm.version().model()).distinct().count() > 1) {
      throw PlanInvalid.because("all arms of a rollout are versions of one model");
    }
    if (arms.stream().filter(Arm::control).count() > 1) {
      throw PlanInvalid.because("a rollout has at most one control");
    }
    double shares = arms.stream().mapToDouble(Arm::share).sum();
    if (Math.abs(shares - 1) > SHARE_TOLERANCE) {
      throw PlanInvalid.because("the shares of the arms add up to %s, not to 1".formatted(shares));
    }
  }

  /** One version for every device. */
  public static Cargo of(VersionRef version) {
    return new Cargo(List.of(new Arm(Arm.ONLY, version, 1, false)));
  }

  /** The version that the rollout is listed under: the first arm's that is no control. */
  public VersionRef version() {
    return arms.stream()
        .filter(arm -> !arm.control())
        .findFirst()
        .orElse(arms.getFirst())
        .version();
  }

  /** The arm that the others are compared with, if there is one. */
  public Optional<Arm> control() {
    return arms.stream().filter(Arm::control).findFirst();
  }

  /** The arm of this name. */
  public Arm arm(String name) {
    return arms.stream()
        .filter(arm -> arm.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no arm is called " + name));
  }

  /**
   * The arm of a device: the same for the same rollout, whoever else is in it; each arm gets its
   * share of many devices. Formula: the first 53 bits of SHA-256(rollout "/" device) as a number in
   * [0, 1), looked up in the running sum of the shares.
   */
  public Arm of(String rollout, String device) {
    double drawn = draw(rollout + "/" + device);
    double sum = 0;
    for (Arm arm : arms) {
      sum += arm.share();
      if (drawn < sum) {
        return arm;
      }
    }
    return arms.getLast();
  }

  private static double draw(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return (ByteBuffer.wrap(digest).getLong() >>> UNUSED_BITS) * UNIT;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
