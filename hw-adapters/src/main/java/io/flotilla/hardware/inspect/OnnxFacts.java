package io.flotilla.hardware.inspect;

import io.flotilla.hardware.ModelTensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What an ONNX file says about itself.
 *
 * @param irVersion version of the file format, 1 or more
 * @param opsets opset version by operator domain, sorted; the default domain is {@code ai.onnx}
 * @param producer the tool that wrote the file and its version, where it says so
 * @param declaredInputs the inputs that a run must give, in the file's order, initializers left
 *     out, of any type
 * @param declaredOutputs the outputs, in the file's order, of any type
 * @param contents operators, weights and the rest
 * @param sizeBytes size of the file
 */
public record OnnxFacts(
    long irVersion,
    Map<String, Long> opsets,
    Optional<String> producer,
    List<DeclaredValue> declaredInputs,
    List<DeclaredValue> declaredOutputs,
    OnnxContents contents,
    long sizeBytes) {
  private static final String MODEL = "the model";

  /** Copies the collections. */
  public OnnxFacts {
    opsets = Collections.unmodifiableMap(new TreeMap<>(opsets));
    declaredInputs = List.copyOf(declaredInputs);
    declaredOutputs = List.copyOf(declaredOutputs);
  }

  /**
   * The inputs that a run must give, as tensors.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MODEL_UNSUPPORTED} if one of them
   *     cannot be carried; never after {@link OnnxInspector#inspect}
   */
  public List<ModelTensor> inputs() {
    return declaredInputs.stream().map(value -> value.carried(MODEL, "input")).toList();
  }

  /**
   * The outputs as tensors.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MODEL_UNSUPPORTED} if one of them
   *     cannot be carried; never after {@link OnnxInspector#inspect}
   */
  public List<ModelTensor> outputs() {
    return declaredOutputs.stream().map(value -> value.carried(MODEL, "output")).toList();
  }

  /** Whether all inputs and outputs are tensors that can be carried. */
  public boolean carriable() {
    return declaredInputs.stream().allMatch(value -> value.tensor().isPresent())
        && declaredOutputs.stream().allMatch(value -> value.tensor().isPresent());
  }

  /** Number of nodes, those of subgraphs and functions included. */
  public long nodes() {
    return contents.nodes();
  }

  /**
   * Files that hold weights, relative to the model's folder, sorted, without repeats; each stays
   * inside that folder.
   */
  public List<String> externalData() {
    return contents.externalFiles().stream().map(ExternalFile::location).toList();
  }

  /**
   * What is newer than the runtime that Flotilla ships with reads, as part of a sentence: {@code
   * the IR version 14 and the runtime reads up to 13}; empty if nothing is.
   */
  public Optional<String> tooNew() {
    Optional<String> format = newer("IR version", irVersion, OnnxInspector.MAX_IR_VERSION);
    return format.isPresent()
        ? format
        : new TreeMap<>(OnnxInspector.MAX_OPSETS)
            .entrySet().stream()
                .flatMap(
                    newest ->
                        newer(
                            "opset of " + newest.getKey(),
                            opsets.getOrDefault(newest.getKey(), 0L),
                            newest.getValue())
                            .stream())
                .findFirst();
  }

  private static Optional<String> newer(String what, long version, long newest) {
    return version <= newest
        ? Optional.empty()
        : Optional.of("the %s %d and the runtime reads up to %d".formatted(what, version, newest));
  }
}
