package io.flotilla.agent.app;

import io.flotilla.agent.identity.Identity;
import io.flotilla.agent.spool.SendWindow;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.transport.DeviceTransport;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Need;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.Status;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's side of the connection: presence and hello when it is there, the spool's messages in
 * order, the controller's acknowledgements. Confined to the decision thread, but for {@link
 * #connected()}.
 */
final class Uplink {
  private static final Logger LOG = LoggerFactory.getLogger(Uplink.class);
  private static final long GOODBYE_MS = 1_000;

  // configuration
  private final DeviceTransport transport;
  private final Topics topics;
  private final String deviceId;
  private final String bootId;
  private final Spool spool;
  private final Supplier<Hello> hello;

  // session
  private final SendWindow window;
  private volatile boolean connected;

  /**
   * The link of a device.
   *
   * @param hello says hello as things are now
   */
  Uplink(
      Identity identity,
      DeviceTransport transport,
      String bootId,
      Spool spool,
      Supplier<Hello> hello) {
    this.transport = transport;
    this.topics = new Topics(identity.tenant());
    this.deviceId = identity.deviceId();
    this.bootId = bootId;
    this.spool = spool;
    this.hello = hello;
    this.window = new SendWindow(spool.status().released());
  }

  void open(DeviceTransport.Listener listener) {
    transport.subscribe(topics.downOf(deviceId));
    transport.connect(
        new DeviceTransport.Will(topics.up(deviceId, UpKind.STATUS), status(false)), listener);
  }

  boolean connected() {
    return connected;
  }

  void onConnected(long nowMs) {
    connected = true;
    publish(UpKind.STATUS, status(true), true);
    sayHello();
    window.connected(nowMs);
    pump(nowMs);
  }

  void onDisconnected() {
    connected = false;
    window.disconnected();
  }

  void onAck(byte[] payload, long nowMs) {
    Ack ack = MessageCodec.decode(payload, Ack.class);
    switch (spool.acknowledged(ack.spoolId(), ack.through())) {
      case RELEASED -> window.released(spool.status().released(), nowMs);
      case RENAMED -> {
        LOG.warn(
            "{}: the controller has more of this spool than this folder; the spool is renamed",
            deviceId);
        window.renamed(nowMs);
        sayHello();
      }
      case NOTHING_NEW, FOREIGN -> {
        return;
      }
    }
    pump(nowMs);
  }

  /** Sends what may be sent, again if patience is over. */
  void pump(long nowMs) {
    if (!connected) {
      return;
    }
    if (window.tick(nowMs)) {
      // Nothing was acknowledged for long: the controller may be new and not know this device.
      sayHello();
    }
    long durable = spool.status().durable();
    OptionalLong next = window.toSend(durable);
    while (next.isPresent()) {
      Optional<SpooledEnvelope> envelope = spool.envelope(next.getAsLong());
      if (envelope.isEmpty()) {
        throw new IllegalStateException("the window is ahead of the spool");
      }
      byte[] payload = MessageCodec.encode(envelope.get());
      window.sent(payload.length, nowMs);
      publish(envelope.get().kind(), payload, false);
      next = window.toSend(durable);
    }
  }

  /** Listens to a bundle's parts. */
  void watch(Digest bundle) {
    transport
        .subscribe(topics.bundle(bundle))
        .whenComplete((done, failure) -> logFailure("subscribe", failure));
  }

  /** Listens no longer. */
  void unwatch(Digest bundle) {
    transport.unsubscribe(topics.bundle(bundle));
  }

  /** Asks for parts of a bundle. */
  void ask(Need need) {
    publish(UpKind.NEED, MessageCodec.encode(need), false);
  }

  /** Asks for a new certificate. */
  void askRenewal(RenewalRequest request) {
    publish(UpKind.RENEWAL, MessageCodec.encode(request), false);
  }

  /** Has the retained assignment sent again. */
  void refresh() {
    transport
        .subscribe(topics.downOf(deviceId))
        .whenComplete((done, failure) -> logFailure("subscribe", failure));
  }

  /** Says goodbye and ends the connection; any thread, after the decision thread has stopped. */
  void close() {
    if (connected) {
      CompletableFuture<Void> said =
          transport
              .publish(topics.up(deviceId, UpKind.STATUS), status(false), true)
              .toCompletableFuture();
      try {
        said.get(GOODBYE_MS, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        LOG.debug("{}: no goodbye: {}", deviceId, String.valueOf(e.getMessage()));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    connected = false;
    transport.close();
  }

  /** Tells the controller what this device is and how far it has come; lost if not connected. */
  void sayHello() {
    publish(UpKind.HELLO, MessageCodec.encode(hello.get()), false);
  }

  private byte[] status(boolean online) {
    return MessageCodec.encode(new Status(1, online, bootId));
  }

  private void publish(UpKind kind, byte[] payload, boolean retain) {
    // A failed publication needs no reaction: what matters is sent again after its patience.
    transport
        .publish(topics.up(deviceId, kind), payload, retain)
        .whenComplete((done, failure) -> logFailure("publish " + kind, failure));
  }

  private void logFailure(String what, @Nullable Throwable failure) {
    if (failure instanceof FlotillaException e) {
      LOG.debug("{}: cannot {}: {} {}", deviceId, what, e.code(), e.getMessage());
    } else if (failure != null) {
      LOG.debug("{}: cannot {}", deviceId, what, failure);
    }
  }
}
