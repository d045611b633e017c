package io.flotilla.hardware.gate;

import io.flotilla.hardware.ModelTensor;
import io.flotilla.hardware.inspect.OnnxFacts;
import io.flotilla.hardware.inspect.OperatorUse;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a model needs of a runtime and a machine.
 *
 * @param irVersion version of the file format
 * @param opsets opset version by operator domain, sorted; the default domain is {@code ai.onnx}
 * @param operators the operators that the runtime itself must have: those of the main graph that
 *     are no functions of the model's own. Subgraphs and functions do not count, since the runtime
 *     may drop them
 * @param memoryBytes the least memory that it can do with: its weights, inputs and outputs with
 *     open dimensions as 1. The runtime takes more. At most {@link Long#MAX_VALUE}
 * @param providers execution providers of which one must be there; empty if any will do
 */
public record ModelNeeds(
    long irVersion,
    Map<String, Long> opsets,
    List<Operator> operators,
    long memoryBytes,
    List<String> providers) {
  /** Copies the collections. */
  public ModelNeeds {
    opsets = Collections.unmodifiableMap(new TreeMap<>(opsets));
    operators = List.copyOf(operators);
    providers = List.copyOf(providers);
  }

  /**
   * An operator of a version.
   *
   * @param domain its domain; the default one is {@code ai.onnx}
   * @param type its name, such as {@code Gemm}
   * @param opset version of the domain's operator set that the model asks for; 0 if it asks for
   *     none
   */
  public record Operator(String domain, String type, long opset) {
    /** As in {@code ai.onnx:Gemm of opset 13}. */
    @Override
    public String toString() {
      return "%s:%s of opset %d".formatted(domain, type, opset);
    }
  }

  /** What a file needs; any provider will do. */
  public static ModelNeeds of(OnnxFacts facts) {
    return new ModelNeeds(
        facts.irVersion(),
        facts.opsets(),
        facts.contents().operators().stream()
            .filter(use -> use.mainNodes() > 0)
            .filter(use -> !facts.contents().functions().contains(use.name()))
            .map(ModelNeeds::operator)
            .toList(),
        memory(facts),
        List.of());
  }

  /** The same needs, and one of these providers; empty if any will do. */
  public ModelNeeds on(List<String> oneOf) {
    return new ModelNeeds(irVersion, opsets, operators, memoryBytes, oneOf);
  }

  private static Operator operator(OperatorUse use) {
    return new Operator(use.domain(), use.type(), use.opset());
  }

  private static long memory(OnnxFacts facts) {
    long values =
        Stream.concat(facts.declaredInputs().stream(), facts.declaredOutputs().stream())
            .flatMap(value -> value.tensor().stream())
            .mapToLong(ModelNeeds::bytes)
            .sum();
    long weights = facts.contents().initializers().bytes();
    return weights > Long.MAX_VALUE - values ? Long.MAX_VALUE : weights + values;
  }

  /** A tensor that declares more than one can have does not count: no run will bring it. */
  private static long bytes(ModelTensor tensor) {
    double bytes =
        tensor.shape().stream()
            .mapToDouble(dimension -> dimension.length().orElse(1))
            .reduce(tensor.type().bytes(), (a, b) -> a * b);
    return bytes > Integer.MAX_VALUE ? 0 : (long) bytes;
  }
}
