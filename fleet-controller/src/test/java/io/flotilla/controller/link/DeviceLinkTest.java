package io.flotilla.controller.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.broker.Mosquitto;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DeviceLinkTest {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_TENANT);
  private static final String HELLO = TOPICS.up("cam-1", UpKind.HELLO);

  @TempDir Path folder;
  private CertificateAuthority authority;
  private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
  private final AtomicInteger connects = new AtomicInteger();
  private final BlockingQueue<String> losses = new LinkedBlockingQueue<>();

  @BeforeEach
  void found() {
    authority = TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
  }

  private LinkConfig config(URI broker, String id, TlsIdentity identity, String filter) {
    return new LinkConfig(
        broker, id, List.of(filter), identity.keyManagers(), identity.trustManagers());
  }

  private DeviceLink link(LinkConfig config, Consumer<InboundMessage> receiver) {
    return new DeviceLink(
        config,
        receiver,
        new LinkListener() {
          @Override
          public void onConnected() {
            connects.incrementAndGet();
          }

          @Override
          public void onDisconnected(String reason) {
            losses.add(reason);
          }
        },
        new Random(42));
  }

  private DeviceLink controller(URI broker) {
    return link(
        config(broker, "controller", authority.controller(), TOPICS.upOfAll()),
        message -> {
          message.acknowledge().run();
          message.acknowledge().run(); // calling it again does nothing
          heard.add(new String(message.payload(), StandardCharsets.UTF_8));
        });
  }

  private DeviceLink device(URI broker) {
    return link(
        config(broker, "cam-1", TestDevices.identity(authority, "cam-1"), TOPICS.downOf("cam-1")),
        message -> message.acknowledge().run());
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static OutboundMessage message(String topic, String text) {
    return new OutboundMessage(topic, text.getBytes(StandardCharsets.UTF_8), false);
  }

  private static void assertCode(ErrorCode code, CompletionStage<?> stage) {
    assertThatThrownBy(() -> join(stage))
        .cause()
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private Mosquitto mosquitto() throws IOException {
    assumeTrue(Mosquitto.binary().isPresent(), "no mosquitto here");
    return Mosquitto.start(authority);
  }

  @Test
  void comesBackByItselfAfterTheBrokerWasKilled() throws Exception {
    try (Mosquitto broker = mosquitto();
        DeviceLink controller = controller(broker.address());
        DeviceLink device = device(broker.address())) {
      join(controller.connect());
      join(device.connect());
      for (int round = 1; round <= 3; round++) {
        broker.kill();
        await().until(() -> !controller.connected() && !device.connected());
        assertCode(ErrorCode.BROKER_UNREACHABLE, device.publish(message(HELLO, "lost")));
        broker.launch();
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> controller.connected() && device.connected());

        join(device.publish(message(HELLO, "round " + round)));
        assertThat(heard.poll(15, TimeUnit.SECONDS)).isEqualTo("round " + round);
      }
      assertThat(connects).hasValue(2 * 4);
      assertThat(losses).hasSize(2 * 3).allMatch(reason -> !reason.isBlank());
    }
  }

  @Test
  void aReceiversBugCostsOneMessageAndNotTheStream() throws Exception {
    try (Mosquitto broker = mosquitto();
        DeviceLink device = device(broker.address());
        DeviceLink controller =
            link(
                config(broker.address(), "controller", authority.controller(), TOPICS.upOfAll()),
                message -> {
                  String text = new String(message.payload(), StandardCharsets.UTF_8);
                  if (text.equals("bad")) {
                    throw new IllegalStateException("broken on purpose");
                  }
                  heard.add(text);
                  message.acknowledge().run();
                })) {
      join(controller.connect());
      join(device.connect());
      join(device.publish(message(HELLO, "bad")));
      join(device.publish(message(HELLO, "good")));

      assertThat(heard.poll(15, TimeUnit.SECONDS)).isEqualTo("good");
    }
  }

  @Test
  void thousandsOfPublicationsAllComeThroughInOrder() throws Exception {
    int count = 5_000;
    try (Mosquitto broker = mosquitto();
        DeviceLink controller = controller(broker.address());
        DeviceLink device = device(broker.address())) {
      join(controller.connect());
      join(device.connect());
      for (int i = 0; i < count; i++) {
        var _ = device.publish(message(HELLO, Integer.toString(i)));
      }
      for (int i = 0; i < count; i++) {
        assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
      }
    }
  }

  @Test
  void aRefusedPublicationSaysSo() throws Exception {
    try (Mosquitto broker = mosquitto();
        DeviceLink device = device(broker.address())) {
      join(device.connect());

      assertCode(
          ErrorCode.BROKER_REFUSED,
          device.publish(message(TOPICS.up("cam-2", UpKind.HELLO), "forged")));
    }
  }

  @Test
  void aBrokerThatIsNotThereIsOneSentence() throws IOException {
    int free;
    try (ServerSocket probe = new ServerSocket(0)) {
      free = probe.getLocalPort();
    }
    try (DeviceLink link = controller(URI.create("mqtts://localhost:" + free))) {
      assertCode(ErrorCode.BROKER_UNREACHABLE, link.connect());
      assertCode(ErrorCode.BROKER_UNREACHABLE, link.publish(message("x", "x")));
      assertCode(ErrorCode.BROKER_UNREACHABLE, link.connect());
      assertThat(connects).hasValue(0);
      assertThat(losses).isEmpty();
    }
    try (DeviceLink link = controller(URI.create("mqtts://no-such-host.invalid:8883"))) {
      assertCode(ErrorCode.BROKER_UNREACHABLE, link.connect());
    }
  }

  @Test
  void aBrokerOfAnotherAuthorityIsRefused() throws Exception {
    try (Mosquitto broker = mosquitto()) {
      authority = TestDevices.authority(folder.resolve("other"), Clock.systemUTC());
      try (DeviceLink link = controller(broker.address())) {
        assertCode(ErrorCode.BROKER_REFUSED, link.connect());
      }
    }
  }

  @Test
  void aControllerThatTheBrokerDoesNotKnowIsRefused() throws Exception {
    try (Mosquitto broker = mosquitto()) {
      CertificateAuthority other =
          TestDevices.authority(folder.resolve("other"), Clock.systemUTC());
      TlsIdentity forged = TestDevices.trusting(other.controller(), authority);
      try (DeviceLink link =
          link(config(broker.address(), "controller", forged, TOPICS.upOfAll()), message -> {})) {
        assertCode(ErrorCode.BROKER_REFUSED, link.connect());
      }
    }
  }

  @Test
  void aBrokerUnderAnotherNameIsRefused() throws Exception {
    try (Mosquitto broker = mosquitto()) {
      URI byAddress = URI.create("mqtts://127.0.0.2:" + broker.address().getPort());
      try (DeviceLink link = controller(byAddress)) {
        assertCode(ErrorCode.BROKER_REFUSED, link.connect());
      }
    }
  }

  @Test
  void somethingElseThatListensThereIsNoBroker() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      Thread closer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      silent.accept().close();
                    } catch (IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  });
      try (DeviceLink link = controller(URI.create("mqtts://localhost:" + silent.getLocalPort()))) {
        assertThatThrownBy(() -> join(link.connect()))
            .cause()
            .isInstanceOfSatisfying(
                FlotillaException.class,
                e ->
                    assertThat(e.code())
                        .isIn(ErrorCode.BROKER_REFUSED, ErrorCode.BROKER_UNREACHABLE));
      }
      closer.join();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt://localhost", "localhost:8883", "https://localhost", "mqtts:///x"})
  void anAddressThatIsNoMqttsIsRefused(String address) {
    assertThatThrownBy(() -> controller(URI.create(address)))
        .isInstanceOfSatisfying(
            FlotillaException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIGURATION_INVALID));
  }
}
