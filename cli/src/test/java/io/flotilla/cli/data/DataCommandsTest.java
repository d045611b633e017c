package io.flotilla.cli.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandsTest {
  private static final String DATASET =
      "{\"name\":\"d\",\"version\":1,\"digest\":\"sha256:ab\",\"rows\":2,\"columns\":[\"a\",\"label\"]}";

  @TempDir private Path folder;
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void registersAFile() throws IOException {
    Path csv = Files.writeString(folder.resolve("d.csv"), "a,label\n1,x\n");
    controller.on("POST /api/v1/datasets/d", DATASET);

    Ran ran = Ran.flotilla("dataset", "register", "d", "--file", csv, "--context", folder);

    assertThat(ran.out()).isEqualTo("d:1 has 2 rows, sha256:ab\n");
    assertThat(controller.last().body()).isEqualTo("a,label\n1,x\n");
  }

  @Test
  void registersCapturedRows() {
    controller.on("POST /api/v1/datasets/d/captured", DATASET);

    Ran ran =
        Ran.flotilla(
            "dataset",
            "register",
            "d",
            "--captured",
            "digits:1",
            "--selector",
            "cohort=x",
            "--context",
            folder);

    assertThat(ran.status()).isZero();
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(
            Json.parse(
                "{\"labelledOnly\":true,\"model\":\"digits\",\"version\":1,\"selector\":\"cohort=x\"}"));
  }

  @Test
  void needsExactlyOneSourceOfRows() {
    Ran ran = Ran.flotilla("dataset", "register", "d", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: INPUT_INVALID: ").contains("--file or --captured");
  }

  @Test
  void aMissingFileIsNamed() {
    Ran ran =
        Ran.flotilla(
            "dataset", "register", "d", "--file", folder.resolve("none"), "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: FILE_MISSING: ").contains("none");
  }

  @Test
  void listsDatasets() {
    controller.on("GET /api/v1/datasets", "{\"items\":[" + DATASET + "]}");

    assertThat(Ran.flotilla("dataset", "list", "--context", folder).out()).contains("d:1", "2");
  }

  @Test
  void uploadsLabelsFromStandardInput() {
    controller.on("POST /api/v1/labels", "{\"accepted\":1,\"unknown\":0}");

    Ran ran =
        Ran.withInput(
            "{\"id\":\"p\",\"label\":\"7\"}\n", false, "label", "upload", "-", "--context", folder);

    assertThat(ran.out()).startsWith("1 labels accepted");
    assertThat(controller.last().body()).isEqualTo("{\"id\":\"p\",\"label\":\"7\"}\n");
  }

  @Test
  void startsARunAndWaitsForItsEnd() throws IOException {
    Path pipeline = Files.writeString(folder.resolve("p.yaml"), "steps: []\n");
    controller.on("POST /api/v1/runs", "{\"id\":\"r1\"}");
    controller.on(
        "GET /api/v1/runs/r1",
        "{\"id\":\"r1\",\"state\":\"SUCCEEDED\",\"promoted\":true,\"metrics\":{\"accuracy\":0.9}}");

    Ran ran =
        Ran.flotilla(
            "run",
            "start",
            "--pipeline",
            pipeline,
            "--model",
            "digits",
            "--input",
            "train=digits-train:1",
            "--parameter",
            "seed=42",
            "--parameter",
            "name=007",
            "--champion",
            "digits:1",
            "--wait",
            "--context",
            folder);

    assertThat(ran.status()).isZero();
    assertThat(ran.out()).startsWith("run r1: SUCCEEDED, promoted").contains("accuracy = 0.9");
    assertThat(Json.parse(controller.requests().getFirst().body()))
        .isEqualTo(
            Json.parse(
                """
                {"pipeline":"steps: []\\n","parameters":{"seed":42,"name":"007"},
                 "inputs":{"train":"digits-train:1"},"champion":"digits:1","model":"digits","fresh":false}
                """));
  }

  @Test
  void aRunThatFailsEndsInItsReason() throws IOException {
    Path pipeline = Files.writeString(folder.resolve("p.yaml"), "steps: []\n");
    controller.on("POST /api/v1/runs", "{\"id\":\"r1\"}");
    controller.on(
        "GET /api/v1/runs/r1", "{\"id\":\"r1\",\"state\":\"FAILED\",\"failure\":\"no label\"}");

    Ran ran =
        Ran.flotilla(
            "run",
            "start",
            "--pipeline",
            pipeline,
            "--model",
            "digits",
            "--wait",
            "--context",
            folder);

    assertThat(ran.status()).isEqualTo(7);
    assertThat(ran.err()).isEqualTo("flotilla: STEP_FAILED: run r1: FAILED (no label)\n");
  }

  @Test
  void downloadsTheBundleOfARun() {
    controller.on("GET /api/v1/runs/r1/bundle", "tar");
    Path out = folder.resolve("b.tar");

    assertThat(Ran.flotilla("run", "bundle", "r1", "--out", out, "--context", folder).status())
        .isZero();
    assertThat(out).hasContent("tar");
  }
}
