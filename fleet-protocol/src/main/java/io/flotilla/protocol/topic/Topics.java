package io.flotilla.protocol.topic;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The topics of one tenant, all below {@code flotilla/1/{tenant}/}.
 *
 * <p>A device publishes only below its own {@code devices/{id}/up/} and reads only its own {@code
 * devices/{id}/down/} and the bundles' topics; the controller does the opposite.
 *
 * @param tenant 1 to 64 characters of {@code a-z 0-9 -}
 */
public record Topics(String tenant) {
  /** The tenant of an installation that has only one. */
  public static final String DEFAULT_TENANT = "default";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final int LEVELS_UP = 7;

  /**
   * Checks the tenant.
   *
   * @throws FlotillaException {@code NAME_INVALID}
   */
  public Topics {
    requireName("tenant", tenant);
  }

  /**
   * Checks a device id or tenant: 1 to 64 characters of {@code a-z 0-9 . _ -}, the first a letter
   * or digit, so that it can be a topic level, a common name and a folder.
   *
   * @return {@code value}
   * @throws FlotillaException {@code NAME_INVALID}
   */
  public static String requireName(String what, String value) {
    if (!NAME.matcher(value).matches()) {
      throw new FlotillaException(
          ErrorCode.NAME_INVALID,
          what + " must be 1 to 64 of a-z 0-9 . _ - and start with a letter or digit");
    }
    return value;
  }

  /** Where a device says this kind of thing. */
  public String up(String deviceId, UpKind kind) {
    return root() + "devices/" + deviceId + "/up/" + kind.level();
  }

  /** Everything a device says. */
  public String upOf(String deviceId) {
    return root() + "devices/" + deviceId + "/up/#";
  }

  /** Everything that all devices say: the controller's subscription. */
  public String upOfAll() {
    return root() + "devices/+/up/#";
  }

  /** The retained, signed desired state of a device. */
  public String assignment(String deviceId) {
    return root() + "devices/" + deviceId + "/down/assignment";
  }

  /** The controller's acknowledgements of spooled messages. */
  public String ack(String deviceId) {
    return root() + "devices/" + deviceId + "/down/ack";
  }

  /** A device's next certificate. */
  public String certificate(String deviceId) {
    return root() + "devices/" + deviceId + "/down/certificate";
  }

  /** Commands to a device. */
  public String command(String deviceId) {
    return root() + "devices/" + deviceId + "/down/command";
  }

  /** Everything that is said to a device. */
  public String downOf(String deviceId) {
    return root() + "devices/" + deviceId + "/down/#";
  }

  /** The broadcast of a bundle's parts. */
  public String bundle(Digest bundle) {
    return root() + "bundles/" + bundle.hex() + "/parts";
  }

  /** The broadcasts of all bundles, as a filter. */
  public String allBundles() {
    return root() + "bundles/+/parts";
  }

  /** Who says what, if {@code topic} is one of this tenant's upward topics; empty otherwise. */
  public Optional<UpTopic> parseUp(String topic) {
    String[] levels = topic.split("/", -1);
    if (levels.length != LEVELS_UP || !topic.startsWith(root() + "devices/")) {
      return Optional.empty();
    }
    if (!levels[5].equals("up") || !NAME.matcher(levels[4]).matches()) {
      return Optional.empty();
    }
    return UpKind.ofLevel(levels[6]).map(kind -> new UpTopic(levels[4], kind));
  }

  private String root() {
    return "flotilla/1/" + tenant + "/";
  }

  /**
   * An upward topic, taken apart.
   *
   * @param deviceId the speaker
   * @param kind what it says
   */
  public record UpTopic(String deviceId, UpKind kind) {}
}
