package io.flotilla.controller.link;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import io.flotilla.protocol.message.Limits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, from its attempt to its loss. A new one has a new client, so that nothing of the
 * old session (unacknowledged messages above all) can hold it up.
 */
final class Connection {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int KEEP_ALIVE_SECONDS = 15;
  private static final int PACKET_HEADROOM_BYTES = 4096;

  private final LinkConfig config;
  private final Duration timeout;
  private final Executor thread;
  private final Mqtt5AsyncClient client;
  private final PublishWindow window = new PublishWindow(this::send);

  /**
   * A connection that is not open yet.
   *
   * @param thread where messages and the loss are handed over
   * @param lost hears once, after the connection was open or during the attempt, why it ended
   */
  Connection(
      LinkConfig config,
      Duration timeout,
      Executor thread,
      Consumer<InboundMessage> receiver,
      Consumer<Throwable> lost) {
    this.config = config;
    this.timeout = timeout;
    this.thread = thread;
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(config.clientId())
            .transportConfig()
            .serverHost(config.host())
            .serverPort(config.port())
            .socketConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .mqttConnectTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .sslConfig()
            .keyManagerFactory(config.keys())
            .trustManagerFactory(config.trust())
            .protocols(List.of("TLSv1.3", "TLSv1.2"))
            .handshakeTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .applySslConfig()
            .applyTransportConfig()
            .addDisconnectedListener(
                context -> thread.execute(() -> lost.accept(context.getCause())))
            .buildAsync();
    client.publishes(
        MqttGlobalPublishFilter.ALL, publish -> receive(receiver, publish), thread, true);
  }

  /**
   * Connects and subscribes. It announces no receive maximum of its own, so that the broker's limit
   * of messages in flight holds: mosquitto 2.0.11 goes beyond what a client announces, and the
   * client library then ends the connection. Completes with an {@code ofConnect} failure otherwise.
   */
  CompletionStage<Void> open() {
    return client
        .connectWith()
        .cleanStart(true)
        .sessionExpiryInterval(0)
        .keepAlive(KEEP_ALIVE_SECONDS)
        .restrictions()
        .maximumPacketSize(Limits.MAX_PAYLOAD_BYTES + PACKET_HEADROOM_BYTES)
        .applyRestrictions()
        .send()
        .thenCompose(
            ack ->
                client
                    .subscribe(subscription())
                    .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS))
        .handleAsync(
            (ack, failure) -> {
              if (failure != null) {
                var _ = client.disconnect();
                throw LinkFailures.ofConnect(config, failure);
              }
              return null;
            },
            thread);
  }

  /** See {@link DeviceLink#publish}. */
  CompletionStage<Void> publish(OutboundMessage message) {
    return window.publish(message);
  }

  /** Fails what was not sent; nothing is sent after this. */
  void abandon() {
    window.lose(LinkFailures.notConnected());
  }

  /** Says goodbye; completes when the connection is closed, normally in any case. */
  CompletionStage<Void> close() {
    abandon();
    return client.disconnect().handle((done, alreadyDisconnected) -> null);
  }

  private Mqtt5Subscribe subscription() {
    return Mqtt5Subscribe.builder()
        .addSubscriptions(
            config.filters().stream()
                .map(
                    filter ->
                        Mqtt5Subscription.builder()
                            .topicFilter(filter)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .build())
                .toList())
        .build();
  }

  private CompletionStage<Void> send(OutboundMessage message) {
    return client
        .publishWith()
        .topic(message.topic())
        .qos(MqttQos.AT_LEAST_ONCE)
        .retain(message.retain())
        .payload(message.payload())
        .send()
        .handleAsync(
            (result, failure) -> {
              // A refused publication can complete normally: its error is in the result.
              Throwable error = failure != null ? failure : result.getError().orElse(null);
              if (error != null) {
                throw LinkFailures.ofPublish(message.topic(), error);
              }
              return null;
            },
            thread);
  }

  @SuppressWarnings("IllegalCatch") // guarded loop: a receiver's bug must not end the stream
  private static void receive(Consumer<InboundMessage> receiver, Mqtt5Publish publish) {
    AtomicBoolean acknowledged = new AtomicBoolean();
    Runnable acknowledge =
        () -> {
          if (acknowledged.compareAndSet(false, true)) {
            publish.acknowledge();
          }
        };
    String topic = publish.getTopic().toString();
    try {
      receiver.accept(new InboundMessage(topic, publish.getPayloadAsBytes(), acknowledge));
    } catch (RuntimeException e) {
      LOG.error("a message on {} hit a bug and is dropped", topic, e);
      acknowledge.run();
    }
  }
}
