package io.flotilla.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.FakeController;
import io.flotilla.cli.testing.FakeController.Answer;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
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
  @AutoClose private FakeController controller;

  @BeforeEach
  void start() throws Exception {
    controller = new FakeController(folder);
  }

  @Test
  void registersASignedBundleUnchanged() throws Exception {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    controller.on("POST /api/v1/models/digits/versions?tag=team%3Dlab", VERSION);

    Ran ran = Ran.flotilla("model", "register", bundle, "--tag", "team=lab", "--context", folder);

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
            "model", "register", Models.linear(folder), "--name", "digits", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("--publisher-key");
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void aTruncatedArchiveIsRefusedBeforeItIsSent() throws Exception {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    byte[] bytes = Files.readAllBytes(bundle);
    Files.write(bundle, java.util.Arrays.copyOf(bytes, bytes.length - 700));

    Ran ran = Ran.flotilla("model", "register", bundle, "--context", folder);

    assertThat(ran.status()).isEqualTo(4);
    assertThat(ran.err()).startsWith("flotilla: BUNDLE_").hasLineCount(1);
    assertThat(controller.requests()).isEmpty();
  }

  @Test
  void listsShowsAndDeletes() {
    controller.on("GET /api/v1/models", "{\"items\":[" + VERSION + "],\"next\":null}");
    controller.on("GET /api/v1/models/digits/versions/1", VERSION);
    controller.on(
        "GET /api/v1/models/digits/versions/1/profiles",
        "{\"items\":[],\"recommendations\":{\"edge\":{\"threads\":2}}}");
    controller.on("DELETE /api/v1/models/digits/versions/1", new Answer(204, "text/plain", ""));

    assertThat(Ran.flotilla("model", "list", "--context", folder).out())
        .contains("digits:1", "aabbccddeeff", "lab", "team=lab");
    assertThat(Ran.flotilla("model", "show", "digits:1", "--context", folder).out())
        .contains("0123 with changes", "d:1@sha256:00", "9 bytes", "2 threads recommended");
    assertThat(Ran.flotilla("model", "delete", "digits:1", "--context", folder).out())
        .isEqualTo("deleted digits:1\n");
  }

  @Test
  void whatUsesAVersionThatIsNotDeletedIsNamed() {
    String detail = "digits:1 is in use by cam-1, cam-2 and 2 more: roll another version out";
    controller.on(
        "DELETE /api/v1/models/digits/versions/1",
        Answer.json(
            409,
            Json.object()
                .put("code", "VERSION_IN_USE")
                .put("detail", detail)
                .put("users", List.of("cam-1", "cam-2", "rollout-000007"))
                .put("userCount", 4)
                .toString()));

    Ran ran = Ran.flotilla("model", "delete", "digits:1", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err())
        .isEqualTo(
            """
            flotilla: in use by cam-1
            flotilla: in use by cam-2
            flotilla: in use by rollout-000007
            flotilla: in use by 1 more
            flotilla: VERSION_IN_USE: %s
            """
                .formatted(detail));
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

  @Test
  void whatIsSaidAtRegistrationGoesAlong() throws Exception {
    Path bundle = Models.signedBundle(folder, Models.trust(folder));
    controller.on(
        "POST /api/v1/models/digits/versions?description=d&reason=why&environment=edge%3A1"
            + "&metric=accuracy%3D0.9&dataset=TRAINING%3Dtrain%3A1&dataset=BASELINE%3Dbase%3A2",
        VERSION);

    Ran ran =
        Ran.flotilla(
            "model",
            "register",
            bundle,
            "--description",
            "d",
            "--reason",
            "why",
            "--environment",
            "edge:1",
            "--metric",
            "accuracy=0.9",
            "--trained-on",
            "train:1",
            "--baseline-data",
            "base:2",
            "--context",
            folder);

    assertThat(ran.status()).as(ran.err()).isZero();
  }

  @Test
  void aModelComesOnStandardInputToo() throws Exception {
    Path trust = Models.trust(folder);
    Path bundle = Models.signedBundle(folder, trust);
    controller.on("POST /api/v1/models/digits/versions", VERSION);

    Ran archive =
        Ran.withInput(Files.readAllBytes(bundle), "model", "register", "-", "--context", folder);
    Ran onnx =
        Ran.withInput(
            Files.readAllBytes(Models.linear(folder)),
            "model",
            "register",
            "-",
            "--name",
            "digits",
            "--publisher-key",
            trust.resolve("keys/lab-key.pem"),
            "--context",
            folder);

    assertThat(archive.status()).as(archive.err()).isZero();
    assertThat(onnx.status()).as(onnx.err()).isZero();
    assertThat(controller.requests()).hasSize(2);
  }

  @Test
  void searchesByTermsAndSaysHowToGoOn() {
    controller.on(
        "GET /api/v1/models?query=tag.team%3Dlab%20metric.accuracy%3E0.9&sort=-metric.accuracy"
            + "&limit=50",
        "{\"items\":[" + VERSION + "],\"next\":\"c1\"}");

    Ran ran =
        Ran.flotilla(
            "model",
            "search",
            "tag.team=lab",
            "metric.accuracy>0.9",
            "--sort=-metric.accuracy",
            "--context",
            folder);

    assertThat(ran.out()).contains("digits:1", "team=lab");
    assertThat(ran.err()).contains("--after c1");
  }

  @Test
  void tagsVersionsAndDescribesModels() {
    controller.on("GET /api/v1/models/digits/aliases/champion", "{\"version\":1}");
    controller.on("PATCH /api/v1/models/digits/versions/1", VERSION);
    controller.on("PATCH /api/v1/models/digits", "{\"name\":\"digits\",\"tags\":{}}");

    Ran version =
        Ran.flotilla(
            "model",
            "tag",
            "digits@champion",
            "team=lab",
            "--metric",
            "accuracy=0.5",
            "--remove",
            "draft",
            "--context",
            folder);
    assertThat(version.out()).contains("team=lab");
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(
            Json.parse(
                """
                {"tags":{"set":{"team":"lab"},"remove":["draft"]},
                 "metrics":{"set":{"accuracy":0.5},"remove":[]}}
                """));
    Ran model =
        Ran.flotilla("model", "tag", "digits", "--description", "handwritten", "--context", folder);
    assertThat(model.status()).as(model.err()).isZero();
    assertThat(controller.last().body()).contains("handwritten");
    Ran wrong = Ran.flotilla("model", "tag", "digits:1", "--description", "x", "--context", folder);
    assertThat(wrong.status()).isEqualTo(2);
  }

  @Test
  void pointsAliasesOnlyWhereExpected() {
    controller.on(
        "PUT /api/v1/models/digits/aliases/champion",
        Answer.problem(409, "ALIAS_MOVED", "champion is at version 2"));

    Ran ran =
        Ran.flotilla(
            "model", "alias", "set", "digits:1", "champion", "--expect", "0", "--context", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: ALIAS_MOVED: ");
    assertThat(Json.parse(controller.last().body()))
        .isEqualTo(Json.parse("{\"version\":1,\"expected\":0}"));
  }

  @Test
  void theInspectionNamesTheDefaultOperatorDomainToo() {
    controller.on(
        "GET /api/v1/models/digits/versions/1/inspection",
        """
        {"variants":[{"variant":"fp32","trial":null,"contents":{"irVersion":8,"nodes":2,
          "opsets":{"":13,"ai.onnx.ml":3},"operators":{"Gemm":2},"initializerBytes":40}}]}
        """);

    Ran ran = Ran.flotilla("model", "inspect", "digits:1", "--context", folder);

    assertThat(ran.out()).contains("ai.onnx=13, ai.onnx.ml=3", "Gemm=2");
  }
}
