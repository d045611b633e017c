package io.flotilla.controller.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CertificateAuthorityTest {
  private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

  @TempDir Path folder;

  private CertificateAuthority open(Instant now, String... hosts) {
    return CertificateAuthority.open(
        folder.resolve("pki"),
        List.of(hosts),
        Clock.fixed(now, ZoneOffset.UTC),
        new SecureRandom());
  }

  @Test
  void keysAreNeverReadableByOthers() throws IOException {
    open(NOW).writeBrokerFiles(folder.resolve("out"), List.of("broker.example.org"));

    for (String key :
        List.of(
            "pki/ca-key.pem",
            "pki/server-key.pem",
            "pki/controller-key.pem",
            "out/broker-key.pem")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(key))))
          .as(key)
          .isEqualTo("rw-------");
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("pki"))))
        .isEqualTo("rwx------");
    try (Stream<Path> files = Files.list(folder.resolve("pki"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("no half-written file is left")
          .containsExactlyInAnyOrder(
              "ca.pem",
              "ca-key.pem",
              "server.pem",
              "server-key.pem",
              "controller.pem",
              "controller-key.pem");
    }
  }

  @Test
  void refusesAKeyThatOthersCanRead() throws IOException {
    open(NOW);
    Files.setPosixFilePermissions(
        folder.resolve("pki/ca-key.pem"), PosixFilePermissions.fromString("rw-r-----"));

    assertCode(ErrorCode.CONFIGURATION_INVALID, () -> open(NOW));
  }

  @Test
  void aRestartUsesEverythingAgain() {
    CertificateAuthority first = open(NOW);
    CertificateAuthority second = open(NOW.plus(Duration.ofDays(30)));

    assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
    assertThat(second.server().chain()).isEqualTo(first.server().chain());
    assertThat(second.controller().chain()).isEqualTo(first.controller().chain());
  }

  @Test
  void issuesTheServerAnewForOtherHostsOrBeforeItExpires() {
    CertificateAuthority first = open(NOW);
    CertificateAuthority otherHosts = open(NOW, "edge.example.org", "192.0.2.7");
    CertificateAuthority later = open(NOW.plus(Duration.ofDays(700)));

    assertThat(otherHosts.server().chain()).isNotEqualTo(first.server().chain());
    assertThat(later.server().chain()).isNotEqualTo(otherHosts.server().chain());
    assertThat(later.fingerprint()).isEqualTo(first.fingerprint());
  }

  @Test
  void theServerIsKnownByItsNamesAndShowsItsAuthority() throws Exception {
    List<X509Certificate> chain = open(NOW, "edge.example.org").server().chain();

    assertThat(chain).hasSize(2);
    assertThat(chain.getFirst().getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactlyInAnyOrder("localhost", "127.0.0.1", "edge.example.org");
    assertThat(chain.getFirst().getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    chain.getFirst().verify(chain.getLast().getPublicKey());
    assertThat(chain.getLast().getBasicConstraints()).isZero();
  }

  @Test
  void aDevicesNameIsTheAuthoritysChoiceAndNotTheRequests() {
    TlsIdentity device = TestDevices.identity(open(NOW), "cam-1");
    X509Certificate certificate = device.chain().getFirst();

    assertThat(certificate.getSubjectX500Principal().getName())
        .isEqualTo("CN=cam-1,OU=device,O=Flotilla");
    assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
    assertThat(certificate.getSerialNumber()).isPositive();
    assertThat(certificate.getSerialNumber().bitLength()).isEqualTo(127);
    assertThat(device).hasToString("CN=cam-1,OU=device,O=Flotilla");
  }

  @Test
  void aHalfFoundedAuthorityIsFoundedAgain() throws IOException {
    open(NOW);
    Files.delete(folder.resolve("pki/ca.pem"));

    CertificateAuthority again = open(NOW);

    assertThat(again.server().chain().getLast())
        .as("certificates of the lost authority are replaced")
        .isEqualTo(again.server().authority());
  }

  @ParameterizedTest
  @ValueSource(strings = {"ca.pem", "ca-key.pem"})
  void aDamagedAuthorityIsRefusedAndLeftAsItIs(String file) throws IOException {
    open(NOW);
    Files.writeString(folder.resolve("pki").resolve(file), "not PEM");

    assertCode(ErrorCode.CONFIGURATION_INVALID, () -> open(NOW));
    assertThat(folder.resolve("pki").resolve(file)).hasContent("not PEM");
  }

  @Test
  void aKeyOfAnotherAuthorityIsRefused() throws IOException {
    open(NOW);
    CertificateAuthority.open(
        folder.resolve("other"), List.of(), Clock.fixed(NOW, ZoneOffset.UTC), new SecureRandom());
    Files.copy(
        folder.resolve("other/ca.pem"),
        folder.resolve("pki/ca.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertCode(ErrorCode.CONFIGURATION_INVALID, () -> open(NOW));
  }

  @Test
  void aFolderThatCannotBeMadeIsOneSentence() throws IOException {
    Files.writeString(folder.resolve("pki"), "a file");

    assertCode(ErrorCode.STORAGE_FAILED, () -> open(NOW));
  }

  private static void assertCode(
      ErrorCode code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FlotillaException.class, e -> assertThat(e.code()).isEqualTo(code));
  }
}
