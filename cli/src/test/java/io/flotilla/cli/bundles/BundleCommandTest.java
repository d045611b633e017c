package io.flotilla.cli.bundles;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.cli.codec.Json;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleCommandTest {
  @TempDir private Path folder;

  @Test
  void createsSignsAndVerifiesABundle() throws IOException {
    Path trust = Models.trust(folder);
    Path bundle = Models.signedBundle(folder, trust);

    Ran verified = Ran.flotilla("bundle", "verify", "--trust", trust, bundle, "--json");
    Ran inspected = Ran.flotilla("bundle", "inspect", bundle, "--json");

    assertThat(verified.status()).isZero();
    assertThat(verified.json().text("publisher")).isEqualTo("lab");
    assertThat(inspected.json().text("digest")).isEqualTo(verified.json().text("digest"));
    Json manifest = inspected.json().get("manifest");
    assertThat(manifest.get("inputs").get(0).get("shape").toString()).isEqualTo("[\"batch\",4]");
    assertThat(manifest.get("outputs").get(0).get("categories").size()).isEqualTo(3);
    assertThat(Ran.flotilla("bundle", "inspect", bundle).out())
        .contains("MODEL", "digits", "input FP32[batch, 4]", "says by key");
  }

  @Test
  void theSameInputsGiveTheSameBundle() throws IOException {
    Path trust = Models.trust(folder);
    Path first = Files.createDirectory(folder.resolve("1"));
    Path second = Files.createDirectory(folder.resolve("2"));

    assertThat(Files.readAllBytes(Models.signedBundle(first, trust)))
        .isEqualTo(Files.readAllBytes(Models.signedBundle(second, trust)));
  }

  @Test
  void saysWhenGoldenVectorsAreSelfMade() throws IOException {
    Ran made =
        Ran.flotilla(
            "bundle",
            "create",
            Models.linear(folder),
            "--name",
            "digits",
            "--out",
            folder.resolve("out"));

    assertThat(made.status()).isZero();
    assertThat(made.out()).contains("3 golden cases, self-made");
    assertThat(folder.resolve("out/tests/golden.cbor")).exists();
  }

  @Test
  void acceptsGoldenVectorsThatTheModelReproducesAndNoOthers() throws IOException {
    Path model = Models.linear(folder);
    Path one = folder.resolve("one");
    Ran.flotilla("bundle", "create", model, "--name", "digits", "--out", one);
    Path golden = one.resolve("tests/golden.cbor");

    Ran same =
        Ran.flotilla(
            "bundle",
            "create",
            model,
            "--name",
            "digits",
            "--golden",
            golden,
            "--out",
            folder.resolve("two"),
            "--json");
    assertThat(same.json().text("goldenOrigin")).isEqualTo("GIVEN");

    Path other = Files.createDirectory(folder.resolve("other"));
    Files.write(
        other.resolve("m.onnx"),
        io.flotilla.cli.onnx.PerceptronModel.bytes(
            java.util.List.of(4, 3), new java.util.Random(7)));
    Ran differs =
        Ran.flotilla(
            "bundle",
            "create",
            other.resolve("m.onnx"),
            "--name",
            "digits",
            "--golden",
            golden,
            "--out",
            folder.resolve("three"));
    assertThat(differs.status()).isEqualTo(4);
    assertThat(differs.err()).startsWith("flotilla: GOLDEN_VECTORS_FAILED: ").hasLineCount(1);
    assertThat(folder.resolve("three")).doesNotExist();
  }

  @Test
  void addsAssets() throws IOException {
    Path assets = Files.createDirectories(folder.resolve("assets/maps"));
    Files.writeString(assets.resolve("table.txt"), "x");

    Ran made =
        Ran.flotilla(
            "bundle",
            "create",
            Models.linear(folder),
            "--name",
            "digits",
            "--assets",
            folder.resolve("assets"),
            "--out",
            folder.resolve("out"));

    assertThat(made.status()).isZero();
    assertThat(folder.resolve("out/assets/maps/table.txt")).hasContent("x");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.6, 0.99})
  void aTruncatedModelEndsInOneSentence(double kept) throws IOException {
    byte[] whole = Files.readAllBytes(Models.linear(folder));
    refuses(Arrays.copyOf(whole, (int) (whole.length * kept)), "MODEL_MALFORMED");
  }

  @Test
  void aFileThatIsNotOnnxEndsInOneSentence() throws IOException {
    refuses("<html>not found</html>".getBytes(StandardCharsets.UTF_8), "MODEL_MALFORMED");
  }

  @Test
  void aModelOfATooNewFormatEndsInOneSentence() throws IOException {
    byte[] model = Files.readAllBytes(Models.linear(folder));
    model[1] = 99; // ir_version is the first field
    refuses(model, "MODEL_TOO_NEW");
  }

  private void refuses(byte[] model, String code) throws IOException {
    Path file = Files.write(folder.resolve("bad.onnx"), model);
    Path out = Files.createDirectory(folder.resolve("out"));

    Ran ran =
        Ran.flotilla("bundle", "create", file, "--name", "digits", "--out", out.resolve("b.tar"));

    assertThat(ran.status()).isEqualTo(4);
    assertThat(ran.err()).startsWith("flotilla: " + code + ": ").hasLineCount(1);
    assertThat(ran.out()).isEmpty();
    try (Stream<Path> left = Files.list(out)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void missingFilesEndInOneSentence() {
    Path none = folder.resolve("none");

    for (Ran ran :
        new Ran[] {
          Ran.flotilla("bundle", "create", none, "--name", "m", "--out", folder + "/o"),
          Ran.flotilla("bundle", "inspect", none),
          Ran.flotilla("bundle", "sign", "--key", none, folder),
          Ran.flotilla("bundle", "verify", "--trust", none, folder),
        }) {
      assertThat(ran.status()).isEqualTo(2);
      assertThat(ran.err()).startsWith("flotilla: FILE_MISSING: ").hasLineCount(1);
    }
  }

  @Test
  void anOddNameIsRefused() throws IOException {
    Ran ran =
        Ran.flotilla(
            "bundle",
            "create",
            Models.linear(folder),
            "--name",
            "Digits!",
            "--out",
            folder.resolve("o"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: NAME_INVALID: ");
  }

  @Test
  void neverOverwritesABundle() throws IOException {
    Ran ran =
        Ran.flotilla(
            "bundle", "create", Models.linear(folder), "--name", "digits", "--out", folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: CONFLICT: ");
  }

  @Test
  void unsignedForeignAndChangedBundlesAreRefusedByName() throws IOException {
    Path trust = Models.trust(folder);
    Path bundle = Models.signedBundle(folder, trust);
    Path stranger = Files.createDirectory(folder.resolve("stranger"));

    assertVerdict(bundle, Models.trust(stranger), 3, "PUBLISHER_UNKNOWN");

    byte[] bytes = Files.readAllBytes(bundle);
    bytes[bytes.length / 2] ^= 1;
    Path changed = Files.write(folder.resolve("changed.tar"), bytes);
    Ran ran = Ran.flotilla("bundle", "verify", "--trust", trust, changed);
    assertThat(ran.status()).isIn(3, 4);
    assertThat(ran.err()).hasLineCount(1);

    Path unsigned = folder.resolve("unsigned");
    Ran.flotilla("bundle", "create", Models.linear(folder), "--name", "digits", "--out", unsigned);
    assertVerdict(unsigned, trust, 3, "SIGNATURE_MISSING");
  }

  private static void assertVerdict(Path bundle, Path trust, int status, String code) {
    Ran ran = Ran.flotilla("bundle", "verify", "--trust", trust, bundle);
    assertThat(ran.status()).isEqualTo(status);
    assertThat(ran.err()).startsWith("flotilla: " + code + ": ").hasLineCount(1);
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws IOException {
    Path trust = Models.trust(folder);
    Path key = trust.resolve("keys/lab-key.pem");
    Files.setPosixFilePermissions(
        key, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));

    Ran ran = Ran.flotilla("bundle", "sign", "--key", key, folder);

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: INPUT_INVALID: ").contains("chmod 600");
  }
}
