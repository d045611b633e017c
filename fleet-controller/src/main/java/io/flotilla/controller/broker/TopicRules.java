package io.flotilla.controller.broker;

import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who may use which topic. Pure. A device speaks only on its own upward topics and retains only its
 * status; it hears only what is said to it, and bundles. The controller speaks downward and on
 * bundles and hears what devices say. Nobody shares a subscription, nobody uses anything else.
 */
final class TopicRules {
  private static final int AT_LEAST_ONCE = 1;

  private final Topics topics;
  private final Pattern down;
  private final Pattern bundle;
  private final Set<String> downLevels;

  TopicRules(Topics topics) {
    this.topics = topics;
    String id = "probe";
    this.downLevels =
        Stream.of(topics.assignment(id), topics.ack(id), topics.command(id), topics.certificate(id))
            .map(topic -> topic.substring(topic.lastIndexOf('/') + 1))
            .collect(Collectors.toUnmodifiableSet());
    String levels = String.join("|", downLevels);
    String[] probe = topics.downOf(id).split(id, 2);
    this.down =
        Pattern.compile(
            Pattern.quote(probe[0])
                + "[a-z0-9][a-z0-9._-]{0,63}"
                + Pattern.quote(probe[1].substring(0, probe[1].length() - 1))
                + "(?:"
                + levels
                + ")");
    String[] parts = topics.allBundles().split("\\+", 2);
    this.bundle =
        Pattern.compile(Pattern.quote(parts[0]) + "[0-9a-f]{64}" + Pattern.quote(parts[1]));
  }

  /**
   * Whether a client may publish, or leave as its last will.
   *
   * @param qos 0 to 2
   */
  boolean mayPublish(Principal who, String topic, boolean retain, int qos) {
    if (qos > AT_LEAST_ONCE) {
      return false;
    }
    return switch (who) {
      case Principal.Device device ->
          Arrays.stream(UpKind.values())
              .anyMatch(
                  kind ->
                      topic.equals(topics.up(device.id(), kind))
                          && (!retain || kind == UpKind.STATUS));
      case Principal.Controller controller ->
          down.matcher(topic).matches() || (!retain && bundle.matcher(topic).matches());
    };
  }

  /** Whether a client may subscribe; a shared subscription is a filter that begins so. */
  boolean maySubscribe(Principal who, String filter) {
    return switch (who) {
      case Principal.Device device ->
          filter.equals(topics.downOf(device.id()))
              || (filter.startsWith(stem(topics.downOf(device.id())))
                  && downLevels.contains(
                      filter.substring(stem(topics.downOf(device.id())).length())))
              || filter.equals(topics.allBundles())
              || bundle.matcher(filter).matches();
      case Principal.Controller controller -> filter.equals(topics.upOfAll());
    };
  }

  private static String stem(String filter) {
    return filter.substring(0, filter.length() - 1);
  }
}
