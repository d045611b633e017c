package io.flotilla.cli.bundles;

import io.flotilla.bundle.manifest.Lineage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a bundle is to be made of.
 *
 * @param model the ONNX file
 * @param name name of the model
 * @param golden golden vectors, CBOR; excludes {@code goldenRows}
 * @param goldenRows rows of inputs, CSV, from which golden vectors are made by running the model
 * @param assets folder whose files go into the bundle's {@code assets/}
 * @param categories labels of the first output, in index order; empty if it has none
 * @param properties free text by key
 * @param lineage where the model came from
 */
public record BundleDraft(
    Path model,
    String name,
    Optional<Path> golden,
    Optional<Path> goldenRows,
    Optional<Path> assets,
    List<String> categories,
    Map<String, String> properties,
    Lineage lineage) {
  /** Copies the collections. */
  public BundleDraft {
    categories = List.copyOf(categories);
    properties = Map.copyOf(properties);
  }
}
