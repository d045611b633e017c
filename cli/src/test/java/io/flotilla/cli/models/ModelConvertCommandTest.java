package io.flotilla.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConvertCommandTest {
  @TempDir private Path folder;

  @Test
  void theVariantComesFirstWithItsReportAndScores() throws IOException {
    Path bundle = bundle();
    Path out = folder.resolve("int8.tar");

    Ran ran = Ran.flotilla("model", "convert", bundle, "--to", "int8-dynamic", "--out", out);

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("p50 latency", "100 random rows", "wrote");
    try (OpenBundle open = OpenBundle.open(out)) {
      Manifest manifest = BundleVerifier.inspect(open.directory()).manifest();
      assertThat(manifest.variants())
          .extracting(Variant::id)
          .containsExactly("int8-dynamic", "main");
      assertThat(manifest.variants().getFirst().sizeBytes())
          .isLessThan(manifest.variants().getLast().sizeBytes() / 2);
      Json report =
          Json.parse(
              Files.readString(
                  open.directory().resolve(manifest.properties().get("report.int8-dynamic"))));
      assertThat(report.get("samples").get("rows").asInt()).isEqualTo(100);
    }
    Ran scored = Ran.withInput("0".repeat(1) + ",1".repeat(63) + "\n", false, "score", out);
    assertThat(scored.status()).as(scored.err()).isZero();
    Ran diff = Ran.flotilla("bundle", "diff", bundle, out);
    assertThat(diff.out()).contains("The variant int8-dynamic is new", "golden case");
  }

  @Test
  void aVariantBeyondToleranceIsRefusedAndTheControllerHears() throws Exception {
    try (FakeController controller = new FakeController(folder)) {
      Path bundle = bundle();
      controller.on(
          "GET /api/v1/models/digits/versions/1/archive",
          new Answer(200, "application/octet-stream", "no bundle"));
      controller.on("POST /api/v1/models/digits/versions/1/conversions", "{}");
      Path out = folder.resolve("o.tar");

      Ran registered =
          Ran.flotilla(
              "model", "convert", "digits:1", "--to", "fp16", "--out", out, "--context", folder);
      assertThat(registered.status()).isEqualTo(4);
      assertThat(Json.parse(controller.last().body()).get("failure").text("code"))
          .startsWith("BUNDLE_");

      Ran strict =
          Ran.flotilla(
              "model",
              "convert",
              bundle,
              "--to",
              "int8-dynamic",
              "--max-difference",
              "1e-9",
              "--out",
              out);
      assertThat(strict.status()).isEqualTo(4);
      assertThat(strict.err()).startsWith("flotilla: CONVERSION_INTOLERABLE: ");
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void aVariantOfARegisteredVersionInheritsWhatWasSaidOfIt() throws Exception {
    try (FakeController controller = new FakeController(folder)) {
      Path trust = Models.trust(folder);
      controller.on("GET /api/v1/models/digits/aliases/champion", "{\"version\":1}");
      controller.onBytes("GET /api/v1/models/digits/versions/1/archive", bundle());
      controller.on(
          "GET /api/v1/models/digits/versions/1",
          """
          {"description":"d","environment":"edge:1","tags":{"team":"lab"},
           "datasets":[{"use":"TRAINING","dataset":"t:1"}]}
          """);
      controller.on(
          "POST /api/v1/models/digits/versions?reason=the%20variant%20fp16%20of%20digits%3A1"
              + "&description=d&environment=edge%3A1&tag=team%3Dlab&dataset=TRAINING%3Dt%3A1",
          "{\"model\":\"digits\",\"version\":2}");
      controller.on("POST /api/v1/models/digits/versions/1/conversions", "{}");

      Ran ran =
          Ran.flotilla(
              "model",
              "convert",
              "digits@champion",
              "--to",
              "fp16",
              "--publisher-key",
              trust.resolve("keys/lab-key.pem"),
              "--context",
              folder);

      assertThat(ran.status()).as(ran.err()).isZero();
      assertThat(ran.out()).contains("registered digits:2");
      Json told = Json.parse(controller.last().body());
      assertThat(told.text("result")).isEqualTo("digits:2");
      assertThat(told.get("succeeded").asBoolean()).isTrue();
      assertThat(told.get("report").get("samples").get("rows").asInt()).isEqualTo(100);
      assertThat(told.get("report").toString())
          .as("the controller takes no nulls there")
          .doesNotContain("null");
    }
  }

  @Test
  void saysInWordsWhatChangedInTheWeights() throws IOException {
    Path one = bundle();
    Path other =
        Files.write(
            folder.resolve("other.onnx"),
            PerceptronModel.bytes(List.of(64, 32, 10), new Random(7)));
    Path two = folder.resolve("two.tar");
    Ran made = Ran.flotilla("bundle", "create", other, "--name", "digits", "--out", two);
    assertThat(made.status()).as(made.err()).isZero();

    Ran same = Ran.flotilla("bundle", "diff", one, one);
    Ran differs = Ran.flotilla("bundle", "diff", one, two);

    assertThat(same.out()).contains("The manifests say the same.", "byte for byte");
    assertThat(differs.out()).contains("The graph is the same", "Weights:", "changed");
  }

  @Test
  void profilesAModelByThreads() throws IOException {
    Ran ran = Ran.flotilla("model", "profile", bundle(), "--threads", "1,2", "--json");

    assertThat(ran.status()).as(ran.err()).isZero();
    assertThat(ran.json().get("points").size()).isEqualTo(2);
    assertThat(ran.json().get("points").get(0).get("p50Micros").asDouble()).isPositive();
    assertThat(ran.json().get("recommendedThreads").asInt()).isBetween(1, 2);
  }

  @Test
  void importsTrees() throws IOException {
    Path dump = folder.resolve("dump.txt");
    Files.writeString(
        dump,
        """
        booster[0]:
        0:[f0<0.5] yes=1,no=2,missing=1
        	1:leaf=-1
        	2:leaf=1
        """);
    Path trees = folder.resolve("trees.onnx");
    Ran imported =
        Ran.flotilla("model", "import", dump, "--objective", "binary:logistic", "--out", trees);
    assertThat(imported.status()).as(imported.err()).isZero();
    assertThat(imported.out()).contains("1 trees, 3 nodes");
    assertThat(Ran.withInput("1\n", false, "score", trees).out()).contains("row 1");
  }

  @Test
  void importsWhateverACommandConverts() throws IOException {
    Path made = Models.linear(folder);
    Path copy = folder.resolve("copy.onnx");
    Ran external =
        Ran.flotilla(
            "model",
            "import",
            made,
            "--output",
            "made.onnx",
            "--out",
            copy,
            "--",
            "cp",
            "model.onnx",
            "made.onnx");
    assertThat(external.status()).as(external.err()).isZero();
    assertThat(copy).hasSameBinaryContentAs(made);
    Ran fails =
        Ran.flotilla(
            "model",
            "import",
            made,
            "--output",
            "made.onnx",
            "--out",
            folder.resolve("n"),
            "--",
            "false");
    assertThat(fails.status()).isEqualTo(4);
    assertThat(fails.err()).startsWith("flotilla: CONVERSION_FAILED: ");
  }

  @Test
  void aFailedImportIsToldToTheControllerUnderTheNameOfItsModel() throws Exception {
    Path dump = Files.writeString(folder.resolve("dump.txt"), "booster[0]:\n0:[f0<");
    try (FakeController controller = new FakeController(folder)) {
      String call = "POST /api/v1/models/trees/conversions";
      controller.on(call, new Answer(204, "", ""));
      Path out = folder.resolve("trees.onnx");

      Ran told = importTrees(dump, out, "--model", "trees", "--context", folder);

      assertThat(told.status()).isEqualTo(4);
      assertThat(controller.last().call()).isEqualTo(call);
      Json body = Json.parse(controller.last().body());
      assertThat(body.text("kind")).isEqualTo("import-trees");
      assertThat(body.get("failure").text("code")).isEqualTo("TREE_DUMP_INVALID");
      assertThat(body.get("failure").text("message")).isNotEmpty();

      controller.on(call, Answer.problem(503, "CONTROLLER_UNREACHABLE", "busy"));
      Ran untold = importTrees(dump, out, "--model", "trees", "--context", folder);
      assertThat(untold.err()).contains("the controller was not told: busy", "TREE_DUMP_INVALID");
      int asked = controller.requests().size();
      assertThat(importTrees(dump, out).status()).isEqualTo(4);
      assertThat(controller.requests()).hasSize(asked);
    }
  }

  private static Ran importTrees(Path dump, Path out, Object... more) {
    List<Object> words = new ArrayList<>(List.of("model", "import", dump, "--out", out));
    words.addAll(List.of("--objective", "binary:logistic"));
    words.addAll(List.of(more));
    return Ran.flotilla(words.toArray());
  }

  private Path bundle() throws IOException {
    Path model =
        Files.write(
            folder.resolve("wide.onnx"), PerceptronModel.bytes(List.of(64, 32, 10), new Random(3)));
    Path bundle = folder.resolve("wide.tar");
    Ran ran = Ran.flotilla("bundle", "create", model, "--name", "digits", "--out", bundle);
    assertThat(ran.status()).as(ran.err()).isZero();
    return bundle;
  }
}
