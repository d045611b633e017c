package io.flotilla.agent.transport;

import io.flotilla.agent.identity.Identity;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.concurrent.CompletionStage;

/**
 * An agent's connection to its broker. It connects, and after a loss connects again, until it is
 * closed; every connection is a clean session and takes up all remembered subscriptions before it
 * is reported. QoS 1 both ways. Nothing is kept for the agent while there is no connection: the
 * spool does that. No method blocks but {@link #close}.
 */
public interface DeviceTransport extends AutoCloseable {
  /**
   * Starts to connect, and returns at once. Called once.
   *
   * @param will what the broker publishes, retained, if this connection ends without a goodbye
   * @param listener told of everything, on a thread of the transport; must not block
   */
  void connect(Will will, Listener listener);

  /**
   * Publishes with QoS 1.
   *
   * @return completes when the broker has acknowledged with a good reason code; exceptionally with
   *     a {@link FlotillaException}: {@code BROKER_REFUSED} if the broker would not have it, {@code
   *     BROKER_UNREACHABLE} if there is no connection, it was lost before the acknowledgement, or
   *     too much is waiting already. It may complete on a thread of the transport: do not block.
   */
  CompletionStage<Void> publish(String topic, byte[] payload, boolean retain);

  /**
   * Subscribes with QoS 1 now, if connected, and on every later connection.
   *
   * @return completes when the broker granted it, or at once if there is no connection;
   *     exceptionally as for {@link #publish}
   */
  CompletionStage<Void> subscribe(String filter);

  /** Forgets a subscription; the broker is told if there is a connection. */
  void unsubscribe(String filter);

  /** Says goodbye, if connected, and ends; returns after at most about three seconds. */
  @Override
  void close();

  /**
   * A last will.
   *
   * @param topic where
   * @param payload what
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Will(String topic, byte[] payload) {}

  /** Who is told of the connection. */
  interface Listener {
    /** The broker accepted the connection and all subscriptions. */
    void connected();

    /**
     * A connection was lost or could not be made; another attempt follows.
     *
     * @param reason {@code BROKER_UNREACHABLE} or {@code BROKER_REFUSED}
     */
    void disconnected(FlotillaException reason);

    /** A message arrived; the array is the listener's own. */
    void message(String topic, byte[] payload);
  }

  /** Makes transports. */
  @FunctionalInterface
  interface Factory {
    /** A transport for this device, not yet connected. The client id is the device id. */
    DeviceTransport create(Identity identity);
  }
}
