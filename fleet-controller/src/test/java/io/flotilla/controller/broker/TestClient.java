package io.flotilla.controller.broker;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.flotilla.controller.identity.TlsIdentity;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/** A client that may be anyone: it says what it is told to, and reports what happened. */
final class TestClient implements AutoCloseable {
  private static final long WAIT_SECONDS = 15;

  private final Mqtt5AsyncClient client;
  private final BlockingQueue<Mqtt5Publish> received = new LinkedBlockingQueue<>();

  /** What a client has in its hands. */
  record Papers(String clientId, @Nullable TlsIdentity identity, TlsIdentity trusts) {
    static Papers of(String clientId, TlsIdentity identity) {
      return new Papers(clientId, identity, identity);
    }
  }

  TestClient(URI broker, Papers papers) {
    this.client =
        MqttClient.builder()
            .useMqttVersion5()
            .identifier(papers.clientId())
            .serverHost(broker.getHost())
            .serverPort(broker.getPort())
            .sslConfig()
            .keyManagerFactory(keys(papers))
            .trustManagerFactory(papers.trusts().trustManagers())
            .applySslConfig()
            .buildAsync();
    client.publishes(MqttGlobalPublishFilter.ALL, received::add);
  }

  private static @Nullable KeyManagerFactory keys(Papers papers) {
    return papers.identity() == null ? null : papers.identity().keyManagers();
  }

  /** A connected client. */
  static TestClient connected(URI broker, String id, TlsIdentity identity) {
    TestClient client = new TestClient(broker, Papers.of(id, identity));
    client.connect(Optional.empty());
    return client;
  }

  /** Connects, or throws. */
  void connect(Optional<Mqtt5Publish> will) {
    join(client.connectWith().cleanStart(true).willPublish(will.orElse(null)).send());
  }

  /** Whether it gets in. */
  boolean getsIn(Optional<Mqtt5Publish> will) {
    try {
      connect(will);
      return true;
    } catch (CompletionException refused) {
      return false;
    }
  }

  static Mqtt5Publish message(String topic, String text, boolean retain) {
    return Mqtt5Publish.builder()
        .topic(topic)
        .qos(MqttQos.AT_LEAST_ONCE)
        .retain(retain)
        .payload(text.getBytes(StandardCharsets.UTF_8))
        .build();
  }

  /** Publishes and waits for the broker's answer; false if that is a refusal. */
  boolean publish(String topic, String text) {
    return publish(message(topic, text, false));
  }

  boolean publish(Mqtt5Publish message) {
    try {
      return join(client.publish(message)).getError().isEmpty();
    } catch (CompletionException refused) {
      return false;
    }
  }

  /** Subscribes; false if the broker refuses it. */
  boolean subscribe(String filter) {
    try {
      join(client.subscribeWith().topicFilter(filter).qos(MqttQos.AT_LEAST_ONCE).send());
      return true;
    } catch (CompletionException refused) {
      return false;
    }
  }

  /** Everything received up to and including the message with this text. */
  List<String> receivedUntil(String text) {
    List<String> messages = new ArrayList<>();
    try {
      while (messages.isEmpty() || !messages.getLast().endsWith("=" + text)) {
        Mqtt5Publish next = received.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
          throw new AssertionError("waited for " + text + ", got only " + messages);
        }
        messages.add(
            next.getTopic() + "=" + new String(next.getPayloadAsBytes(), StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return messages;
  }

  boolean isConnected() {
    return client.getState().isConnected();
  }

  /** Leaves in a way that has the broker publish the will. */
  void die() {
    join(
        client
            .disconnectWith()
            .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
            .send());
  }

  @Override
  public void close() {
    if (isConnected()) {
      var _ = client.disconnect();
    }
  }

  private static <T> T join(CompletableFuture<T> future) {
    return future.orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
  }
}
