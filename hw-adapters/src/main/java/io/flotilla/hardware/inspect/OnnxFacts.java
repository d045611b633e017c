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
 * @param irVersion version of the file format; 1 to {@link OnnxInspector#MAX_IR_VERSION}
 * @param opsets opset version by operator domain, sorted; the default domain is {@code ai.onnx}
 * @param producer the tool that wrote the file and its version, where it says so
 * @param inputs the inputs that a run must give, in the file's order, initializers left out
 * @param outputs the outputs, in the file's order
 * @param nodes number of nodes, those of subgraphs and functions included
 * @param externalData files that hold weights, relative to the model's folder, sorted, without
 *     repeats; each stays inside that folder
 * @param sizeBytes size of the file
 */
public record OnnxFacts(
    long irVersion,
    Map<String, Long> opsets,
    Optional<String> producer,
    List<ModelTensor> inputs,
    List<ModelTensor> outputs,
    long nodes,
    List<String> externalData,
    long sizeBytes) {
  /** Copies the collections. */
  public OnnxFacts {
    opsets = Collections.unmodifiableMap(new TreeMap<>(opsets));
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    externalData = List.copyOf(externalData);
  }
}
