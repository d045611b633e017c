package io.flotilla.simulator.fleet;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A simulated fleet. What has no identity in its folder yet is enrolled; what has keeps it.
 *
 * @param directory where each device has its folder, {@code sim-001} and so on
 * @param controller base address of the controller's API; needed only to enrol
 * @param claims one-time claims. If there are as many as devices, each device uses the one at its
 *     own place; otherwise the devices without identity use them in turn
 * @param trustFolder where the operator put {@code trust.json} and {@code root.pem}
 * @param devices number of devices, 1 to 10,000
 * @param seed decides everything random; one seed, one story
 * @param broker where to connect instead of the broker that the controller named
 */
public record FleetConfig(
    Path directory,
    URI controller,
    List<String> claims,
    Path trustFolder,
    int devices,
    long seed,
    Optional<URI> broker) {
  /** Most devices of one fleet. */
  public static final int MAX_DEVICES = 10_000;

  /**
   * Checks everything and reports all that is wrong at once.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public FleetConfig {
    claims = List.copyOf(claims);
    List<String> problems = new ArrayList<>();
    if (devices < 1 || devices > MAX_DEVICES) {
      problems.add("a fleet has 1 to %d devices, not %d".formatted(MAX_DEVICES, devices));
    }
    if (!"https".equals(controller.getScheme())) {
      problems.add("the controller's address must begin with https, unlike " + controller);
    }
    for (String file : List.of("trust.json", "root.pem")) {
      if (!Files.isRegularFile(trustFolder.resolve(file))) {
        problems.add("the trust folder %s has no %s".formatted(trustFolder, file));
      }
    }
    if (!problems.isEmpty()) {
      throw new FlotillaException(ErrorCode.CONFIGURATION_INVALID, String.join("; ", problems));
    }
  }

  /** The devices' ids in order. */
  public List<String> deviceIds() {
    return IntStream.rangeClosed(1, devices).mapToObj(FleetConfig::deviceId).toList();
  }

  /** The id of a device by its number, from 1. */
  public static String deviceId(int number) {
    return "sim-%03d".formatted(number);
  }
}
