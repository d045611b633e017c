package io.flotilla.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.flotilla.bundle.Digest;
import io.flotilla.controller.broker.TestClient.Papers;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.controller.link.DeviceLink;
import io.flotilla.controller.link.InboundMessage;
import io.flotilla.controller.link.LinkConfig;
import io.flotilla.controller.link.LinkListener;
import io.flotilla.controller.link.OutboundMessage;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every broker must do, embedded or not. That something does not arrive is shown without
 * waiting: the same connection says something allowed afterwards, and that arrives first.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
abstract class BrokerContract {
  static final Topics TOPICS = new Topics(Topics.DEFAULT_TENANT);
  private static final String BUNDLE = TOPICS.bundle(Digest.of(new byte[] {1}));
  private static final long WAIT_SECONDS = 15;

  @TempDir static Path folder;

  private final BlockingQueue<InboundMessage> heard = new LinkedBlockingQueue<>();
  private final List<TestClient> clients = new ArrayList<>();
  private DeviceLink controller;
  private TestClient a;
  private TestClient b;

  /** Where the broker under test listens. */
  abstract URI broker();

  /** The authority it trusts. */
  abstract CertificateAuthority authority();

  static LinkConfig link(URI broker, CertificateAuthority authority) {
    TlsIdentity identity = authority.controller();
    return new LinkConfig(
        broker,
        CertificateAuthority.CONTROLLER,
        List.of(TOPICS.upOfAll()),
        identity.keyManagers(),
        identity.trustManagers());
  }

  @BeforeEach
  void connect() {
    heard.clear();
    controller =
        new DeviceLink(
            link(broker(), authority()),
            message -> {
              message.acknowledge().run();
              heard.add(message);
            },
            new LinkListener() {
              @Override
              public void onConnected() {
                assertThat(Thread.currentThread().getName()).isEqualTo("flotilla-link");
              }

              @Override
              public void onDisconnected(String reason) {
                assertThat(reason).isNotBlank();
              }
            },
            new Random(42));
    controller.connect().toCompletableFuture().orTimeout(WAIT_SECONDS, TimeUnit.SECONDS).join();
    a = device("cam-a");
    b = device("cam-b");
  }

  @AfterEach
  void disconnect() {
    clients.forEach(TestClient::close);
    clients.clear();
    for (String id : List.of("cam-a", "cam-b")) {
      say(TOPICS.assignment(id), "", true);
    }
    controller.close();
  }

  private TestClient device(String id) {
    TestClient client = TestClient.connected(broker(), id, TestDevices.identity(authority(), id));
    clients.add(client);
    return client;
  }

  /**
   * Publishes on a connection of its own, in place of the one before: a broker may answer a
   * forbidden publication by ending the connection.
   *
   * @return whether the broker took it
   */
  private boolean attempt(String id, Mqtt5Publish message) {
    return device(id).publish(message);
  }

  private boolean attempt(String id, String topic, String text) {
    return attempt(id, TestClient.message(topic, text, false));
  }

  private TestClient stranger(Papers papers) {
    TestClient client = new TestClient(broker(), papers);
    clients.add(client);
    return client;
  }

  private void say(String topic, String text, boolean retain) {
    controller
        .publish(new OutboundMessage(topic, text.getBytes(StandardCharsets.UTF_8), retain))
        .toCompletableFuture()
        .orTimeout(WAIT_SECONDS, TimeUnit.SECONDS)
        .join();
  }

