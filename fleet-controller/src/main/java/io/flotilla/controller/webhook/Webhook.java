package io.flotilla.controller.webhook;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.name.Names;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A web server that wants events.
 *
 * @param name as {@link Names} allows names
 * @param url where they are posted: https, or http on this machine; or {@code mailto:} and
 *     addresses with commas between; up to {@value #MAX_URL} characters, without user or fragment
 * @param types what the wanted events' types begin with, such as {@code io.flotilla.rollout}; up to
 *     {@value #MAX_TYPES}; none for all
 * @param salt what its secret is derived from, beside the controller's key
 * @param by who saved it last
 * @param atMs when it was saved, Unix time in milliseconds
 */
public record Webhook(
    String name, String url, List<String> types, String salt, String by, long atMs) {
  private static final int MAX_URL = 2000;
  private static final int MAX_TYPES = 50;
  private static final Pattern TYPE = Pattern.compile("io\\.flotilla(\\.[a-z]{1,40}){1,4}");
  private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

  /**
   * Checks everything.
   *
   * @throws FlotillaException {@code NAME_INVALID}, {@code INPUT_INVALID}
   */
  public Webhook {
    Names.requireName("webhook's", name);
    types = List.copyOf(types);
    if (!isAcceptable(url)) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a webhook's url is https, http on this machine, or mailto with up to 10 addresses; it has"
              + " no user and fragment, and at most %d characters".formatted(MAX_URL));
    }
    if (types.size() > MAX_TYPES || !types.stream().allMatch(t -> TYPE.matcher(t).matches())) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "a webhook's types are up to %d beginnings of event types, such as io.flotilla.rollout"
              .formatted(MAX_TYPES));
    }
  }

  /** The same with the secret of another. */
  Webhook withSalt(String value) {
    return new Webhook(name, url, types, value, by, atMs);
  }

  /** Whether it gets e-mail. */
  boolean isMail() {
    return url.startsWith(Mailer.SCHEME);
  }

  private static boolean isAcceptable(String url) {
    if (url.length() > MAX_URL) {
      return false;
    }
    if (url.startsWith(Mailer.SCHEME)) {
      return Mailer.isAcceptable(url);
    }
    try {
      URI uri = new URI(url);
      String scheme = Optional.ofNullable(uri.getScheme()).orElse("").toLowerCase(Locale.ROOT);
      String host = Optional.ofNullable(uri.getHost()).orElse("");
      boolean secure =
          scheme.equals("https") || (scheme.equals("http") && THIS_MACHINE.contains(host));
      return secure
          && !host.isEmpty()
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /**
   * Whether it wants events of this type. Nobody gets those of webhooks themselves: a failure would
   * tell of a failure for ever.
   */
  boolean wants(String type) {
    if (type.startsWith(Webhooks.OWN_EVENTS)) {
      return false;
    }
    return types.isEmpty()
        || types.stream().anyMatch(t -> type.equals(t) || type.startsWith(t + "."));
  }
}
