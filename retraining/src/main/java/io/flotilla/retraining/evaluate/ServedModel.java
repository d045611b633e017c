package io.flotilla.retraining.evaluate;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.TensorSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * A model file and what is needed to score with it.
 *
 * @param onnx the file
 * @param input name of the input: FP32 [batch, features]
 * @param output name of the output: FP32 [batch, labels]
 * @param labels in the order of the output
 */
public record ServedModel(Path onnx, String input, String output, List<String> labels) {
  /** Copies the list. */
  public ServedModel {
    labels = List.copyOf(labels);
  }

  /**
   * The first variant of a bundle.
   *
   * @param bundle the unpacked bundle
   * @throws FlotillaException {@code MANIFEST_INVALID} if it is no classifier with one input and an
   *     output that names its categories
   */
  public static ServedModel ofBundle(Path bundle, Manifest manifest) {
    List<TensorSpec> outputs =
        manifest.outputs().stream().filter(output -> !output.categories().isEmpty()).toList();
    if (manifest.inputs().size() != 1 || outputs.size() != 1) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the model %s is no classifier with one input and one output of categories"
              .formatted(manifest.name()));
    }
    return new ServedModel(
        bundle.resolve(manifest.variants().getFirst().path()),
        manifest.inputs().getFirst().name(),
        outputs.getFirst().name(),
        outputs.getFirst().categories());
  }
}
