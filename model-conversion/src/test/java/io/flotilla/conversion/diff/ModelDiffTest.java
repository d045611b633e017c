package io.flotilla.conversion.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.NodeProto;
import io.flotilla.conversion.diff.WeightChanges.Fate;
import io.flotilla.conversion.diff.WeightChanges.WeightChange;
import io.flotilla.conversion.fixture.Graphs;
import io.flotilla.conversion.graph.Nodes;
import io.flotilla.conversion.graph.OnnxFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDiffTest {
  @TempDir Path folder;

  @Test
  void aModelIsTheSameAsItself() {
    Path a = Graphs.classifier(8, 4, 3).write(folder.resolve("a.onnx"), 13);

    DiffReport diff = ModelDiff.between(a, a);

    assertThat(diff.identical()).isTrue();
    assertThat(diff.words()).containsExactly("The two files are the same, byte for byte.");
  }

  @Test
  void retrainedWeightsAreMeasuredAndTheGraphIsTheSame() {
    Path a = vector(folder.resolve("a.onnx"), 13, 3, 4);
    Path b = vector(folder.resolve("b.onnx"), 13, 4, 4);

    DiffReport diff = ModelDiff.between(a, b);

    assertThat(diff.identical()).isFalse();
    assertThat(diff.nodes().none()).isTrue();
    WeightChange change = diff.weights().largest().getFirst();
    WeightChanges.Distance distance = change.distance().orElseThrow();
    assertThat(change.fate()).isEqualTo(Fate.CHANGED);
    assertThat(distance.maxAbsolute()).isEqualTo(1);
    assertThat(distance.meanAbsolute()).isEqualTo(0.5);
    assertThat(distance.relative().orElseThrow()).isCloseTo(0.2, within(1e-9));
    assertThat(distance.cosine().orElseThrow()).isCloseTo(28 / (5 * Math.sqrt(32)), within(1e-9));
    assertThat(diff.words())
        .containsExactly(
            "Inputs and outputs are the same.",
            "The graph is the same (nodes: 1).",
            "Weights: 0 same, 0 renamed, 1 changed, 0 of another shape, 0 added, 0 removed.",
            "  v FLOAT[2]: largest change 1.00, mean 0.500, 20 % of its size, cosine 0.9899");
  }

  @Test
  void versionsInputsAndOperatorsAreToldInWords() {
    Path a = vector(folder.resolve("a.onnx"), 13, 3, 4);
    Path b = folder.resolve("b.onnx");
    OnnxFiles.write(
        new Graphs()
            .input("x", Graphs.FLOAT, "n", 2)
            .input("gain", Graphs.FLOAT)
            .constant("v", new long[] {2}, 3, 4)
            .node("Mul", "s", List.of("x", "v"))
            .node("Mul", "y", List.of("s", "gain"))
            .output("y", Graphs.FLOAT, "n", 2)
            .model(9, 14),
        b);

    assertThat(ModelDiff.between(a, b).words())
        .startsWith(
            "IR version changed from 8 to 9.",
            "Opset of ai.onnx changed from 13 to 14.",
            "Input x changed from FP32[2] to FP32[n, 2].",
            "Output y changed from FP32[2] to FP32[n, 2].",
            "Input gain was added: FP32[].",
            "Operators: 1 × Add removed, 2 × Mul added.",
            "Nodes: 0 same, 0 changed, 2 added, 1 removed.")
        .endsWith("The weights are the same (tensors: 1).");
  }

  @Test
  void changedAttributesAndRenamedWeightsAreFound() {
    Path a = leaky("W", 0.1f).write(folder.resolve("a.onnx"), 13);
    Path b = leaky("renamed", 0.2f).write(folder.resolve("b.onnx"), 13);

    DiffReport diff = ModelDiff.between(a, b);

    assertThat(diff.weights().renamed()).isEqualTo(1);
    assertThat(diff.weights().none()).isTrue();
    assertThat(diff.nodes().examples())
        .containsExactly(
            new NodeChanges.NodeChange("LeakyRelu", "y_LeakyRelu", "attribute alpha changed"));
  }

  @Test
  void valuesWithOtherNamesFromTheSameNodesAreTheSame() {
    Path a = chain("h", "h").write(folder.resolve("a.onnx"), 13);
    Path renumbered = chain("42", "42").write(folder.resolve("b.onnx"), 13);
    Path rewired = chain("h", "x").write(folder.resolve("c.onnx"), 13);

    assertThat(ModelDiff.between(a, renumbered).nodes().none()).isTrue();
    assertThat(ModelDiff.between(a, rewired).nodes().examples())
        .containsExactly(new NodeChanges.NodeChange("Neg", "second", "takes other inputs"));
  }

  private static Graphs chain(String value, String taken) {
    return new Graphs()
        .input("x", Graphs.FLOAT, 4)
        .node(named("first", Nodes.of("Relu", List.of("x"), List.of(value))))
        .node(named("second", Nodes.of("Neg", List.of(taken), List.of("y"))))
        .output("y", Graphs.FLOAT, 4);
  }

  private static NodeProto named(String name, NodeProto node) {
    return node.toBuilder().setName(name).build();
  }

  @Test
  void reshapedAndAddedWeightsAreListedWithTheirForms() {
    Path a = Graphs.classifier(8, 4, 3).write(folder.resolve("a.onnx"), 13);
    Path b = Graphs.classifier(8, 5, 3).weights("extra", 1, 2).write(folder.resolve("b.onnx"), 13);

    WeightChanges weights = ModelDiff.between(a, b).weights();

    assertThat(weights.reshaped()).isEqualTo(3);
    assertThat(weights.added()).isEqualTo(1);
    assertThat(weights.largest())
        .contains(
            new WeightChange(
                "W1",
                Fate.RESHAPED,
                Optional.of("FLOAT[8, 4]"),
                Optional.of("FLOAT[8, 5]"),
                Optional.empty()));
  }

  @Test
  void longListsAreCutAndCounted() {
    Graphs many = new Graphs().input("x", Graphs.FLOAT, 2).output("y", Graphs.FLOAT, 2);
    Graphs other = new Graphs().input("x", Graphs.FLOAT, 2).output("y", Graphs.FLOAT, 2);
    for (int i = 0; i < ModelDiff.LISTED + 5; i++) {
      many.constant("w" + i, new long[] {1}, i + 1);
      other.constant("w" + i, new long[] {1}, i + 2);
    }
    Path a = many.node("Relu", "y", List.of("x")).write(folder.resolve("a.onnx"), 13);
    Path b = other.node("Relu", "y", List.of("x")).write(folder.resolve("b.onnx"), 13);

    DiffReport diff = ModelDiff.between(a, b);

    assertThat(diff.weights().largest()).hasSize(ModelDiff.LISTED);
    assertThat(diff.weights().largest().getFirst().name()).isEqualTo("w0");
    assertThat(diff.words()).endsWith("  and 5 more");
  }

  private static Path vector(Path file, long opset, float... values) {
    return new Graphs()
        .input("x", Graphs.FLOAT, values.length)
        .constant("v", new long[] {values.length}, values)
        .node("Add", "y", List.of("x", "v"))
        .output("y", Graphs.FLOAT, values.length)
        .write(file, opset);
  }

  private static Graphs leaky(String weights, float alpha) {
    return new Graphs()
        .input("x", Graphs.FLOAT, "n", 4)
        .weights(weights, 1, 4, 4)
        .node("MatMul", "h", List.of("x", weights))
        .node("LeakyRelu", "y", List.of("h"), Nodes.attribute("alpha", alpha))
        .output("y", Graphs.FLOAT, "n", 4);
  }
}
