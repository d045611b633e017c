package io.flotilla.cli.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustCommandTest {
  @TempDir private Path folder;

  @Test
  void makesKeysThatOnlyTheirOwnerCanRead() throws IOException {
    Path trust = Models.trust(folder);

    for (String key : List.of("keys/root-key.pem", "keys/lab-key.pem")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(trust.resolve(key))))
          .isEqualTo("rw-------");
    }
    assertThat(trust.resolve("trust.json")).exists();
    assertThat(Files.readString(trust.resolve("root.pem"))).contains("PUBLIC KEY");
  }

  @Test
  void showsThePolicyThatItMade() {
    Ran shown = Ran.flotilla("trust", "show", "--dir", Models.trust(folder), "--json");

    assertThat(shown.status()).isZero();
    assertThat(shown.json().get("version").asInt()).isEqualTo(1);
    Json publisher = shown.json().get("publishers").get(0);
    assertThat(publisher.text("name")).isEqualTo("lab");
    assertThat(publisher.get("models").get(0).asText()).isEqualTo("digits*");
    assertThat(publisher.text("keyId")).hasSize(64);
  }

  @Test
  void neverOverwritesTrust() throws IOException {
    Path trust = Models.trust(folder);
    byte[] policy = Files.readAllBytes(trust.resolve("trust.json"));

    Ran again =
        Ran.flotilla("trust", "init", "--out", trust, "--publisher", "eve", "--models", "*");

    assertThat(again.status()).isEqualTo(2);
    assertThat(again.err()).startsWith("flotilla: CONFLICT: ").hasLineCount(1);
    assertThat(trust.resolve("trust.json")).hasBinaryContent(policy);
  }

  @Test
  void addsAPublisherAsTheNextVersion() {
    Path trust = Models.trust(folder);

    Ran added =
        Ran.flotilla(
            "trust",
            "add-publisher",
            "--dir",
            trust,
            "--publisher",
            "acme",
            "--models",
            "vision-*,audio",
            "--json");

    assertThat(added.status()).isZero();
    assertThat(added.json().get("version").asInt()).isEqualTo(2);
    Ran shown = Ran.flotilla("trust", "show", "--dir", trust);
    assertThat(shown.out()).contains("version 2", "lab", "acme", "vision-*, audio");
    assertThat(trust.resolve("keys/acme-key.pem")).exists();
  }

  @Test
  void aPublisherCannotBeAddedTwice() {
    Path trust = Models.trust(folder);

    Ran again =
        Ran.flotilla(
            "trust", "add-publisher", "--dir", trust, "--publisher", "lab", "--models", "x");

    assertThat(again.status()).isNotZero();
    assertThat(Ran.flotilla("trust", "show", "--dir", trust).out()).contains("version 1");
  }

  @Test
  void aPolicyChangedByAnyByteIsRefused() throws IOException {
    Path trust = Models.trust(folder);
    Path file = trust.resolve("trust.json");
    Files.writeString(
        file, Files.readString(file).replaceFirst("\"payload\":\"e", "\"payload\":\"f"));

    Ran shown = Ran.flotilla("trust", "show", "--dir", trust);

    assertThat(shown.status()).isEqualTo(3);
    assertThat(shown.err()).startsWith("flotilla: TRUST_POLICY_INVALID: ").hasLineCount(1);
  }

  @Test
  void refusesAPublisherNameThatIsAPath() throws IOException {
    Ran ran =
        Ran.flotilla(
            "trust",
            "init",
            "--out",
            folder.resolve("t"),
            "--publisher",
            "../eve",
            "--models",
            "x");

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: NAME_INVALID: ");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
  }
}
