package io.flotilla.hardware.inspect;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is inside an ONNX file.
 *
 * @param nodes number of nodes, those of subgraphs and functions included
 * @param operators the operators, sorted by domain, name and opset
 * @param initializers its weights
 * @param valueTypes the types of inputs, outputs, initializers and of those inner values whose type
 *     the file declares, worded as in {@link DeclaredValue#type}, sorted
 * @param externalFiles files that hold weights, sorted, without repeats
 * @param metadata what the author noted
 * @param functions the model's own functions as {@code domain:name}, sorted
 */
public record OnnxContents(
    long nodes,
    List<OperatorUse> operators,
    Initializers initializers,
    Set<String> valueTypes,
    List<ExternalFile> externalFiles,
    OnnxMetadata metadata,
    Set<String> functions) {
  /** Copies the collections. */
  public OnnxContents {
    operators = List.copyOf(operators);
    valueTypes = Collections.unmodifiableSet(new TreeSet<>(valueTypes));
    externalFiles = List.copyOf(externalFiles);
    functions = Collections.unmodifiableSet(new TreeSet<>(functions));
  }
}
