package io.flotilla.controller.link;

import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Turns the client library's failures into codes and sentences. */
final class LinkFailures {
  private LinkFailures() {}

  /** A connection attempt failed. */
  static FlotillaException ofConnect(LinkConfig config, Throwable failure) {
    Optional<Mqtt5ConnAckException> refused = find(failure, Mqtt5ConnAckException.class);
    if (refused.isPresent()) {
      return refused(config, "answered " + refused.get().getMqttMessage().getReasonCode(), failure);
    }
    if (find(failure, Mqtt5SubAckException.class).isPresent()) {
      return refused(config, "does not let the controller subscribe", failure);
    }
    Optional<SSLException> tls = find(failure, SSLException.class);
    if (tls.isPresent()) {
      return refused(
          config, "and the certificates do not fit (" + reason(tls.get()) + ")", failure);
    }
    if (find(failure, ConnectionClosedException.class).isPresent()
        || find(failure, Mqtt5DisconnectException.class).isPresent()) {
      return refused(config, "closed the connection: check its certificates", failure);
    }
    return new FlotillaException(
        ErrorCode.BROKER_UNREACHABLE,
        "the broker %s does not answer (%s): start it or correct the address"
            .formatted(config.broker(), reason(root(failure))),
        failure);
  }

  /** A publication failed. */
  static FlotillaException ofPublish(String topic, Throwable failure) {
    Optional<Mqtt5PubAckException> refused = find(failure, Mqtt5PubAckException.class);
    if (refused.isPresent()) {
      return new FlotillaException(
          ErrorCode.BROKER_REFUSED,
          "the broker refused a publication on %s with %s: check the controller's rights"
              .formatted(topic, refused.get().getMqttMessage().getReasonCode()),
          failure);
    }
    return new FlotillaException(
        ErrorCode.BROKER_UNREACHABLE,
        "the connection to the broker was lost before it took a publication on " + topic,
        failure);
  }

  /** Why, in a few words. */
  static String reason(Throwable failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }

  static FlotillaException notConnected() {
    return new FlotillaException(
        ErrorCode.BROKER_UNREACHABLE, "the controller is not connected to the broker");
  }

  static FlotillaException windowFull() {
    return new FlotillaException(
        ErrorCode.BROKER_UNREACHABLE, "the broker does not keep up with the controller");
  }

  private static FlotillaException refused(LinkConfig config, String how, Throwable cause) {
    return new FlotillaException(
        ErrorCode.BROKER_REFUSED, "the broker %s %s".formatted(config.broker(), how), cause);
  }

  private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
    for (Throwable at : chain(failure)) {
      if (type.isInstance(at)) {
        return Optional.of(type.cast(at));
      }
    }
    return Optional.empty();
  }

  private static Throwable root(Throwable failure) {
    Throwable last = failure;
    for (Throwable at : chain(failure)) {
      if (!(at instanceof CompletionException)) {
        last = at;
      }
    }
    return last;
  }

  private static List<Throwable> chain(Throwable failure) {
    List<Throwable> chain = new ArrayList<>();
    for (@Nullable Throwable at = failure; at != null && !chain.contains(at); at = at.getCause()) {
      chain.add(at);
    }
    return chain;
  }
}
