package io.flotilla.cli.bundles;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Range;
import io.flotilla.bundle.manifest.TensorSpec;
import io.flotilla.bundle.manifest.Variant;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.cli.testing.Models;
import io.flotilla.cli.testing.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelSourceTest {
  @TempDir private Path folder;

  @Test
  void aBundleYamlNamesVariantsSchemaEnvironmentAndFolders() throws IOException {
    Path source = source();
    Files.writeString(
        source.resolve("bundle.yaml"),
        """
        name: digits
        variants:
          - {id: fp32, file: big.onnx}
          - {id: tiny, file: small.onnx, providers: [CPUExecutionProvider]}
        inputs:
          - {name: input, unit: lux, meaning: brightness, range: [0, 16]}
        outputs:
          - {name: output, categories: [x, y, z]}
        goldenRows: rows.csv
        assets: assets
        hooks: hooks
        environment: edge-cpu:1
        properties: {team: lab}
        """);

    Manifest manifest = made(source.resolve("bundle.yaml"));

    assertThat(manifest.name()).isEqualTo("digits");
    assertThat(manifest.variants()).extracting(Variant::id).containsExactly("fp32", "tiny");
    assertThat(manifest.variants().get(1).providers()).containsExactly("CPUExecutionProvider");
    TensorSpec input = manifest.inputs().getFirst();
    assertThat(input.unit()).contains("lux");
    assertThat(input.range()).isEqualTo(Optional.of(new Range(0, 16)));
    assertThat(manifest.outputs().getFirst().categories()).containsExactly("x", "y", "z");
    assertThat(manifest.properties())
        .containsEntry("environment", "edge-cpu:1")
        .containsEntry("team", "lab");
    assertThat(folder.resolve("out/models/tiny.onnx")).exists();
    assertThat(folder.resolve("out/assets/table.txt")).exists();
    assertThat(folder.resolve("out/hooks/pre.wasm")).exists();
  }

  @Test
  void aFolderOfModelsBecomesABundleOfVariants() throws IOException {
    Path source = source();

    Ran ran =
        Ran.flotilla(
            "bundle", "create", source, "--name", "digits", "--out", folder.resolve("out"));

    assertThat(ran.status()).as(ran.err()).isZero();
    Manifest manifest = BundleVerifier.inspect(folder.resolve("out")).manifest();
    assertThat(manifest.variants()).extracting(Variant::id).containsExactly("big", "small");
    assertThat(folder.resolve("out/assets/table.txt")).exists();
  }

  @Test
  void variantsOfDifferentShapeAreNoOneModel() throws IOException {
    Path source = source();
    Files.write(source.resolve("small.onnx"), PerceptronModel.bytes(List.of(5, 3), new Random(1)));

    Ran ran =
        Ran.flotilla(
            "bundle", "create", source, "--name", "digits", "--out", folder.resolve("out"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).contains("small").contains("other inputs or outputs");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: d\nvariants: [{id: a, file: ../../etc/passwd}]",
        "name: d\nvariants: [{id: a, file: big.onnx}]\ncolour: red",
        "name: d\nvariants: []",
        "name: d\nvariants: [{id: a, file: big.onnx}]\ninputs: [{name: nothing}]",
        "name: d\nvariants: [{id: a, file: big.onnx}]\ninputs: [{name: input, range: [3]}]",
        "- just\n- a list",
        "a: &a [*a, *a]",
        "{",
        "",
      })
  void aWrongBundleYamlEndsInOneSentence(String yaml) throws IOException {
    Path file = source().resolve("bundle.yaml");
    Files.writeString(file, yaml);

    Ran ran = Ran.flotilla("bundle", "create", file, "--out", folder.resolve("out"));

    assertThat(ran.status()).isEqualTo(2);
    assertThat(ran.err()).startsWith("flotilla: INPUT_INVALID: ");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  private Manifest made(Path source) {
    Ran ran = Ran.flotilla("bundle", "create", source, "--out", folder.resolve("out"));
    assertThat(ran.status()).as(ran.err()).isZero();
    return BundleVerifier.inspect(folder.resolve("out")).manifest();
  }

  private Path source() throws IOException {
    Path source = folder.resolve("source");
    Files.createDirectories(source.resolve("assets"));
    Files.createDirectories(source.resolve("hooks"));
    Files.writeString(source.resolve("assets/table.txt"), "x");
    Files.write(source.resolve("hooks/pre.wasm"), new byte[] {0, 'a', 's', 'm'});
    Files.write(source.resolve("big.onnx"), PerceptronModel.bytes(List.of(4, 8, 3), new Random(1)));
    Files.write(source.resolve("small.onnx"), PerceptronModel.bytes(List.of(4, 3), new Random(2)));
    Models.rows(source);
    return source;
  }
}
