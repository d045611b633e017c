package io.flotilla.cli.models;

import io.flotilla.cli.bundles.ModelSource;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.console.KeyValues;
import io.flotilla.cli.console.Reason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is said about a version when it is registered, and is not part of its bundle. */
final class RegistrationOptions {
  @Option(
      names = "--tag",
      paramLabel = "KEY=VALUE",
      description = "A tag of the version; repeatable.")
  private @Nullable List<String> tags;

  @Option(
      names = "--metric",
      paramLabel = "NAME=NUMBER",
      description = "A figure of the version, such as accuracy=0.94; repeatable.")
  private @Nullable List<String> metrics;

  @Option(names = "--description", paramLabel = "TEXT", description = "What this version is.")
  private @Nullable String description;

  @Mixin private final Reason reason = new Reason();

  @Option(
      names = "--environment",
      paramLabel = "NAME:VERSION",
      description = "What it needs of a device; default: what its bundle.yaml said.")
  private @Nullable String environment;

  @Option(
      names = "--trained-on",
      paramLabel = "DATASET:VERSION",
      description = "A registered dataset it was trained on; repeatable.")
  private @Nullable List<String> training;

  @Option(
      names = "--validated-on",
      paramLabel = "DATASET:VERSION",
      description = "A registered dataset it was validated on; repeatable.")
  private @Nullable List<String> validation;

  @Option(
      names = "--baseline-data",
      paramLabel = "DATASET:VERSION",
      description = "A registered dataset that drift is measured against; repeatable.")
  private @Nullable List<String> baseline;

  /**
   * A path with all of it as query parameters.
   *
   * @param properties those of the bundle's manifest
   */
  ApiPath on(ApiPath path, Map<String, String> properties) {
    ApiPath with =
        reason
            .on(path.query("description", Optional.ofNullable(description)))
            .query(
                "environment",
                Optional.ofNullable(environment)
                    .or(() -> Optional.ofNullable(properties.get(ModelSource.ENVIRONMENT))));
    with = pairs(with, "tag", tags);
    with = pairs(with, "metric", metrics);
    with = datasets(with, "TRAINING", training);
    with = datasets(with, "VALIDATION", validation);
    return datasets(with, "BASELINE", baseline);
  }

  private static ApiPath pairs(ApiPath path, String name, @Nullable List<String> texts) {
    ApiPath with = path;
    for (Map.Entry<String, String> pair : KeyValues.parse(texts).entrySet()) {
      with = with.query(name, pair.getKey() + "=" + pair.getValue());
    }
    return with;
  }

  private static ApiPath datasets(ApiPath path, String use, @Nullable List<String> references) {
    ApiPath with = path;
    for (String reference : references == null ? List.<String>of() : references) {
      with = with.query("dataset", use + "=" + reference);
    }
    return with;
  }
}
