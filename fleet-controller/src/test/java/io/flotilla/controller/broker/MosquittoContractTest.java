package io.flotilla.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.controller.identity.TlsIdentity;
import io.flotilla.protocol.topic.UpKind;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Debian's mosquitto with exactly what the operating page gives. */
class MosquittoContractTest extends BrokerContract {
  private CertificateAuthority authority;
  private Mosquitto mosquitto;

  @BeforeAll
  void startBroker() throws IOException {
    boolean installed = Mosquitto.binary().isPresent();
    if (!installed) {
      System.out.println("SKIPPED: no mosquitto here; install it with apt-get install mosquitto");
    }
    assumeTrue(installed, "no mosquitto here; install it with apt-get install mosquitto");
    authority = TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
    mosquitto = Mosquitto.start(authority);
  }

  @AfterAll
  void stopBroker() {
    if (mosquitto != null) {
      mosquitto.close();
    }
  }

  @Override
  URI broker() {
    return mosquitto.address();
  }

  @Override
  CertificateAuthority authority() {
    return authority;
  }

  @Test
  void theRulesThatTheControllerKeepsAreThoseOfThePageAndHoldForLiveConnections() throws Exception {
    AclFile rules = new AclFile(TOPICS, mosquitto.rules(), mosquitto.reload());
    assertThat(rules.text(List.of())).isEqualTo(Mosquitto.block("acl"));
    TlsIdentity identity = TestDevices.identity(authority, "cam-2");
    try (TestClient client = TestClient.connected(broker(), "cam-2", identity)) {
      assertThat(client.publish(TOPICS.up("cam-2", UpKind.HELLO), "before")).isTrue();
      rules.write(List.of("cam-2"));
      await()
          .atMost(5, TimeUnit.SECONDS)
          .until(() -> !client.publish(TOPICS.up("cam-2", UpKind.HELLO), "shut out"));
      rules.write(List.of());
      await()
          .atMost(5, TimeUnit.SECONDS)
          .until(() -> client.publish(TOPICS.up("cam-2", UpKind.HELLO), "released"));
    }
    AclFile deaf = new AclFile(TOPICS, folder.resolve("acl"), "exit 3");
    assertThatThrownBy(() -> deaf.write(List.of("cam-2")))
        .hasMessageContaining("did not read its rules again");
    assertThat(folder.resolve("acl")).doesNotExist();
  }

  @Test
  void aRevokedDeviceIsSilencedByTheLinesThatThePageGives() throws Exception {
    TlsIdentity identity = TestDevices.identity(authority, "cam-1");
    try (TestClient client = TestClient.connected(broker(), "cam-1", identity)) {
      assertThat(client.publish(TOPICS.up("cam-1", UpKind.HELLO), "before")).isTrue();
      mosquitto.appendRules(Mosquitto.block("acl-revoked"));

      await().until(() -> !client.publish(TOPICS.up("cam-1", UpKind.HELLO), "after"));
    }
  }
}
