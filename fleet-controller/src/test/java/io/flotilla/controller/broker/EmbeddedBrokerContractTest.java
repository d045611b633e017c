package io.flotilla.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.protocol.topic.UpKind;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EmbeddedBrokerContractTest extends BrokerContract {
  private final Set<String> shutOut = ConcurrentHashMap.newKeySet();
  private CertificateAuthority authority;
  private EmbeddedBroker broker;

  @BeforeAll
  void startBroker() {
    authority = TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
    broker =
        EmbeddedBroker.start(
            new BrokerConfig("127.0.0.1", 0, folder.resolve("broker"), TOPICS, authority.server()),
            this::admits,
            new SecureRandom());
  }

  @AfterAll
  void stopBroker() {
    broker.close();
  }

  private boolean admits(String id, BigInteger serial) {
    return !shutOut.contains(id);
  }

  @Override
  URI broker() {
    return URI.create("mqtts://localhost:" + broker.port());
  }

  @Override
  CertificateAuthority authority() {
    return authority;
  }

  @Test
  void aDeviceThatIsNotOfTheFleetIsRefused() {
    shutOut.add("cam-x");
    TlsIdentity identity = TestDevices.identity(authority, "cam-x");

    try (TestClient client = new TestClient(broker(), TestClient.Papers.of("cam-x", identity))) {
      assertThat(client.getsIn(Optional.empty())).isFalse();
    }
  }

  @Test
  void aRevokedDeviceIsDisconnectedAndStaysOut() {
    TlsIdentity identity = TestDevices.identity(authority, "cam-y");
    try (TestClient client = TestClient.connected(broker(), "cam-y", identity);
        TestClient again = new TestClient(broker(), TestClient.Papers.of("cam-y", identity))) {
      shutOut.add("cam-y");

      assertThat(broker.disconnect("cam-y").join()).isTrue();
      await().until(() -> !client.isConnected());
      assertThat(again.getsIn(Optional.empty())).isFalse();
      assertThat(broker.disconnect("nobody").join()).isFalse();
    }
  }

  @Test
  void aServersCertificateIsNoClients() {
    try (TestClient client =
        new TestClient(broker(), TestClient.Papers.of("flotilla", authority.server()))) {
      assertThat(client.getsIn(Optional.empty())).isFalse();
    }
  }

  @Test
  void aDeviceRetainsItsStatusOnly() {
    TlsIdentity identity = TestDevices.identity(authority, "cam-z");
    for (UpKind kind : UpKind.values()) {
      try (TestClient client = TestClient.connected(broker(), "cam-z", identity)) {
        assertThat(client.publish(TestClient.message(TOPICS.up("cam-z", kind), "", true)))
            .as(kind.name())
            .isEqualTo(kind == UpKind.STATUS);
      }
    }
  }

  @Test
  void aForbiddenSubscriptionIsRefusedAndSaysSo() {
    TlsIdentity identity = TestDevices.identity(authority, "cam-z");
    try (TestClient client = TestClient.connected(broker(), "cam-z", identity)) {
      for (String filter :
          List.of("#", TOPICS.downOf("cam-a"), TOPICS.upOf("cam-z"), TOPICS.upOfAll())) {
        assertThat(client.subscribe(filter)).as(filter).isFalse();
      }
      assertThat(client.subscribe(TOPICS.downOf("cam-z"))).isTrue();
    }
  }

  @Test
  void itsSecretsAreItsOwn() throws IOException {
    for (String file : List.of("keys.p12", "trust.p12", "conf/config.xml")) {
      Path path = folder.resolve("broker").resolve(file);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .as(file)
          .isEqualTo("rw-------");
    }
  }
}
