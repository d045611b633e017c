package io.flotilla.agent.transport.paho;

import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.transport.DeviceTransport.Listener;
import io.flotilla.agent.transport.DeviceTransport.Will;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of Paho, from CONNECT to the end of its client. Every wait is bounded. Confined to
 * the transport's worker thread, but for Paho's callbacks, which only hand on.
 */
final class PahoConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PahoConnection.class);
  private static final int CONNECT_SECONDS = 5;
  private static final int KEEP_ALIVE_SECONDS = 20;
  private static final long ANSWER_MS = 5_000;

  /**
   * Longer than Paho's own limits on TCP and TLS together: a client given up while it still
   * connects leaves a thread behind.
   */
  private static final long CONNACK_MS = 15_000;

  private static final long GOODBYE_MS = 500;
  private static final int QOS = 1;
  private static final int FIRST_ERROR = 0x80;
  private static final int LAST_ERROR = 0xff;
  private static final int MOST_UNACKNOWLEDGED = 16;

  private final String deviceId;
  private final URI broker;
  private final MqttAsyncClient client;
  private final Semaphore unacknowledged;
  private volatile boolean lost;

  private PahoConnection(Identity identity, MqttAsyncClient client) {
    this.deviceId = identity.deviceId();
    this.broker = identity.broker();
    this.client = client;
    this.unacknowledged = new Semaphore(MOST_UNACKNOWLEDGED);
  }

  /**
   * Connects.
   *
   * @throws FlotillaException {@code BROKER_UNREACHABLE} or {@code BROKER_REFUSED}
   */
  static PahoConnection open(
      Identity identity, SSLSocketFactory sockets, Will will, Listener listener) {
    URI broker = identity.broker();
    String uri = "ssl://%s:%d".formatted(broker.getHost(), broker.getPort());
    PahoConnection connection;
    try {
      MqttAsyncClient client =
          new MqttAsyncClient(uri, identity.deviceId(), new MemoryPersistence());
      connection = new PahoConnection(identity, client);
    } catch (MqttException e) {
      throw failure(broker, "cannot make a client", e);
    }
    boolean connected = false;
    try {
      connection.connect(options(sockets, will), listener);
      connected = true;
      return connection;
    } finally {
      if (!connected) {
        connection.close();
      }
    }
  }

  private static MqttConnectionOptions options(SSLSocketFactory sockets, Will will) {
    MqttConnectionOptions options = new MqttConnectionOptions();
    options.setCleanStart(true);
    options.setAutomaticReconnect(false);
    options.setConnectionTimeout(CONNECT_SECONDS);
    options.setKeepAliveInterval(KEEP_ALIVE_SECONDS);
    options.setSocketFactory(sockets);
    MqttMessage farewell = new MqttMessage(will.payload());
    farewell.setQos(QOS);
    farewell.setRetained(true);
    options.setWill(will.topic(), farewell);
    return options;
  }

  private void connect(MqttConnectionOptions options, Listener listener) {
    client.setCallback(new HandOn(listener, () -> lost = true));
    try {
      IMqttToken token = client.connect(options);
      token.waitForCompletion(CONNACK_MS);
      MqttProperties properties = token.getResponseProperties();
      Integer most = properties == null ? null : properties.getReceiveMaximum();
      if (most != null && most < MOST_UNACKNOWLEDGED) {
        // Paho throws when the broker's receive maximum is reached; so stay below it.
        unacknowledged.tryAcquire(MOST_UNACKNOWLEDGED - Math.max(1, most));
      }
    } catch (MqttException e) {
      throw failure(broker, "cannot connect", e);
    }
  }

  boolean alive() {
    return !lost && client.isConnected();
  }

  /** Takes up these subscriptions, in one request for each. */
  void subscribe(List<String> filters) {
    for (String filter : filters) {
      try {
        IMqttToken token = client.subscribe(filter, QOS);
        token.waitForCompletion(ANSWER_MS);
        requireGood("subscribe to " + filter, token.getReasonCodes());
      } catch (MqttException e) {
        throw failure(broker, "cannot subscribe to " + filter, e);
      }
    }
  }

  /** Carries out a task; its future tells how that ended. */
  void carryOut(PahoTransport.Task task) {
    try {
      switch (task) {
        case PahoTransport.Task.Publish publish -> publish(publish);
        case PahoTransport.Task.Subscribe subscribe -> {
          subscribe(List.of(subscribe.filter()));
          task.done().complete(null);
        }
        case PahoTransport.Task.Wake wake -> wake.done().complete(null);
        case PahoTransport.Task.Unsubscribe unsubscribe -> {
          client.unsubscribe(unsubscribe.filter()).waitForCompletion(ANSWER_MS);
          task.done().complete(null);
        }
      }
    } catch (FlotillaException e) {
      task.done().completeExceptionally(e);
      lost = lost || e.code() == ErrorCode.BROKER_UNREACHABLE;
    } catch (MqttException e) {
      task.done().completeExceptionally(failure(broker, "the broker does not answer", e));
      lost = true;
    }
  }

  private void publish(PahoTransport.Task.Publish task) throws MqttException {
    try {
      if (!unacknowledged.tryAcquire(ANSWER_MS, TimeUnit.MILLISECONDS)) {
        lost = true;
        throw new FlotillaException(
            ErrorCode.BROKER_UNREACHABLE, "%s acknowledges nothing".formatted(broker));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FlotillaException(ErrorCode.BROKER_UNREACHABLE, "interrupted while sending", e);
    }
    MqttMessage message = new MqttMessage(task.payload());
    message.setQos(QOS);
    message.setRetained(task.retain());
    boolean sent = false;
    try {
      client.publish(task.topic(), message, null, new Acknowledged(task.topic(), task.done()));
      sent = true;
    } finally {
      if (!sent) {
        unacknowledged.release();
      }
    }
  }

  /** Ends the connection so that the broker does not publish the will. */
  void sayGoodbye() {
    try {
      client.disconnect(GOODBYE_MS).waitForCompletion(2 * GOODBYE_MS);
    } catch (MqttException e) {
      LOG.debug("{}: no goodbye", deviceId, e);
    }
  }

  @Override
  public void close() {
    lost = true;
    try {
      // Also if it is not connected: it may be connecting still, which close() would not end.
      client.disconnectForcibly(0, GOODBYE_MS, false);
    } catch (MqttException e) {
      LOG.debug("{}: cannot disconnect", deviceId, e);
    }
    try {
      client.close(true);
    } catch (MqttException e) {
      LOG.debug("{}: cannot close the client", deviceId, e);
    }
  }

  private void requireGood(String what, int @Nullable [] codes) {
    if (codes == null) {
      return;
    }
    for (int code : codes) {
      if (code >= FIRST_ERROR) {
        throw new FlotillaException(
            ErrorCode.BROKER_REFUSED,
            "%s refused to %s with reason code %d".formatted(broker, what, code));
      }
    }
  }

  private static FlotillaException failure(URI broker, String what, MqttException cause) {
    if (cause.getCause() instanceof SSLException) {
      return new FlotillaException(
          ErrorCode.BROKER_REFUSED,
          "%s: the TLS handshake failed; certificate and authority must fit".formatted(broker),
          cause);
    }
    int code = cause.getReasonCode();
    boolean refused = code >= FIRST_ERROR && code <= LAST_ERROR;
    return new FlotillaException(
        refused ? ErrorCode.BROKER_REFUSED : ErrorCode.BROKER_UNREACHABLE,
        "%s: %s (%s)".formatted(broker, what, code == 0 ? cause.getCause() : "reason code " + code),
        cause);
  }

  /** What Paho tells after a publication. A refused one "succeeds" with a bad reason code. */
  private final class Acknowledged implements MqttActionListener {
    private final String topic;
    private final CompletableFuture<Void> done;

    Acknowledged(String topic, CompletableFuture<Void> done) {
      this.topic = topic;
      this.done = done;
    }

    @Override
    public void onSuccess(IMqttToken token) {
      unacknowledged.release();
      try {
        requireGood("take a message on " + topic, token.getReasonCodes());
        done.complete(null);
      } catch (FlotillaException e) {
        LOG.warn("{}: {}", deviceId, e.getMessage());
        done.completeExceptionally(e);
      }
    }

    @Override
    public void onFailure(@Nullable IMqttToken token, @Nullable Throwable cause) {
      unacknowledged.release();
      done.completeExceptionally(
          new FlotillaException(
              ErrorCode.BROKER_UNREACHABLE,
              "%s did not acknowledge a message".formatted(broker),
              cause == null ? new IllegalStateException("no reason given") : cause));
    }
  }
}
