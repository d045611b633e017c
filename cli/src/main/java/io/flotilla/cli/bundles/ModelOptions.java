package io.flotilla.cli.bundles;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.cli.console.KeyValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what a bundle is made of. */
public final class ModelOptions {
  @Option(names = "--model", paramLabel = "FILE", description = "The model, an ONNX file.")
  private @Nullable Path model;

  @Option(names = "--name", paramLabel = "NAME", description = "The model's name.")
  private @Nullable String name;

  @Option(
      names = "--golden",
      paramLabel = "FILE",
      description = "Golden vectors, CBOR; the model must reproduce them here.")
  private @Nullable Path golden;

  @Option(
      names = "--golden-from-csv",
      paramLabel = "FILE",
      description = "Rows of inputs; what the model answers for the first 16 becomes golden.")
  private @Nullable Path goldenRows;

  @Option(
      names = "--assets",
      paramLabel = "DIR",
      description = "A folder of further files for the bundle's assets/.")
  private @Nullable Path assets;

  @Option(
      names = "--categories",
      split = ",",
      paramLabel = "LABEL",
      description = "Labels of the first output in the order of its indexes.")
  private @Nullable List<String> categories;

  @Option(
      names = "--property",
      paramLabel = "KEY=VALUE",
      description = "Free text in the manifest; repeatable.")
  private @Nullable List<String> properties;

  @Option(
      names = "--dataset",
      paramLabel = "NAME:VERSION@sha256:HEX",
      description = "What the model was trained on, for its lineage; repeatable.")
  private @Nullable List<String> datasets;

  /** True if a model file was named. */
  public boolean isGiven() {
    return model != null;
  }

  /**
   * What the bundle is to be made of, with what git says about the model's folder.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if an option is missing or two exclude each
   *     other
   */
  public BundleDraft draft() {
    if (model == null || name == null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "a bundle needs both --model and --name");
    }
    if (golden != null && goldenRows != null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give --golden or --golden-from-csv, not both");
    }
    GitCheckout git = GitCheckout.around(model);
    Map<String, String> described = new TreeMap<>(KeyValues.parse(properties));
    git.branch().ifPresent(branch -> described.putIfAbsent("git.branch", branch));
    return new BundleDraft(
        model,
        name,
        Optional.ofNullable(golden),
        Optional.ofNullable(goldenRows),
        Optional.ofNullable(assets),
        categories == null ? List.of() : categories,
        described,
        git.lineage(datasets == null ? List.of() : datasets));
  }
}
