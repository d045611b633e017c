package io.flotilla.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCommandTest {
  private static final String VERSION =
      """
      {"model":"digits","version":1,"bundle":"aabbccddeeff00112233","publisher":"lab",
       "registeredAtMs":1,"tags":{"team":"lab"},"archive":{"sizeBytes":9},
       "lineage":{"gitCommit":"0123","gitDirty":true,"datasets":["d:1@sha256:00"],"run":null}}
      """;

  @TempDir private Path folder;
  private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @AfterEach
  void stop() {
    controller.close();
  }

  @Test
  void registersASignedBundleUnchanged() throws Exception {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    controller.on("POST /api/v1/models/digits/versions?tag=team%3Dlab", VERSION);

    Ran ran =
        Ran.flotilla(
            "model", "register", "--bundle", bundle, "--tag", "team=lab", "--context", folder);

    assertThat(ran.status()).isZero();
    assertThat(ran.out()).isEqualTo("registered digits:1, bundle aabbccddeeff00112233\n");
    assertThat(controller.last().headers().get("Content-length"))
        .containsExactly(Long.toString(Files.size(bundle)));
  }

  @Test
  void registersAModelInOneGo() throws Exception {
    Path trust = Models.trust(folder);
    controller.on("POST /api/v1/models/digits/versions", VERSION);

    Ran ran =
        Ran.flotilla(
            "model",
            "register",
            "--model",
            Models.linear(folder),
            "--name",
            "digits",
            "--publisher-key",
            trust.resolve("keys/lab-key.pem"),
            "--context",
            folder);

    assertThat(ran.status()).isZero();
    assertThat(ran.out()).contains("self-made", "registered digits:1");
    assertThat(controller.last().body()).contains("bundle.json", "bundle.sig", "models/model.onnx");
  }

  @Test
  void aModelWithoutAKeyIsNotRegistered() throws Exception {
    Ran ran =
        Ran.flotilla(
            "model",
            "register",
            "--model",
            Models.linear(folder),
            "--name",
            "digits",
            "--context",
            folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("--publisher-key");
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void aTruncatedArchiveIsRefusedBeforeItIsSent() throws Exception {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    byte[] bytes = Files.readAllBytes(bundle);
    Files.write(bundle, java.util.Arrays.copyOf(bytes, bytes.length - 700));

    Ran ran = Ran.flotilla("model", "register", "--bundle", bundle, "--context", folder);

    assertThat(ran.status()).isEqualTo(4);
    assertThat(ran.err()).startsWith("flotilla: BUNDLE_").hasLineCount(1);
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void listsShowsAndDeletes() {
    controller.on("GET /api/v1/models", "{\"items\":[" + VERSION + "],\"next\":null}");
    controller.on("GET /api/v1/models/digits/versions/1", VERSION);
    controller.on("DELETE /api/v1/models/digits/versions/1", new Answer(204, "text/plain", ""));

    assertThat(Ran.flotilla("model", "list", "--context", folder).out())
        .contains("digits:1", "aabbccddeeff", "lab", "team=lab");
    assertThat(Ran.flotilla("model", "show", "digits:1", "--context", folder).out())
        .contains("0123 with changes", "d:1@sha256:00", "9 bytes");
    assertThat(Ran.flotilla("model", "delete", "digits:1", "--context", folder).out())
        .isEqualTo("deleted digits:1\n");
  }

  @Test
  void anUnknownVersionEndsInOneSentence() {
    controller.on(
        "GET /api/v1/models/digits/versions/9",
        Answer.problem(404, "VERSION_NOT_FOUND", "digits has no version 9"));

    Ran ran = Ran.flotilla("model", "show", "digits:9", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).isEqualTo("flotilla: VERSION_NOT_FOUND: digits has no version 9\n");
  }
}
