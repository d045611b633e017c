package io.flotilla.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import io.flotilla.protocol.topic.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerFailureTest {
  @TempDir Path folder;
  private CertificateAuthority authority;

  @BeforeEach
  void found() {
    authority = TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
  }

  private BrokerConfig config(int port) {
    return new BrokerConfig(
        "127.0.0.1",
        port,
        folder.resolve("broker"),
        new Topics(Topics.DEFAULT_TENANT),
        authority.server());
  }

  /** A gatekeeper that never gets to work, in one of two ways. */
  private record Broken(boolean throwing) implements Gatekeeper {
    @Override
    public boolean started() {
      return false;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
      if (throwing) {
        throw new IllegalStateException("broken on purpose");
      }
      output.preventExtensionStartup("broken on purpose");
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
      throw new IllegalStateException("never started");
    }
  }

  @Test
  void aBrokerWithoutItsGatekeeperDoesNotRun() {
    for (boolean throwing : new boolean[] {true, false}) {
      assertThatThrownBy(
              () -> EmbeddedBroker.start(config(0), new Broken(throwing), new SecureRandom()))
          .isInstanceOfSatisfying(
              FlotillaException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_FAILED));
    }
  }

  @Test
  void aGateThatFailsLetsNobodyIn() {
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(
            config(0),
            (id, serial) -> {
              throw new IllegalStateException("broken on purpose");
            },
            new SecureRandom())) {
      URI address = URI.create("mqtts://localhost:" + broker.port());
      try (TestClient client =
          new TestClient(
              address, TestClient.Papers.of("cam-a", TestDevices.identity(authority, "cam-a")))) {
        assertThat(client.getsIn(Optional.empty())).isFalse();
      }
    }
  }

  @Test
  void leavesTheProcessItsOwnHandlerOfUncaughtExceptions() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.UncaughtExceptionHandler mine = (thread, failure) -> {};
    Thread.setDefaultUncaughtExceptionHandler(mine);
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(config(0), (id, serial) -> true, new SecureRandom())) {
      assertThat(broker.port()).isPositive();
      assertThat(Thread.getDefaultUncaughtExceptionHandler()).isSameAs(mine);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void aPortInUseIsOneSentence() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  EmbeddedBroker.start(
                      config(taken.getLocalPort()), (id, serial) -> true, new SecureRandom()))
          .isInstanceOfSatisfying(
              FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_IN_USE))
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsOneSentence() throws IOException {
    Files.writeString(folder.resolve("broker"), "a file");

    assertThatThrownBy(
            () -> EmbeddedBroker.start(config(0), (id, serial) -> true, new SecureRandom()))
        .isInstanceOfSatisfying(
            FlotillaException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BROKER_FAILED));
  }
}
