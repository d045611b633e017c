package io.flotilla.controller.broker;

import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.TestDevices;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

/** The same contract against mosquitto's own image, where Docker runs; skipped elsewhere. */
@Testcontainers(disabledWithoutDocker = true)
class MosquittoContainerTest extends BrokerContract {
  private static final DockerImageName IMAGE = DockerImageName.parse("eclipse-mosquitto:2.0.22");
  private static final String PLACE = "/etc/mosquitto/flotilla/";
  private static final int PORT = 8883;

  /** The broker drops to its own user before it reads its files. */
  private static final int READABLE_BY_ALL = 0644;

  private CertificateAuthority authority;
  private GenericContainer<?> container;

  @BeforeAll
  void startBroker() throws IOException {
    authority = TestDevices.authority(folder.resolve("pki"), Clock.systemUTC());
    Path files = Files.createDirectories(folder.resolve("broker"));
    authority.writeBrokerFiles(files, List.of());
    Files.writeString(files.resolve("mosquitto.conf"), Mosquitto.block("conf"));
    Files.writeString(files.resolve("acl"), Mosquitto.block("acl"));
    container = new GenericContainer<>(IMAGE).withExposedPorts(PORT);
    for (String name : List.of("ca.pem", "broker.pem", "broker-key.pem", "mosquitto.conf", "acl")) {
      byte[] content = Files.readAllBytes(files.resolve(name));
      container.withCopyToContainer(Transferable.of(content, READABLE_BY_ALL), PLACE + name);
    }
    container.withCommand("mosquitto", "-c", PLACE + "mosquitto.conf").start();
  }

  @AfterAll
  void stopBroker() {
    if (container != null) {
      container.stop();
    }
  }

  @Override
  URI broker() {
    return URI.create("mqtts://localhost:" + container.getMappedPort(PORT));
  }

  @Override
  CertificateAuthority authority() {
    return authority;
  }
}
