package io.flotilla.cli.bundles;

import io.flotilla.bundle.manifest.Lineage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a bundle is to be made of.
 *
 * @param name name of the model
 * @param variants the ONNX files, best first, 1 or more
 * @param golden where golden vectors come from
 * @param folders folders whose files go into the bundle, by the bundle's folder: {@code assets},
 *     {@code hooks}
 * @param schema what the publisher adds to the model's inputs and outputs
 * @param properties free text by key
 * @param lineage where the model came from
 */
public record BundleDraft(
    String name,
    List<VariantSource> variants,
    Golden golden,
    Map<String, Path> folders,
    Schema schema,
    Map<String, String> properties,
    Lineage lineage) {
  /** Copies the collections. */
  public BundleDraft {
    variants = List.copyOf(variants);
    folders = Map.copyOf(folders);
    properties = Map.copyOf(properties);
  }

  /**
   * Where golden vectors come from; made up if neither is there.
   *
   * @param vectors golden vectors, CBOR; excludes {@code rows}
   * @param rows rows of inputs, CSV, from which golden vectors are made by running the model
   */
  public record Golden(Optional<Path> vectors, Optional<Path> rows) {}

  /**
   * What the publisher adds to the model's inputs and outputs.
   *
   * @param inputs notes on inputs
   * @param outputs notes on outputs
   * @param categories labels of the first output, in index order; empty if it has none
   */
  public record Schema(
      List<TensorNotes> inputs, List<TensorNotes> outputs, List<String> categories) {
    /** Copies the lists. */
    public Schema {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      categories = List.copyOf(categories);
    }
  }
}
