package io.flotilla.cli.bundles;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Lineage;
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
  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The model's name; a bundle.yaml may say it.")
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

  /** Options as if nothing but a name had been given, for a bundle that stays on this machine. */
  public static ModelOptions local() {
    ModelOptions options = new ModelOptions();
    options.name = "model";
    return options;
  }

  /**
   * What the bundle is to be made of, with what git says about the model's folder.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if an option is missing or two exclude each
   *     other; what reading a {@code bundle.yaml} throws
   */
  public BundleDraft draft(ModelSource source) {
    return switch (source) {
      case ModelSource.Loose loose -> draft(loose);
      case ModelSource.Described described -> draft(BundleFile.read(described.file()));
      case ModelSource.Bundle bundle ->
          throw new FlotillaException(
              ErrorCode.INPUT_INVALID, bundle.path() + " is a bundle already");
    };
  }

  private BundleDraft draft(BundleFile file) {
    if (golden != null || goldenRows != null || assets != null || categories != null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "what goes into the bundle is said by the bundle.yaml; leave --golden, --golden-from-csv,"
              + " --assets and --categories out");
    }
    return file.draft(
        Optional.ofNullable(name),
        KeyValues.parse(properties),
        lineage(file.file(), file.datasets()));
  }

  private BundleDraft draft(ModelSource.Loose source) {
    if (name == null) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, "a bundle needs a --name");
    }
    Optional<Path> vectors = Optional.ofNullable(golden).or(source::golden);
    if (golden != null && goldenRows != null) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID, "give --golden or --golden-from-csv, not both");
    }
    Map<String, Path> folders = new TreeMap<>(source.folders());
    if (assets != null) {
      folders.put("assets", assets);
    }
    return new BundleDraft(
        name,
        source.variants(),
        new BundleDraft.Golden(
            goldenRows == null ? vectors : Optional.empty(), Optional.ofNullable(goldenRows)),
        folders,
        new BundleDraft.Schema(List.of(), List.of(), categories == null ? List.of() : categories),
        KeyValues.parse(properties),
        lineage(source.variants().getFirst().file(), List.of()));
  }

  private Lineage lineage(Path around, List<String> described) {
    return GitCheckout.around(around).lineage(datasets == null ? described : datasets);
  }
}
