package io.flotilla.cli.bundles;

import java.nio.file.Path;
import java.util.List;

/**
 * One model file that becomes a variant of a bundle.
 *
 * @param id short name of the variant, as in {@code fp32}
 * @param file the ONNX file
 * @param providers execution providers that it may run on; empty if any will do
 */
public record VariantSource(String id, Path file, List<String> providers) {
  /** Id of the only variant of a bundle where nobody named it. */
  static final String ONLY = "main";

  /** Copies the list. */
  public VariantSource {
    providers = List.copyOf(providers);
  }

  /** A variant that may run anywhere. */
  public static VariantSource of(String id, Path file) {
    return new VariantSource(id, file, List.of());
  }
}
