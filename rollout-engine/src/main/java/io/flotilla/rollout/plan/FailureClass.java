package io.flotilla.rollout.plan;

import io.flotilla.bundle.failure.ErrorCode;
import java.util.Arrays;
import java.util.Optional;

/** Why a device did not commit, as far as trying again is concerned. */
public enum FailureClass {
  /** The network or the moment: may well work next time. */
  TRANSIENT,
  /** A signature, a key or a permission. */
  TRUST,
  /** The device lacks what the version needs. */
  UNFIT,
  /** The version itself: it does not load, proves wrong or fails while on probation. */
  MODEL,
  /** Anything else. */
  OTHER;

  /** The class of a code; {@code OTHER} for names that are none. */
  public static FailureClass of(String code) {
    Optional<ErrorCode> known =
        Arrays.stream(ErrorCode.values()).filter(c -> c.name().equals(code)).findFirst();
    return known.map(FailureClass::of).orElse(OTHER);
  }

  /** The class of a code. */
  public static FailureClass of(ErrorCode code) {
    return switch (code) {
      case DISK_FULL, ACCELERATOR_UNAVAILABLE, DEVICE_UNFIT, MODEL_TOO_NEW, MODEL_UNSUPPORTED ->
          UNFIT;
      case STORAGE_FAILED, SPOOL_FULL -> TRANSIENT;
      case LOAD_FAILED, SCORING_FAILED, PROBATION_FAILED -> MODEL;
      default ->
          switch (code.errorClass()) {
            case NETWORK -> TRANSIENT;
            case PERMISSION -> TRUST;
            case BUNDLE -> MODEL;
            default -> OTHER;
          };
    };
  }
}