  /** Everything that the controller heard up to and including this text, but presence. */
  private List<String> heardUntil(String text) {
    List<String> messages = new ArrayList<>();
    try {
      while (messages.isEmpty() || !messages.getLast().endsWith("=" + text)) {
        InboundMessage next = heard.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("waited for %s, heard only %s", text, messages).isNotNull();
        messages.add(next.topic() + "=" + new String(next.payload(), StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    return messages;
  }

  @ParameterizedTest
  @EnumSource(UpKind.class)
  void aDeviceSpeaksOnItsOwnTopicsAndTheControllerHearsIt(UpKind kind) {
    assertThat(a.publish(TOPICS.up("cam-a", kind), "hello")).isTrue();

    assertThat(heardUntil("hello")).containsExactly(TOPICS.up("cam-a", kind) + "=hello");
  }

  @ParameterizedTest
  @EnumSource(UpKind.class)
  void aDeviceCannotSpeakForAnother(UpKind kind) {
    String topic = TOPICS.up("cam-b", kind);
    assertThat(attempt("cam-a", topic, "forged")).isFalse();
    assertThat(attempt("cam-a", TestClient.message(topic, "forged", true))).isFalse();
    assertThat(attempt("cam-a", TOPICS.up("cam-a", kind), "end")).isTrue();

    assertThat(heardUntil("end")).containsExactly(TOPICS.up("cam-a", kind) + "=end");
  }

  @Test
  void aDeviceHearsWhatIsSaidToItAndBundles() {
    say(TOPICS.assignment("cam-a"), "retained", true);

    assertThat(a.subscribe(TOPICS.downOf("cam-a"))).isTrue();
    assertThat(a.subscribe(TOPICS.allBundles())).isTrue();
    assertThat(a.receivedUntil("retained"))
        .containsExactly(TOPICS.assignment("cam-a") + "=retained");
    say(TOPICS.ack("cam-a"), "ack", false);
    say(BUNDLE, "part", false);
    say(TOPICS.command("cam-a"), "do", false);
    assertThat(a.receivedUntil("do"))
        .containsExactly(
            TOPICS.ack("cam-a") + "=ack", BUNDLE + "=part", TOPICS.command("cam-a") + "=do");
  }

  @Test
  void aDeviceCanSubscribeToOneBundleAlone() {
    assertThat(a.subscribe(BUNDLE)).isTrue();
    say(TOPICS.bundle(Digest.of(new byte[] {2})), "another", false);
    say(BUNDLE, "mine", false);

    assertThat(a.receivedUntil("mine")).containsExactly(BUNDLE + "=mine");
  }

  @Test
  void aDeviceCannotSpeakAsTheController() {
    b.subscribe(TOPICS.downOf("cam-b"));
    b.subscribe(TOPICS.allBundles());
    for (String topic :
        List.of(
            TOPICS.assignment("cam-b"),
            TOPICS.ack("cam-b"),
            TOPICS.command("cam-b"),
            TOPICS.assignment("cam-a"),
            BUNDLE)) {
      assertThat(attempt("cam-a", topic, "forged")).as(topic).isFalse();
      assertThat(attempt("cam-a", TestClient.message(topic, "forged", true))).as(topic).isFalse();
    }
    say(TOPICS.ack("cam-b"), "end", false);

    assertThat(b.receivedUntil("end")).containsExactly(TOPICS.ack("cam-b") + "=end");
  }

  @Test
  void aDeviceCannotClearAnothersAssignment() {
    say(TOPICS.assignment("cam-b"), "keep", true);

    Mqtt5Publish clear = TestClient.message(TOPICS.assignment("cam-b"), "", true);
    assertThat(attempt("cam-a", clear)).isFalse();
    assertThat(attempt("cam-b", clear)).as("nor its own").isFalse();

    TestClient later = device("cam-b");
    later.subscribe(TOPICS.downOf("cam-b"));
    assertThat(later.receivedUntil("keep")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flotilla/1/default/devices/cam-b/down/#",
        "flotilla/1/default/devices/cam-b/down/assignment",
        "flotilla/1/default/devices/+/down/#",
        "flotilla/1/default/devices/+/down/assignment",
        "flotilla/1/default/devices/cam-b/up/#",
        "flotilla/1/default/devices/+/up/#",
        "flotilla/1/default/devices/#",
        "flotilla/1/+/devices/+/down/+",
        "flotilla/#",
        "+/+/+/+/+/+/+",
        "#",
      })
  void aDeviceHearsNothingThatIsNotForIt(String filter) {
    say(TOPICS.assignment("cam-b"), "secret", true);
    a.subscribe(filter);
    a.subscribe(TOPICS.downOf("cam-a"));
    say(TOPICS.ack("cam-b"), "secret", false);
    b.publish(TOPICS.up("cam-b", UpKind.CAPTURE), "secret");
    heardUntil("secret");
    say(TOPICS.command("cam-a"), "end", false);

    assertThat(a.receivedUntil("end")).allMatch(it -> it.equals(TOPICS.command("cam-a") + "=end"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$share/group/flotilla/1/default/devices/+/up/#",
        "$share/group/flotilla/1/default/devices/cam-b/up/#",
        "$share/group/#",
      })
  void aDeviceThatJoinsAGroupSwallowsNothing(String filter) {
    a.subscribe(filter);
    a.subscribe(TOPICS.downOf("cam-a"));
    List<String> said = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String topic = TOPICS.up("cam-b", UpKind.CAPTURE);
      assertThat(b.publish(topic, "m" + i)).isTrue();
      said.add(topic + "=m" + i);
    }
    assertThat(heardUntil("m19")).containsExactlyElementsOf(said);
    say(TOPICS.ack("cam-a"), "end", false);

    assertThat(a.receivedUntil("end")).containsExactly(TOPICS.ack("cam-a") + "=end");
  }

  @Test
  void aWillOnItsOwnTopicArrives() {
    TestClient c = stranger(Papers.of("cam-c", TestDevices.identity(authority(), "cam-c")));
    c.connect(Optional.of(will(TOPICS.up("cam-c", UpKind.STATUS))));
    c.die();

    assertThat(heardUntil("will")).containsExactly(TOPICS.up("cam-c", UpKind.STATUS) + "=will");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flotilla/1/default/devices/cam-b/up/status",
        "flotilla/1/default/devices/cam-b/down/assignment",
        "flotilla/1/default/devices/cam-c/down/assignment",
        "flotilla/1/default/devices/cam-b/down/command",
      })
  void aWillOnAForeignTopicDoesNotArrive(String topic) {
    b.subscribe(TOPICS.downOf("cam-b"));
    TestClient c = stranger(Papers.of("cam-c", TestDevices.identity(authority(), "cam-c")));
    if (c.getsIn(Optional.of(will(topic)))) {
      c.die();
    }
    b.publish(TOPICS.up("cam-b", UpKind.HELLO), "end");
    say(TOPICS.ack("cam-b"), "end", false);

    assertThat(heardUntil("end")).hasSize(1);
    assertThat(b.receivedUntil("end")).hasSize(1);
    TestClient later = device("cam-b");
    later.subscribe(TOPICS.downOf("cam-b"));
    say(TOPICS.ack("cam-b"), "fin", false);
    assertThat(later.receivedUntil("fin")).as("nor is it retained").hasSize(1);
  }

  private static Mqtt5Publish will(String topic) {
    return TestClient.message(topic, "will", true);
  }

  @Test
  void nobodyGetsInWithoutACertificate() {
    TlsIdentity trust = authority().server();

    assertThat(stranger(new Papers("cam-a", null, trust)).getsIn(Optional.empty())).isFalse();
    assertThat(stranger(new Papers("controller", null, trust)).getsIn(Optional.empty())).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cam-a", "controller"})
  void nobodyGetsInWithACertificateOfAnotherAuthority(String name) {
    CertificateAuthority forger =
        TestDevices.authority(folder.resolve("forger"), Clock.systemUTC());
    TlsIdentity forged =
        name.equals(CertificateAuthority.CONTROLLER)
            ? forger.controller()
            : TestDevices.identity(forger, name);
    TlsIdentity shown = TestDevices.trusting(forged, authority());

    assertThat(stranger(Papers.of(name, shown)).getsIn(Optional.empty())).isFalse();
  }

  @Test
  void nobodyGetsInWithAnExpiredCertificate() {
    Instant past = Instant.now(Clock.systemUTC()).minus(Duration.ofDays(6 * 365));
    CertificateAuthority then =
        TestDevices.authority(folder.resolve("pki"), Clock.fixed(past, ZoneOffset.UTC));
    TlsIdentity expired = TestDevices.identity(then, "cam-a");

    assertThat(stranger(Papers.of("cam-a", expired)).getsIn(Optional.empty())).isFalse();
  }

  @Test
  void nobodyIsHeardWithoutTls() throws IOException {
    byte[] connect = {
      0x10,
      18, // CONNECT, remaining length
      0,
      4,
      'M',
      'Q',
      'T',
      'T',
      5, // protocol name and level
      2,
      0,
      60,
      0, // clean start, keep alive of 60 s, no properties
      0,
      5,
      'c',
      'a',
      'm',
      '-',
      'a' // client id
    };
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), broker().getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(connect);

      assertThat(firstByte(socket)).as("no CONNACK").isNotEqualTo(0x20);
    }
    assertThat(a.isConnected()).isTrue();
  }

  private static int firstByte(Socket socket) {
    try {
      return socket.getInputStream().read();
    } catch (IOException e) {
      return -1; // reset
    }
  }

  @Test
  void aDeviceCannotTakeOverAnothersSession() {
    TestClient thief = stranger(Papers.of("cam-b", TestDevices.identity(authority(), "cam-a")));
    boolean in = thief.getsIn(Optional.empty());
    b.subscribe(TOPICS.downOf("cam-b"));
    if (in) {
      thief.subscribe(TOPICS.downOf("cam-b"));
      assertThat(thief.publish(TOPICS.up("cam-b", UpKind.HELLO), "forged")).isFalse();
      thief.subscribe(TOPICS.downOf("cam-a"));
    }
    say(TOPICS.ack("cam-b"), "for b", false);
    say(TOPICS.ack("cam-a"), "for a", false);

    assertThat(b.isConnected()).isTrue();
    assertThat(b.receivedUntil("for b")).hasSize(1);
    if (in) {
      assertThat(thief.receivedUntil("for a")).hasSize(1);
    }
  }

  @Test
  void aDeviceCannotTakeOverTheController() {
    TestClient thief =
        stranger(
            Papers.of(CertificateAuthority.CONTROLLER, TestDevices.identity(authority(), "cam-a")));
    if (thief.getsIn(Optional.empty())) {
      assertThat(thief.publish(TOPICS.ack("cam-b"), "forged")).isFalse();
    }
    b.publish(TOPICS.up("cam-b", UpKind.HELLO), "end");

    assertThat(heardUntil("end")).hasSize(1);
    assertThat(controller.connected()).isTrue();
  }

  @Test
  void theLargestPayloadPassesBothWays() {
    String large = "x".repeat(Limits.MAX_PAYLOAD_BYTES);
    a.subscribe(BUNDLE);
    say(BUNDLE, large, false);
    assertThat(a.receivedUntil(large)).hasSize(1);

    assertThat(a.publish(TOPICS.up("cam-a", UpKind.CAPTURE), large)).isTrue();
    assertThat(heardUntil(large)).hasSize(1);
  }

  @Test
  void aMessageOverTheLimitIsRefusedAndHarmsNobodyElse() {
    String tooLarge = "x".repeat(Limits.MAX_PAYLOAD_BYTES + 64 * 1024);

    assertThat(a.publish(TOPICS.up("cam-a", UpKind.CAPTURE), tooLarge)).isFalse();
    b.publish(TOPICS.up("cam-b", UpKind.HELLO), "end");
    assertThat(heardUntil("end")).hasSize(1);
  }
}
