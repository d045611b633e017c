package io.flotilla.cli.bench;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import picocli.CommandLine.Option;

/** How large the fleet is that {@code flotilla bench fleet} makes. */
final class FleetPlan {
  /**
   * Most devices of the connected ones that are there first, to see what each of the rest costs.
   */
  private static final int FEW = 1000;

  @Option(
      names = "--devices",
      defaultValue = "100000",
      paramLabel = "N",
      description = "Devices that are registered; default ${DEFAULT-VALUE}.")
  private int devices;

  @Option(
      names = "--connected",
      defaultValue = "10000",
      paramLabel = "N",
      description = "Devices of those that connect; default ${DEFAULT-VALUE}.")
  private int connected;

  @Option(
      names = "--status-per-s",
      defaultValue = "5000",
      paramLabel = "N",
      description = "Status messages a second, of all devices together; default ${DEFAULT-VALUE}.")
  private int statusPerSecond;

  @Option(
      names = "--seconds",
      defaultValue = "60",
      paramLabel = "N",
      description = "For how long; default ${DEFAULT-VALUE}.")
  private int seconds;

  /** Returns if the numbers fit together. */
  void requireSound() {
    boolean fits =
        connected >= 10
            && connected <= devices
            && devices <= 1_000_000
            && statusPerSecond >= 1
            && statusPerSecond <= 100_000
            && seconds >= 1
            && seconds <= 3600;
    if (!fits) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "--connected is 10 to --devices, --devices up to 1000000, --status-per-s 1 to 100000,"
              + " --seconds 1 to 3600");
    }
  }

  int devices() {
    return devices;
  }

  int connected() {
    return connected;
  }

  /** Devices that connect first: a tenth of them, 1,000 at most. */
  int few() {
    return Math.min(FEW, connected / 10);
  }

  int statusPerSecond() {
    return statusPerSecond;
  }

  int seconds() {
    return seconds;
  }
}
