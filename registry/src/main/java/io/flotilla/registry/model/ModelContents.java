package io.flotilla.registry.model;

import java.util.List;
import java.util.Map;

/**
 * What an ONNX file holds.
 *
 * @param irVersion ONNX IR version
 * @param opsets operator sets by domain; the default domain is the empty text
 * @param operators how often each operator occurs, by {@code domain:Name}, or {@code Name} in the
 *     default domain
 * @param nodes number of nodes, those of subgraphs included
 * @param initializerBytes bytes of all initialisers
 * @param externalData files that hold data of it
 * @param metadata the file's own, by key
 */
public record ModelContents(
    long irVersion,
    Map<String, Long> opsets,
    Map<String, Integer> operators,
    long nodes,
    long initializerBytes,
    List<String> externalData,
    Map<String, String> metadata) {
  /** Copies the collections. */
  public ModelContents {
    opsets = Map.copyOf(opsets);
    operators = Map.copyOf(operators);
    externalData = List.copyOf(externalData);
    metadata = Map.copyOf(metadata);
  }
}
