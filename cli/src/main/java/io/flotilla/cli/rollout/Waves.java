package io.flotilla.cli.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.codec.Json;

/** The waves of a rollout as typed: {@code 2,50%,100%}. */
final class Waves {
  private Waves() {}

  /**
   * The API's form of the waves.
   *
   * @throws FlotillaException {@code ROLLOUT_PLAN_INVALID} if one is neither a number of devices
   *     nor a percentage up to 100
   */
  static Json parse(String text) {
    Json waves = Json.array();
    for (String wave : text.split(",", -1)) {
      String trimmed = wave.strip();
      boolean percent = trimmed.endsWith("%");
      int number = number(percent ? trimmed.substring(0, trimmed.length() - 1) : trimmed, text);
      if (percent && number > 100) {
        throw invalid(text);
      }
      waves.add(Json.object().put(percent ? "percent" : "devices", number));
    }
    return waves;
  }

  private static int number(String digits, String all) {
    try {
      int number = Integer.parseInt(digits);
      if (number > 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, complaint(all), e);
    }
    throw invalid(all);
  }

  private static FlotillaException invalid(String text) {
    return new FlotillaException(ErrorCode.ROLLOUT_PLAN_INVALID, complaint(text));
  }

  private static String complaint(String text) {
    return "'%s' are no waves: write numbers of devices and percentages, such as 2,50%%,100%%"
        .formatted(text);
  }
}
